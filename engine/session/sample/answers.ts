/** What scores say, and whether it is right. */
import type { SampleGraph } from './graph.ts'

type Meaning = Pick<SampleGraph, 'answers' | 'becomes' | 'before'>

/** The first of the largest; NaN is larger than all. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number
    if (Number.isNaN(x)) return i
    if (x > (values[best] as number)) best = i
  }
  return best
}

export function probabilitiesOf({ becomes }: Meaning, values: readonly number[]): number[] | null {
  if (becomes === 'sigmoid') return values.map((x) => 1 / (1 + Math.exp(-x)))
  if (becomes !== 'softmax') return null
  const top = Math.max(...values)
  const powers = values.map((x) => Math.exp(x - top))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((x) => x / sum)
}

/** A yes of one score: of a logit where it is positive, of a probability from a half. */
const says = ({ becomes }: Meaning, score: number): boolean => score > (becomes === 'sigmoid' ? 0 : 0.5)

/** Of one-hot rows the class, of class indices the index itself. */
const classOf = (targets: readonly number[], scores: number): number =>
  targets.length === 1 && scores > 1 ? (targets[0] as number) : argmax(targets)

export function answerOf(
  meaning: Meaning,
  values: readonly number[],
  targets: readonly number[] | null
): { readonly predicted: number | null; readonly label: number | null } {
  if (meaning.answers === 'class')
    return { predicted: argmax(values), label: targets && classOf(targets, values.length) }
  if (meaning.answers === 'labels' && values.length === 1) {
    return {
      predicted: says(meaning, values[0] as number) ? 1 : 0,
      label: targets && ((targets[0] as number) > 0.5 ? 1 : 0)
    }
  }
  return { predicted: null, label: null }
}

export function isWrong(meaning: Meaning, values: readonly number[], targets: readonly number[]): boolean {
  if (meaning.answers === 'labels') return values.some((x, i) => says(meaning, x) !== (targets[i] as number) > 0.5)
  const { predicted, label } = answerOf(meaning, values, targets)
  return predicted !== label
}

export function hasLabel(
  meaning: Meaning,
  values: readonly number[],
  targets: readonly number[],
  label: number
): boolean {
  if (meaning.answers === 'labels' && values.length > 1) return (targets[label] as number) > 0.5
  return answerOf(meaning, values, targets).label === label
}
