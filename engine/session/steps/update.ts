/** What an optimizer does to one element of a parameter, line by line: each state, then the parameter. */
import type { TrainingSettings } from '../../document/types.ts'
import { optimizers } from '../../train/optimizers.ts'
import type { UpdateLine, UpdateSymbol } from './types.ts'

export interface UpdateInput {
  readonly settings: TrainingSettings
  /** Step of the training, from 1. */
  readonly step: number
  readonly learningRate: number
  readonly weight: number
  readonly gradient: number
  /** Of all gradients as one vector; asked for where it is limited. */
  readonly norm: number
  /** A state before the step, by its name in engine/train/optimizers.ts. */
  readonly state: (name: string) => number
}

export interface Update {
  readonly lines: readonly UpdateLine[]
  readonly symbols: readonly UpdateSymbol[]
  readonly after: number
}

interface Line extends UpdateLine {
  readonly symbols: string
  readonly put: string
  readonly result: number
}

/** Keeps the division from 0, as engine/train/clip.ts has it. */
const CLIP_EPSILON = 1e-6

/** The lines of one update, and the letters that they use, as they come. */
class Rule {
  readonly lines: Line[] = []
  readonly symbols: UpdateSymbol[] = []
  readonly input: UpdateInput

  constructor(input: UpdateInput) {
    this.input = input
  }

  get w(): number {
    return this.input.weight
  }

  /** A number of the settings, or what stands for it where they leave it out. */
  setting(key: string): number {
    const { optimizer } = this.input.settings
    return Number(optimizer[key] ?? optimizers[optimizer.kind]?.hyperparameters[key]?.default ?? 0)
  }

  /** The same, as a letter of the formula. */
  letter(tex: string, name: UpdateSymbol['name'], value = this.setting(name)): number {
    this.symbols.push({ tex, name, value })
    return value
  }

  line(of: UpdateLine['of'], left: string, [symbols, put, values, result]: Formula, before: number | null): number {
    this.lines.push({ of, left, symbols, put, values, result, before })
    return result
  }

  gradient(formula: Formula): number {
    return this.line('gradient', 'g', formula, null)
  }

  corrected(left: string, formula: Formula): number {
    return this.line('corrected', left, formula, null)
  }

  /** @param next the formula, of what the state was */
  state(left: string, name: string, next: (before: number) => Formula): number {
    const before = this.input.state(name)
    return this.line('state', left, next(before), before)
  }

  parameter(formula: Formula): number {
    return this.line('parameter', 'w', formula, this.w)
  }
}

type Formula = readonly [symbols: string, put: string, values: readonly number[], result: number]

/** Null where all weights are solved for at once. */
export function updateLines(input: UpdateInput): Update | null {
  const make = rules[input.settings.optimizer.kind as keyof typeof rules]
  if (!make) return null
  const rule = new Rule(input)
  const after = make(rule)
  return { lines: rule.lines, symbols: rule.symbols, after }
}

/** What the optimizer sees: the gradient, clipped, with the penalty's part. */
function gradientOf(rule: Rule, coupled = true): number {
  const { settings, gradient, norm } = rule.input
  const { clip } = settings
  let g = gradient
  if (clip && 'value' in clip) {
    const c = rule.letter('c', 'clip', clip.value)
    g = rule.gradient([
      String.raw`\min(\max(g, -c), c)`,
      String.raw`\min(\max(\value{0}, -\value{1}), \value{1})`,
      [g, c],
      Math.min(Math.max(g, -c), c)
    ])
  } else if (clip) {
    const c = rule.letter('c', 'clip', clip.norm)
    g = rule.gradient([
      String.raw`g \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right)`,
      String.raw`\value{0} \cdot \min\left(1, \frac{\value{1}}{\value{2}}\right)`,
      [g, c, norm],
      g * Math.min(1, c / (norm + CLIP_EPSILON))
    ])
  }
  if (!coupled || rule.setting('weightDecay') === 0) return g
  const lambda = rule.letter(String.raw`\lambda`, 'weightDecay')
  const put = String.raw`\value{0} + \value{1} \cdot \value{2}`
  return rule.gradient([String.raw`g + \lambda w`, put, [g, lambda, rule.w], g + lambda * rule.w])
}

const rateOf = (rule: Rule): number => rule.letter(String.raw`\eta`, 'learningRate', rule.input.learningRate)

const STEP = String.raw`w - \eta\,`
const PUT_STEP = String.raw`\value{0} - \value{1} \cdot \value{2}`

