/**
 * Optimizers, as IR: each says what a parameter becomes from its gradient and its state.
 *
 * Numbers that change from step to step (the learning rate, bias corrections) are fed, computed on the host in double
 * precision; all others are written into the kernels.
 */
import type { OptimizerSettings } from '../document/types.ts'
import type { Builder, Value } from '../ir/builder.ts'
import { fail } from '../problem.ts'

export interface UpdateContext {
  readonly b: Builder
  readonly parameter: Value
  readonly gradient: Value
  /** A state tensor of the parameter's shape, which starts at 0. */
  readonly state: (name: string) => Value
  /** A number that is fed for each step, by its name in `scalars`. */
  readonly scalar: (name: string) => Value
}

export interface Optimizer {
  /** The parameter and each state after the step; `parameter` is the parameter itself. */
  readonly update: (c: UpdateContext) => Readonly<Record<string, Value>>
  /** Fed numbers of step `t` (from 1). */
  readonly scalars: (t: number, learningRate: number) => Readonly<Record<string, number>>
}

export interface Hyperparameter {
  readonly default: number | boolean
  readonly doc: string
}

interface Definition {
  readonly title: string
  /** LaTeX of the update. */
  readonly formula: string
  /** PyTorch's defaults, but Keras' epsilon and rho for rmsprop. */
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>
  readonly learningRate: number
  /** Absent: steps are taken on the host (second-order.ts). */
  readonly make?: (h: (name: string) => number, on: (name: string) => boolean) => Optimizer
}

const rate = (_t: number, learningRate: number) => ({ learningRate })
const decay = { weightDecay: { default: 0, doc: 'L2 penalty: adds weightDecay·w to the gradient.' } }
const epsilon = (value: number) => ({ epsilon: { default: value, doc: 'Keeps the division from 0.' } })

/** g + λw, as PyTorch's weight_decay (coupled). */
const decayed = ({ b, gradient, parameter }: UpdateContext, lambda: number): Value =>
  lambda === 0 ? gradient : b.add(gradient, b.mul(parameter, lambda))

/** β·s + (1 - β)·x */
const average = (b: Builder, beta: number, s: Value, x: Value): Value => b.add(b.mul(s, beta), b.mul(x, 1 - beta))

function adam(h: (name: string) => number, decoupled: boolean): Optimizer {
  const [beta1, beta2] = [h('beta1'), h('beta2')]
  return {
    // m̂ / (√v̂ + ε) with both corrections in fed numbers, as torch.optim.Adam computes it.
    scalars: (t, learningRate) => ({
      stepSize: learningRate / (1 - beta1 ** t),
      correction: Math.sqrt(1 - beta2 ** t),
      shrink: 1 - learningRate * h('weightDecay')
    }),
    update: (c): Record<string, Value> => {
      const { b } = c
      const g = decoupled ? c.gradient : decayed(c, h('weightDecay'))
      const m = average(b, beta1, c.state('m'), g)
      const v = average(b, beta2, c.state('v'), b.mul(g, g))
      const w = decoupled && h('weightDecay') !== 0 ? b.mul(c.parameter, c.scalar('shrink')) : c.parameter
      const root = b.add(b.div(b.one('Sqrt', v), c.scalar('correction')), h('epsilon'))
      return { parameter: b.sub(w, b.div(b.mul(c.scalar('stepSize'), m), root)), m, v }
    }
  }
}

const betas = {
  beta1: { default: 0.9, doc: 'How slowly the mean of the gradient forgets.' },
  beta2: { default: 0.999, doc: 'How slowly the mean of its square forgets.' }
}

