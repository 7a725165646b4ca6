/** Maps of a plane as pictures: which class, how surely, and where it changes. */

export type Reading = 'scores' | 'probabilities' | 'value'

const LOSSES: Readonly<Record<string, Reading>> = {
  SoftmaxCrossEntropyLoss: 'scores',
  BinaryCrossEntropyWithLogits: 'scores',
  Hinge: 'scores',
  CategoricalCrossEntropy: 'probabilities',
  BinaryCrossEntropy: 'probabilities',
  NegativeLogLikelihoodLoss: 'scores'
}

/** What the numbers are that a loss compares. */
export const readingOf = (loss: string | undefined): Reading => LOSSES[loss ?? ''] ?? 'value'

export interface Regions {
  /** By point: the class with the largest number; with one number, 1 above the border and 0 below. */
  readonly classes: Uint8Array
  /** By point, 0…1: how far it is from being undecided. */
  readonly sure: Float32Array
  /** By class and point: above 0 inside its region. */
  readonly margins: readonly Float32Array[]
}

/** @param maps one after the other, each of `points` numbers */
export function regionsOf(maps: Float32Array, points: number, reading: Reading): Regions {
  const count = maps.length / points
  const classes = new Uint8Array(points)
  const sure = new Float32Array(points)
  if (count === 1) {
    const border = reading === 'scores' ? 0 : 0.5
    const margin = maps.map((value) => value - border)
    for (let i = 0; i < points; i++) {
      const at = margin[i] as number
      classes[i] = at > 0 ? 1 : 0
      const far = reading === 'scores' ? Math.tanh(Math.abs(at) / 2) : 2 * Math.abs(at)
      sure[i] = Math.min(1, far)
    }
    return { classes, sure, margins: [margin] }
  }
  const margins = Array.from({ length: count }, () => new Float32Array(points))
  for (let i = 0; i < points; i++) {
    let [best, first, second] = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let k = 0; k < count; k++) {
      const value = maps[k * points + i] as number
      if (value > first) [best, second, first] = [k, first, value]
      else if (value > second) second = value
    }
    classes[i] = best
    sure[i] = reading === 'scores' ? Math.tanh((first - second) / 2) : Math.min(1, first - second)
    for (let k = 0; k < count; k++)
      (margins[k] as Float32Array)[i] = (maps[k * points + i] as number) - (k === best ? second : first)
  }
  return { classes, sure, margins }
}
