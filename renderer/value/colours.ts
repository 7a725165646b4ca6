/**
 * The colours of numbers: one diverging scale, blue below zero, orange above, symmetric about 0 and told apart by
 * people with any kind of colour vision. A value and its negative have the same strength.
 */
import { colourReader } from '../ui/colourReader.ts'

/** The largest magnitude among finite numbers: what the ends of the scale stand for. 0 where all are zero. */
export function extentOf(values: ArrayLike<number>): number {
  let extent = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number)
    if (size > extent && size !== Number.POSITIVE_INFINITY) extent = size
  }
  return extent
}

/** As a CSS colour of the theme. Magnitudes are shown by their square root, so that small ones do not vanish. */
export function heat(value: number, extent: number): string {
  if (Number.isNaN(value)) return 'var(--heat-nan)'
  const share = extent === 0 ? 0 : Math.sqrt(Math.min(1, Math.abs(value) / extent))
  return `color-mix(in srgb, var(--heat-${value < 0 ? 'negative' : 'positive'}) ${Math.round(share * 100)}%, var(--heat-zero))`
}

export interface Palette {
  readonly zero: Rgb
  readonly negative: Rgb
  readonly positive: Rgb
  readonly nan: Rgb
}
type Rgb = readonly [number, number, number]

/** The theme's colours as numbers, for drawing on a <canvas>. */
export function paletteOf(element: Element): Palette {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const colour = colourReader(element)
  const read = (name: string): Rgb => {
    if (!probe) return [128, 128, 128]
    probe.fillStyle = colour(`var(--heat-${name})`)
    probe.fillRect(0, 0, 1, 1)
    const [r = 0, g = 0, b = 0] = probe.getImageData(0, 0, 1, 1).data
    return [r, g, b]
  }
  return { zero: read('zero'), negative: read('negative'), positive: read('positive'), nan: read('nan') }
}

export function paint(pixels: Uint8ClampedArray, at: number, value: number, extent: number, palette: Palette): void {
  const share = extent === 0 || Number.isNaN(value) ? 0 : Math.sqrt(Math.min(1, Math.abs(value) / extent))
  const end = Number.isNaN(value) ? palette.nan : value < 0 ? palette.negative : palette.positive
  const from = Number.isNaN(value) ? palette.nan : palette.zero
  for (let c = 0; c < 3; c++) pixels[at + c] = (from[c] as number) + ((end[c] as number) - (from[c] as number)) * share
  pixels[at + 3] = 255
}

/** From pale for the smallest to strong for the largest. */
export function paintRange(
  pixels: Uint8ClampedArray,
  at: number,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
  { zero, positive, nan }: Palette
): void {
  const share = max > min ? Math.max(0, Math.min(1, (value - min) / (max - min))) : 0.5
  for (let c = 0; c < 3; c++) {
    const [from, to] = [zero[c] as number, positive[c] as number]
    pixels[at + c] = Number.isNaN(value) ? (nan[c] as number) : from + (to - from) * share
  }
  pixels[at + 3] = 255
}

/** Black for the smallest, white for the largest, in every theme. */
export function paintGrey(
  pixels: Uint8ClampedArray,
  at: number,
  value: number,
  { min, max }: { readonly min: number; readonly max: number }
): void {
  pixels.fill(max > min ? (255 * (value - min)) / (max - min) : 128, at, at + 3)
  pixels[at + 3] = 255
}
