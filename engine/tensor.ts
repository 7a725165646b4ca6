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

/** Statistics over the finite elements, in one pass (Welford's update for mean and variance). */
export function statisticsOf(data: ArrayLike<number>): Statistics {
  let [min, max, mean, m2, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0]
  let [finite, zeros, nan, infinite] = [0, 0, 0, 0]
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number
    if (Number.isNaN(x)) nan++
    else if (!Number.isFinite(x)) infinite++
    else {
      finite++
      if (x === 0) zeros++
      if (x < min) min = x
      if (x > max) max = x
      const delta = x - mean
      mean += delta / finite
      m2 += delta * (x - mean)
      squares += x * x
    }
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
