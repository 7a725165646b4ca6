/** Maps of a plane as small pictures: a point of the grid is a pixel, drawn larger by the screen. */
import { colourReader } from '../../ui/colourReader.ts'
import { extentOf, type Palette, paint, paletteOf } from '../../value/colours.ts'
import type { Regions } from './regions.ts'

/** Colours of classes; each has a shape of its point beside it. */
const CLASSES = 6
export const classColour = (label: number): string => `var(--class-${Math.abs(Math.round(label)) % CLASSES})`

type Rgb = readonly [number, number, number]

/** The theme's colours as numbers: read once, not with each picture. */
export interface Colours {
  readonly heat: Palette
  readonly ground: Rgb
  readonly classes: readonly Rgb[]
}

export function coloursOf(host: Element): Colours {
  const probe = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true
  })
  const read = colourReader(host)
  const rgb = (colour: string): Rgb => {
    if (!probe) return [128, 128, 128]
    probe.fillStyle = read(colour)
    probe.fillRect(0, 0, 1, 1)
    const [r = 0, g = 0, b = 0] = probe.getImageData(0, 0, 1, 1).data
    return [r, g, b]
  }
  return {
    heat: paletteOf(host),
    ground: rgb('var(--panel)'),
    classes: Array.from({ length: CLASSES }, (_, k) => rgb(classColour(k)))
  }
}

/** The upper row of the picture is the last in the numbers: y grows upward. */
function picture(
  canvas: HTMLCanvasElement,
  size: number,
  draw: (pixels: Uint8ClampedArray, at: number, from: number) => void
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  canvas.width = size
  canvas.height = size
  const image = context.createImageData(size, size)
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      draw(image.data, 4 * ((size - 1 - row) * size + column), row * size + column)
  context.putImageData(image, 0, 0)
}

/** Blue below 0, orange above, as all numbers of the program. */
export function paintUnit(canvas: HTMLCanvasElement, { heat }: Colours, map: Float32Array, size: number): void {
  const extent = extentOf(map)
  picture(canvas, size, (pixels, at, from) => paint(pixels, at, map[from] as number, extent, heat))
}

/** Each class in its colour, paler where the network is undecided. */
export function paintRegions(
  canvas: HTMLCanvasElement,
  { ground, classes: colours }: Colours,
  { classes, sure }: Regions,
  size: number
): void {
  picture(canvas, size, (pixels, at, from) => {
    const colour = colours[(classes[from] as number) % CLASSES] as Rgb
    const share = 0.12 + 0.38 * (sure[from] as number)
    for (let c = 0; c < 3; c++)
      pixels[at + c] = (ground[c] as number) + ((colour[c] as number) - (ground[c] as number)) * share
    pixels[at + 3] = 255
  })
}
