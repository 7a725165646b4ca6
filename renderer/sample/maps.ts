/** What is drawn of an example: numbers by pixel, or by feature. */
import type { SampleInput } from '../../engine/session/sample/types.ts'
import type { Pictures } from '../value/images.ts'

/** The gradient as it is, or times the input: what each number adds to the score, to first order. */
export const FIRST_MAPS = ['gradient', 'product'] as const
export type FirstMap = (typeof FIRST_MAPS)[number]
export type MapKind = FirstMap | 'guided'

/** One number for each element of the input; null where no gradient arrives. */
export function numbersOf({ value, gradient, guided }: SampleInput, kind: MapKind): Float32Array | null {
  if (kind === 'guided') return guided
  return kind === 'gradient' || !gradient ? gradient : gradient.map((g, i) => g * (value[i] as number))
}

export const magnitudes = (numbers: Float32Array): Float32Array => numbers.map(Math.abs)

/** One number for each pixel: of several channels the one that is largest, as it is. */
export function byPixel(numbers: Float32Array, { rows, columns, channels, strides }: Pictures): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const at = Math.floor(i / columns) * strides.row + (i % columns) * strides.column
    let largest = numbers[at] as number
    for (let c = 1; c < channels; c++) {
      const x = numbers[at + c * strides.channel] as number
      if (Math.abs(x) > Math.abs(largest)) largest = x
    }
    return largest
  })
}
