/** What an optimizer does to one element of a parameter, line by line: each state, then the parameter. */
import type { TrainingSettings } from '../../document/types.ts'
import { optimizers } from '../../train/optimizers.ts'
import { takesAll } from '../../train/second-order.ts'
import type { UpdateLine } from './types.ts'

/** The first step: states are 0, and t is 1. */
export interface UpdateInput {
  readonly settings: TrainingSettings
  readonly learningRate: number
  readonly weight: number
  readonly gradient: number
  /** By which all gradients are shortened, where their norm is limited. */
  readonly shortened: number
}

interface Line {
  readonly of: UpdateLine['of']
  readonly left: string
  readonly symbols: string
  readonly put: string
  readonly values: readonly number[]
  readonly result: number
}

/** Null where all weights are solved for at once. */
export function updateLines(input: UpdateInput): { lines: UpdateLine[]; after: number } | null {
  const { settings, learningRate: eta, weight: w } = input
  const { kind } = settings.optimizer
  if (takesAll(kind) || !optimizers[kind]?.make) return null
  const lines: Line[] = []
  const add = (line: Line): number => {
    lines.push(line)
    return line.result
  }
  const h = (key: string): number =>
    Number(settings.optimizer[key] ?? optimizers[kind]?.hyperparameters[key]?.default ?? 0)
  const g = gradientLines(input, h, kind !== 'adamw', add)
  const after = (symbols: string, put: string, values: readonly number[], result: number): number =>
    add({ of: 'parameter', left: 'w', symbols, put, values, result })
  const noted =
    (of: UpdateLine['of']): Rule['state'] =>
    (left, symbols, put, values, result) =>
      add({ of, left, symbols, put, values, result })
  const rule = { g, w, eta, h, state: noted('state'), corrects: noted('corrected'), after, settings }
  const made = rules[kind as keyof typeof rules](rule)
  return { lines, after: made }
}

type AddLine = (line: Line) => number

/** What the optimizer sees: the gradient, clipped, with the penalty's part. */
function gradientLines(
  { settings: { clip }, gradient, weight, shortened }: UpdateInput,
  h: (key: string) => number,
  coupled: boolean,
  add: AddLine
): number {
  let g = gradient
  if (clip && 'value' in clip) {
    const c = clip.value
    g = add({
      of: 'gradient',
      left: 'g',
      symbols: String.raw`\min(\max(g, -c), c)`,
      put: String.raw`\min(\max(\value{0}, -\value{1}), \value{1})`,
      values: [g, c],
      result: Math.min(Math.max(g, -c), c)
    })
  } else if (clip && shortened !== 1) {
    g = add({
      of: 'gradient',
      left: 'g',
      symbols: String.raw`g \cdot \frac{c}{\lVert g \rVert}`,
      put: String.raw`\value{0} \cdot \value{1}`,
      values: [g, shortened],
      result: g * shortened
    })
  }
  const lambda = coupled ? h('weightDecay') : 0
  if (lambda === 0) return g
  return add({
    of: 'gradient',
    left: 'g',
    symbols: String.raw`g + \lambda w`,
    put: String.raw`\value{0} + \value{1} \cdot \value{2}`,
    values: [g, lambda, weight],
    result: g + lambda * weight
  })
}

interface Rule {
  readonly g: number
  readonly w: number
  readonly eta: number
  readonly h: (key: string) => number
  readonly settings: TrainingSettings
  readonly state: (left: string, symbols: string, put: string, values: readonly number[], result: number) => number
  /** A state without the pull of its beginning at 0. */
  readonly corrects: Rule['state']
  readonly after: (symbols: string, put: string, values: readonly number[], result: number) => number
}

const STEP = String.raw`w - \eta\,`
const PUT_STEP = String.raw`\value{0} - \value{1} \cdot \value{2}`