export const optimizers: Readonly<Partial<Record<OptimizerSettings['kind'], Definition>>> = {
  sgd: {
    title: 'SGD',
    formula: String.raw`v \leftarrow \mu v + g,\quad w \leftarrow w - \eta v`,
    learningRate: 0.01,
    hyperparameters: {
      momentum: { default: 0, doc: 'Share of the last step that is kept.' },
      nesterov: { default: false, doc: 'Looks ahead along the momentum.' },
      ...decay
    },
    make: (h, on) => ({
      scalars: rate,
      update: (c): Record<string, Value> => {
        const { b, parameter, scalar } = c
        const mu = h('momentum')
        const g = decayed(c, h('weightDecay'))
        if (mu === 0) return { parameter: b.sub(parameter, b.mul(g, scalar('learningRate'))) }
        const v = b.add(b.mul(c.state('velocity'), mu), g)
        const step = on('nesterov') ? b.add(g, b.mul(v, mu)) : v
        return { parameter: b.sub(parameter, b.mul(step, scalar('learningRate'))), velocity: v }
      }
    })
  },
  adagrad: {
    title: 'AdaGrad',
    formula: String.raw`s \leftarrow s + g^2,\quad w \leftarrow w - \frac{\eta g}{\sqrt{s} + \varepsilon}`,
    learningRate: 0.01,
    hyperparameters: { ...epsilon(1e-10), ...decay },
    make: (h) => ({
      scalars: rate,
      update: (c): Record<string, Value> => {
        const { b, parameter, scalar } = c
        const g = decayed(c, h('weightDecay'))
        const s = b.add(c.state('sum'), b.mul(g, g))
        return {
          parameter: b.sub(parameter, b.div(b.mul(g, scalar('learningRate')), b.add(b.one('Sqrt', s), h('epsilon')))),
          sum: s
        }
      }
    })
  },
  rmsprop: {
    title: 'RMSprop',
    formula: String.raw`s \leftarrow \rho s + (1-\rho) g^2,\quad w \leftarrow w - \frac{\eta g}{\sqrt{s} + \varepsilon}`,
    learningRate: 0.001,
    hyperparameters: {
      rho: { default: 0.9, doc: 'How slowly the mean of the squared gradient forgets (PyTorch: alpha).' },
      ...epsilon(1e-7),
      momentum: { default: 0, doc: 'Share of the last step that is kept.' },
      ...decay
    },
    make: (h) => ({
      scalars: rate,
      update: (c): Record<string, Value> => {
        const { b, parameter, scalar } = c
        const g = decayed(c, h('weightDecay'))
        const s = average(b, h('rho'), c.state('meanSquare'), b.mul(g, g))
        const step = b.div(g, b.add(b.one('Sqrt', s), h('epsilon')))
        if (h('momentum') === 0)
          return { parameter: b.sub(parameter, b.mul(step, scalar('learningRate'))), meanSquare: s }
        const v = b.add(b.mul(c.state('velocity'), h('momentum')), step)
        return { parameter: b.sub(parameter, b.mul(v, scalar('learningRate'))), meanSquare: s, velocity: v }
      }
    })
  },
  adam: {
    title: 'Adam',
    formula: String.raw`m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad w \leftarrow w - \eta \frac{\hat m}{\sqrt{\hat v} + \varepsilon}`,
    learningRate: 0.001,
    hyperparameters: { ...betas, ...epsilon(1e-8), ...decay },
    make: (h) => adam(h, false)
  },
  adamw: {
    title: 'AdamW',
    formula: String.raw`w \leftarrow w - \eta \lambda w - \eta \frac{\hat m}{\sqrt{\hat v} + \varepsilon}`,
    learningRate: 0.001,
    hyperparameters: {
      ...betas,
      ...epsilon(1e-8),
      weightDecay: { default: 0.01, doc: 'Share of the weight that each step takes away, times the learning rate.' }
    },
    make: (h) => adam(h, true)
  },
  newton: {
    title: 'Newton',
    formula: String.raw`w \leftarrow w - \eta (H + \lambda I)^{-1} g`,
    learningRate: 1,
    hyperparameters: { damping: { default: 0, doc: 'λ: what is added to the diagonal of the Hessian.' } }
  },
  normalEquation: {
    title: 'Normal equation',
    formula: String.raw`(X^{\top} X + \lambda I)\, w = X^{\top} t`,
    learningRate: 1,
    hyperparameters: { ridge: { default: 0, doc: 'λ: what is added to the diagonal of XᵀX.' } }
  }
}

/** Nothing is fed, and no parameter changes on the device. */
const onHost: Optimizer = { scalars: () => ({}), update: () => ({}) }

/** @throws ProblemError train.optimizer… for a kind that there is not, or a hyperparameter that it does not have. */
export function makeOptimizer(settings: OptimizerSettings): Optimizer {
  const definition = optimizers[settings.kind]
  if (!definition) {
    return fail('train.optimizer', { kind: settings.kind, known: Object.keys(optimizers).join(', ') })
  }
  const known = definition.hyperparameters
  for (const name of Object.keys(settings)) {
    if (name !== 'kind' && name !== 'learningRate' && !(name in known)) {
      const names = ['learningRate', ...Object.keys(known)].join(', ')
      fail('train.optimizerOption', { kind: settings.kind, option: name, known: names })
    }
  }
  for (const [name, { default: preset }] of Object.entries(known)) {
    const value = settings[name] ?? preset
    const most = name === 'beta1' || name === 'beta2' || name === 'rho' ? 1 : Number.POSITIVE_INFINITY
    const good =
      typeof preset === 'boolean' ? typeof value === 'boolean' : typeof value === 'number' && value >= 0 && value < most
    if (good) continue
    const wrong = typeof preset === 'boolean' ? 'Switch' : most === 1 ? 'Share' : 'Number'
    fail(`train.optimizer${wrong}`, { kind: settings.kind, option: name, found: JSON.stringify(value) })
  }
  const hyperparameter = (name: string): number | boolean =>
    (settings[name] ?? known[name]?.default ?? 0) as number | boolean
  if (!definition.make) return onHost
  return definition.make(
    (name) => Number(hyperparameter(name)),
    (name) => hyperparameter(name) === true
  )
}
