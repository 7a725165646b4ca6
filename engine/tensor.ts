/** Numbers with a shape. */
import { type StaticShape, sizeOf } from './shape.ts'

export type Numbers = Float32Array | Float64Array

export interface Tensor<D extends Numbers = Numbers> {
  readonly shape: StaticShape
  /** Flat, row-major. */
  readonly data: D
}

export const tensor64 = (shape: StaticShape, values?: ArrayLike<number>): Tensor<Float64Array> => ({
  shape,
  data: values ? Float64Array.from(values) : new Float64Array(sizeOf(shape))
})

/** What a screen shows of a tensor that it does not show whole. */
export interface Statistics {
  readonly count: number
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Standard deviation of the population. */
  readonly std: number
  /** Euclidean norm. */
  readonly norm: number
  /** Share of exact zeros, 0…1. */
  readonly zeros: number
  readonly nan: number
  readonly infinite: number
}

/** Elements that are summed up together: they stay in the cache for a second look. */
const BLOCK = 2048

/**
 * Statistics over the finite elements, exact also far from 0: block by block a mean and the squares about it, which are
 * merged (Chan, Golub and LeVeque 1979). A second look at a block costs less than a division for each element.
 */
export function statisticsOf(data: ArrayLike<number>): Statistics {
  let [min, max, mean, m2, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0]
  let [finite, zeros, nan, infinite] = [0, 0, 0, 0]
  for (let from = 0; from < data.length; from += BLOCK) {
    const to = Math.min(data.length, from + BLOCK)
    let [count, sum] = [0, 0]
    for (let i = from; i < to; i++) {
      const x = data[i] as number
      // 0 for each finite number, NaN for the others
      if (x - x !== 0) {
        if (Number.isNaN(x)) nan++
        else infinite++
        continue
      }
      count++
      sum += x
      squares += x * x
      if (x === 0) zeros++
      if (x < min) min = x
      if (x > max) max = x
    }
    if (count === 0) continue
    const own = sum / count
    let about = 0
    for (let i = from; i < to; i++) {
      const d = (data[i] as number) - own
      if (d - d === 0) about += d * d
    }
    const delta = own - mean
    m2 += about + (delta * delta * finite * count) / (finite + count)
    finite += count
    mean += (delta * count) / finite
  }
  const none = finite === 0
  return {
    count: data.length,
    min: none ? Number.NaN : min,
    max: none ? Number.NaN : max,
    mean: none ? Number.NaN : mean,
    std: none ? Number.NaN : Math.sqrt(m2 / finite),
    norm: none && data.length > 0 ? Number.NaN : Math.sqrt(squares),
    zeros: data.length === 0 ? 0 : zeros / data.length,
    nan,
    infinite
  }
}

/** At most `cells` numbers that show the run of a tensor from first to last element: means of equal stretches. */
export function stripOf(data: ArrayLike<number>, cells: number): number[] {
  const n = Math.min(cells, data.length)
  const strip: number[] = []
  for (let c = 0; c < n; c++) {
    const from = Math.floor((c * data.length) / n)
    const to = Math.floor(((c + 1) * data.length) / n)
    let sum = 0
    for (let i = from; i < to; i++) sum += data[i] as number
    strip.push(sum / (to - from))
  }
  return strip
}