const rules = {
  sgd({ g, w, eta, h, state, after, settings }: Rule): number {
    const mu = h('momentum')
    if (mu === 0) return after(`${STEP}g`, PUT_STEP, [w, eta, g], w - eta * g)
    const v = state('v', String.raw`\mu v + g`, String.raw`\value{0} \cdot \value{1} + \value{2}`, [mu, 0, g], g)
    if (settings.optimizer.nesterov !== true) return after(`${STEP}v`, PUT_STEP, [w, eta, v], w - eta * v)
    return after(
      String.raw`w - \eta\,(g + \mu v)`,
      String.raw`\value{0} - \value{1} \cdot (\value{2} + \value{3} \cdot \value{4})`,
      [w, eta, g, mu, v],
      w - eta * (g + mu * v)
    )
  },
  adagrad({ g, w, eta, h, state, after }: Rule): number {
    const s = state('s', 's + g^2', String.raw`\value{0} + {\value{1}}^2`, [0, g], g * g)
    return scaled({ after, w, eta, g, s, epsilon: h('epsilon') })
  },
  rmsprop({ g, w, eta, h, state, after }: Rule): number {
    const rho = h('rho')
    const s = state(
      's',
      String.raw`\rho s + (1 - \rho)\, g^2`,
      String.raw`\value{0} \cdot \value{1} + \value{2} \cdot {\value{3}}^2`,
      [rho, 0, 1 - rho, g],
      (1 - rho) * g * g
    )
    const mu = h('momentum')
    if (mu === 0) return scaled({ after, w, eta, g, s, epsilon: h('epsilon') })
    const step = g / (Math.sqrt(s) + h('epsilon'))
    const v = state(
      'v',
      String.raw`\mu v + \frac{g}{\sqrt{s} + \varepsilon}`,
      String.raw`\value{0} \cdot \value{1} + \frac{\value{2}}{\sqrt{\value{3}} + \value{4}}`,
      [mu, 0, g, s, h('epsilon')],
      step
    )
    return after(`${STEP}v`, PUT_STEP, [w, eta, v], w - eta * v)
  },
  adam: (rule: Rule): number => adam(rule, false),
  adamw: (rule: Rule): number => adam(rule, true)
}

/** w - η g / (√s + ε) */
function scaled(c: {
  readonly after: Rule['after']
  readonly w: number
  readonly eta: number
  readonly g: number
  readonly s: number
  readonly epsilon: number
}): number {
  const { after, w, eta, g, s, epsilon } = c
  return after(
    String.raw`w - \frac{\eta\, g}{\sqrt{s} + \varepsilon}`,
    String.raw`\value{0} - \frac{\value{1} \cdot \value{2}}{\sqrt{\value{3}} + \value{4}}`,
    [w, eta, g, s, epsilon],
    w - (eta * g) / (Math.sqrt(s) + epsilon)
  )
}

function adam({ g, w, eta, h, state, corrects, after }: Rule, decoupled: boolean): number {
  const [beta1, beta2, epsilon] = [h('beta1'), h('beta2'), h('epsilon')]
  const average = String.raw`\value{0} \cdot \value{1} + \value{2} \cdot \value{3}`
  const m = state('m', String.raw`\beta_1 m + (1 - \beta_1)\, g`, average, [beta1, 0, 1 - beta1, g], (1 - beta1) * g)
  const v = state(
    'v',
    String.raw`\beta_2 v + (1 - \beta_2)\, g^2`,
    String.raw`\value{0} \cdot \value{1} + \value{2} \cdot {\value{3}}^2`,
    [beta2, 0, 1 - beta2, g],
    (1 - beta2) * g * g
  )
  const corrected = (letter: string, beta: string, share: number, x: number): number =>
    corrects(
      String.raw`\hat ${letter}`,
      String.raw`\frac{${letter}}{1 - \beta_${beta}^{\,t}}`,
      String.raw`\frac{\value{0}}{1 - \value{1}}`,
      [x, share],
      x / (1 - share)
    )
  const mHat = corrected('m', '1', beta1, m)
  const vHat = corrected('v', '2', beta2, v)
  const step = (eta * mHat) / (Math.sqrt(vHat) + epsilon)
  const fraction = String.raw`\frac{\eta\, \hat m}{\sqrt{\hat v} + \varepsilon}`
  const putFraction = (i: number): string =>
    String.raw`\frac{\value{${i}} \cdot \value{${i + 1}}}{\sqrt{\value{${i + 2}}} + \value{${i + 3}}}`
  const decay = h('weightDecay')
  if (!decoupled || decay === 0)
    return after(`w - ${fraction}`, String.raw`\value{0} - ${putFraction(1)}`, [w, eta, mHat, vHat, epsilon], w - step)
  return after(
    String.raw`(1 - \eta \lambda)\, w - ${fraction}`,
    String.raw`(1 - \value{1} \cdot \value{5}) \cdot \value{0} - ${putFraction(1)}`,
    [w, eta, mHat, vHat, epsilon, decay],
    w * (1 - eta * decay) - step
  )
}