const rules = {
  sgd(rule: Rule): number {
    const g = gradientOf(rule)
    const [w, eta] = [rule.w, rateOf(rule)]
    if (rule.setting('momentum') === 0) return rule.parameter([`${STEP}g`, PUT_STEP, [w, eta, g], w - eta * g])
    const mu = rule.letter(String.raw`\mu`, 'momentum')
    const put = String.raw`\value{0} \cdot \value{1} + \value{2}`
    const v = rule.state('v', 'velocity', (v) => [String.raw`\mu v + g`, put, [mu, v, g], mu * v + g])
    if (rule.input.settings.optimizer.nesterov !== true)
      return rule.parameter([`${STEP}v`, PUT_STEP, [w, eta, v], w - eta * v])
    return rule.parameter([
      String.raw`w - \eta\,(g + \mu v)`,
      String.raw`\value{0} - \value{1} \cdot (\value{2} + \value{3} \cdot \value{4})`,
      [w, eta, g, mu, v],
      w - eta * (g + mu * v)
    ])
  },
  adagrad(rule: Rule): number {
    const g = gradientOf(rule)
    const put = String.raw`\value{0} + {\value{1}}^2`
    return scaled(
      rule,
      g,
      rule.state('s', 'sum', (s) => ['s + g^2', put, [s, g], s + g * g])
    )
  },
  rmsprop(rule: Rule): number {
    const g = gradientOf(rule)
    const rho = rule.letter(String.raw`\rho`, 'rho')
    const s = rule.state('s', 'meanSquare', (s) => [
      String.raw`\rho s + (1 - \rho)\, g^2`,
      String.raw`\value{0} \cdot \value{1} + \value{2} \cdot {\value{3}}^2`,
      [rho, s, 1 - rho, g],
      rho * s + (1 - rho) * g * g
    ])
    if (rule.setting('momentum') === 0) return scaled(rule, g, s)
    const [w, eta] = [rule.w, rateOf(rule)]
    const mu = rule.letter(String.raw`\mu`, 'momentum')
    const epsilon = rule.letter(String.raw`\varepsilon`, 'epsilon')
    const v = rule.state('v', 'velocity', (v) => [
      String.raw`\mu v + \frac{g}{\sqrt{s} + \varepsilon}`,
      String.raw`\value{0} \cdot \value{1} + \frac{\value{2}}{\sqrt{\value{3}} + \value{4}}`,
      [mu, v, g, s, epsilon],
      mu * v + g / (Math.sqrt(s) + epsilon)
    ])
    return rule.parameter([`${STEP}v`, PUT_STEP, [w, eta, v], w - eta * v])
  },
  adam: (rule: Rule): number => adam(rule, false),
  adamw: (rule: Rule): number => adam(rule, true)
}

/** w - η g / (√s + ε) */
function scaled(rule: Rule, g: number, s: number): number {
  const [w, eta, epsilon] = [rule.w, rateOf(rule), rule.letter(String.raw`\varepsilon`, 'epsilon')]
  return rule.parameter([
    String.raw`w - \frac{\eta\, g}{\sqrt{s} + \varepsilon}`,
    String.raw`\value{0} - \frac{\value{1} \cdot \value{2}}{\sqrt{\value{3}} + \value{4}}`,
    [w, eta, g, s, epsilon],
    w - (eta * g) / (Math.sqrt(s) + epsilon)
  ])
}

function adam(rule: Rule, decoupled: boolean): number {
  const g = gradientOf(rule, !decoupled)
  const [w, eta] = [rule.w, rateOf(rule)]
  const beta1 = rule.letter(String.raw`\beta_1`, 'beta1')
  const beta2 = rule.letter(String.raw`\beta_2`, 'beta2')
  const epsilon = rule.letter(String.raw`\varepsilon`, 'epsilon')
  const t = rule.letter('t', 'step', rule.input.step)
  const m = rule.state('m', 'm', (m) => [
    String.raw`\beta_1 m + (1 - \beta_1)\, g`,
    String.raw`\value{0} \cdot \value{1} + \value{2} \cdot \value{3}`,
    [beta1, m, 1 - beta1, g],
    beta1 * m + (1 - beta1) * g
  ])
  const v = rule.state('v', 'v', (v) => [
    String.raw`\beta_2 v + (1 - \beta_2)\, g^2`,
    String.raw`\value{0} \cdot \value{1} + \value{2} \cdot {\value{3}}^2`,
    [beta2, v, 1 - beta2, g],
    beta2 * v + (1 - beta2) * g * g
  ])
  const corrected = (letter: string, index: string, beta: number, x: number): number =>
    rule.corrected(String.raw`\hat ${letter}`, [
      String.raw`\frac{${letter}}{1 - \beta_${index}^{\,t}}`,
      String.raw`\frac{\value{0}}{1 - {\value{1}}^{\value{2}}}`,
      [x, beta, t],
      x / (1 - beta ** t)
    ])
  const mHat = corrected('m', '1', beta1, m)
  const vHat = corrected('v', '2', beta2, v)
  const step = (eta * mHat) / (Math.sqrt(vHat) + epsilon)
  const fraction = String.raw`\frac{\eta\, \hat m}{\sqrt{\hat v} + \varepsilon}`
  const put = String.raw`\frac{\value{1} \cdot \value{2}}{\sqrt{\value{3}} + \value{4}}`
  const values = [w, eta, mHat, vHat, epsilon]
  if (!decoupled || rule.setting('weightDecay') === 0)
    return rule.parameter([`w - ${fraction}`, String.raw`\value{0} - ${put}`, values, w - step])
  const lambda = rule.letter(String.raw`\lambda`, 'weightDecay')
  return rule.parameter([
    String.raw`(1 - \eta \lambda)\, w - ${fraction}`,
    String.raw`(1 - \value{1} \cdot \value{5}) \cdot \value{0} - ${put}`,
    [...values, lambda],
    w * (1 - eta * lambda) - step
  ])
}
