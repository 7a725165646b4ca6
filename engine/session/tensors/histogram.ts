/** How numbers are spread. */

export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Counts of the finite elements in equal steps from the smallest to the largest. */
export function histogram(data: ArrayLike<number>, bins = 40): readonly Bin[] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number
    if (!Number.isFinite(x)) continue
    if (x < min) min = x
    if (x > max) max = x
  }
  if (min > max) return []
  const step = (max - min) / bins || 1
  const counts = Array<number>(max === min ? 1 : bins).fill(0)
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number
    if (!Number.isFinite(x)) continue
    const bin = Math.min(counts.length - 1, Math.floor((x - min) / step))
    counts[bin] = (counts[bin] as number) + 1
  }
  return counts.map((count, i) => ({ from: min + i * step, to: min + (i + 1) * step, count }))
}
