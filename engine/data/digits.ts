/**
 * Digits that look handwritten, drawn by our own code, so that a network can be trained before anything is downloaded.
 * Laid out as MNIST is (28 × 28 bytes, white on black, about 20 pixels high, centred by mass), but never passed off as it.
 */
import { Random } from '../random.ts'
import { type Glyph, glyphs, type Stroke } from './glyphs.ts'
import { type ImageLayout, imageTable } from './mnist.ts'
import type { Table } from './table.ts'
import { cosSin } from './trig.ts'

export const DIGITS_NOTE = 'Drawn by Chainrule from pen strokes and a seed; this is not MNIST.'

const SIDE = 28
const PIXELS = SIDE * SIDE
/** Straight pieces per curve between two points. */
const PIECES = 5

/** x, y and the pen's radius, in pixels, of each point of one stroke. */
type Path = Float64Array

/**
 * Train and test splits from streams of their own. Each ten images in a row hold every digit once. Image i is the same
 * for every `size`.
 */
export function digits(options: ImageLayout & { readonly seed: number; readonly size: number }): {
  train: Table
  test: Table
} {
  const random = new Random(options.seed)
  const make = (size: number, stream: Random) => {
    const { images, labels } = drawDigits(size, stream)
    return imageTable(images, labels, options)
  }
  return {
    train: make(options.size, random.fork('train')),
    test: make(Math.ceil(options.size / 4), random.fork('test'))
  }
}

/** `count` images of 784 bytes, and their classes. */
export function drawDigits(count: number, random: Random): { images: Uint8Array; labels: Uint8Array } {
  const images = new Uint8Array(count * PIXELS)
  const labels = new Uint8Array(count)
  const ink = new Float64Array(PIXELS)
  let order = new Uint32Array(0)
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) order = random.permutation(10) as Uint32Array<ArrayBuffer>
    const digit = order[i % 10] as number
    labels[i] = digit
    drawDigit(digit, random, ink)
    develop(ink, random, images.subarray(i * PIXELS, (i + 1) * PIXELS))
  }
  return { images, labels }
}

function drawDigit(digit: number, random: Random, ink: Float64Array): void {
  const glyph = choose(glyphs[digit] as readonly Glyph[], random)
  const hand = handOf(random)
  const paths = glyph.strokes.map((stroke) => pathOf(stroke, hand, random))
  place(paths, hand, random)
  ink.fill(0)
  for (const path of paths) draw(path, hand.edge, ink)
}

function choose(list: readonly Glyph[], random: Random): Glyph {
  let at = random.next() * list.reduce((sum, glyph) => sum + glyph.weight, 0)
  for (const glyph of list) {
    at -= glyph.weight
    if (at < 0) return glyph
  }
  return list[0] as Glyph
}

/** How this one digit is written. */
interface Hand {
  /** Linear map of the plane: slant, rotation and width. Row-major. */
  readonly map: readonly [number, number, number, number]
  /** Quadratic bend of the paper: two sets of coefficients of x², xy, y². */
  readonly bend: readonly number[]
  /** Standard deviation of each point's place, in heights. */
  readonly jitter: number
  /** Radius of the pen at the beginning and end of a stroke, in pixels. */
  readonly pen: readonly [number, number]
  /** Height or width in pixels, whichever is larger. */
  readonly extent: number
  /** Width of the soft edge of a line, in pixels. */
  readonly edge: number
}

function handOf(random: Random): Hand {
  const slant = clamp(random.normal(0.12, 0.22), -0.5, 0.75)
  const [cos, sin] = cosSin(clamp(random.normal(0, 0.11), -0.35, 0.35))
  const width = clamp(random.normal(1, 0.17), 0.55, 1.5)
  const pen = clamp(random.normal(1.25, 0.33), 0.65, 2.3)
  return {
    // Rotation · shear · scale; y points down, so that a slant to the right moves the upper part to the right.
    map: [cos * width, -cos * slant - sin, sin * width, -sin * slant + cos],
    bend: Array.from({ length: 6 }, () => random.normal(0, 0.13)),
    jitter: 0.022,
    pen: [pen * random.uniform(0.85, 1.15), pen * random.uniform(0.7, 1.1)],
    extent: random.uniform(18.2, 20.4),
    edge: random.uniform(0.9, 1.6)
  }
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)

/** A stroke's points, moved as this hand moves them, joined by a Catmull–Rom curve (E. Catmull, R. Rom, 1974). */
function pathOf(stroke: Stroke, hand: Hand, random: Random): Path {
  const n = stroke.length / 2
  const px = new Float64Array(n)
  const py = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const [gx, gy] = [stroke[2 * i] as number, stroke[2 * i + 1] as number]
    // A corner is one point given twice, and must stay one.
    if (i > 0 && gx === stroke[2 * i - 2] && gy === stroke[2 * i - 1]) {
      px[i] = px[i - 1] as number
      py[i] = py[i - 1] as number
      continue
    }
    const x = gx - 0.32 + random.normal(0, hand.jitter)
    const y = gy - 0.5 + random.normal(0, hand.jitter)
    const [a, b, c, d, e, f] = hand.bend as [number, number, number, number, number, number]
    const bx = x + a * x * x + b * x * y + c * y * y
    const by = y + d * x * x + e * x * y + f * y * y
    px[i] = hand.map[0] * bx + hand.map[1] * by
    py[i] = hand.map[2] * bx + hand.map[3] * by
  }
  const path = new Float64Array(((n - 1) * PIECES + 1) * 3)
  const at = (list: Float64Array, i: number) => list[clamp(i, 0, n - 1)] as number
  const [start, end] = hand.pen
  for (let k = 0; k * 3 < path.length; k++) {
    const i = Math.min(Math.floor(k / PIECES), n - 2)
    const t = k / PIECES - i
    path[3 * k] = catmullRom(at(px, i - 1), at(px, i), at(px, i + 1), at(px, i + 2), t)
    path[3 * k + 1] = catmullRom(at(py, i - 1), at(py, i), at(py, i + 1), at(py, i + 2), t)
    path[3 * k + 2] = start + ((end - start) * k * 3) / path.length
  }
  return path
}

function catmullRom(p0: number, p1: number, p2: number, p3: number, t: number): number {
  const linear = p2 - p0
  const square = 2 * p0 - 5 * p1 + 4 * p2 - p3
  const cube = 3 * (p1 - p2) + p3 - p0
  return p1 + 0.5 * t * (linear + t * (square + t * cube))
}

/** Scales to `extent` and moves the centre of the ink to the middle of the image, give or take a pixel. */
function place(paths: readonly Path[], hand: Hand, random: Random): void {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const path of paths) {
    for (let i = 0; i < path.length; i += 3) {
      const [x, y] = [path[i] as number, path[i + 1] as number]
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  }
  const thickness = hand.pen[0] + hand.pen[1]
  const scale = (hand.extent - thickness) / Math.max(right - left, bottom - top)
  let [mass, massX, massY] = [0, 0, 0]
  for (const path of paths) {
    for (let i = 3; i < path.length; i += 3) {
      const dx = (path[i] as number) - (path[i - 3] as number)
      const dy = (path[i + 1] as number) - (path[i - 2] as number)
      const m = Math.sqrt(dx * dx + dy * dy) * (path[i + 2] as number)
      mass += m
      massX += (m * ((path[i] as number) + (path[i - 3] as number))) / 2
      massY += (m * ((path[i + 1] as number) + (path[i - 2] as number))) / 2
    }
  }
  // Whatever the centre of mass, the bounding box stays inside the image with a margin of a pixel.
  const margin = 1 + thickness / 2
  const middle = SIDE / 2 - 0.5
  const shiftX = middle - (massX / mass) * scale + random.uniform(-1, 1)
  const shiftY = middle - (massY / mass) * scale + random.uniform(-1, 1)
  const moveX = clamp(shiftX, margin - left * scale, SIDE - 1 - margin - right * scale)
  const moveY = clamp(shiftY, margin - top * scale, SIDE - 1 - margin - bottom * scale)
  for (const path of paths) {
    for (let i = 0; i < path.length; i += 3) {
      path[i] = (path[i] as number) * scale + moveX
      path[i + 1] = (path[i + 1] as number) * scale + moveY
    }
  }
}

/**
 * Inks each straight piece: a pixel's ink falls from 1 to 0 over `edge` pixels around the distance of the pen's radius
 * from the piece; where pieces overlap the darkest counts.
 */
function draw(path: Path, edge: number, ink: Float64Array): void {
  for (let i = 3; i < path.length; i += 3) {
    const [ax, ay] = [path[i - 3] as number, path[i - 2] as number]
    const dx = (path[i] as number) - ax
    const dy = (path[i + 1] as number) - ay
    const radius = path[i + 2] as number
    const reach = radius + edge / 2
    const square = dx * dx + dy * dy
    const inverse = square > 0 ? 1 / square : 0
    const x0 = Math.max(0, Math.ceil(Math.min(ax, ax + dx) - reach))
    const x1 = Math.min(SIDE - 1, Math.floor(Math.max(ax, ax + dx) + reach))
    const y0 = Math.max(0, Math.ceil(Math.min(ay, ay + dy) - reach))
    const y1 = Math.min(SIDE - 1, Math.floor(Math.max(ay, ay + dy) + reach))
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const t = clamp(((x - ax) * dx + (y - ay) * dy) * inverse, 0, 1)
        const ex = x - ax - t * dx
        const ey = y - ay - t * dy
        const value = (reach - Math.sqrt(ex * ex + ey * ey)) / edge
        const at = y * SIDE + x
        if (value > (ink[at] as number)) ink[at] = Math.min(1, value)
      }
    }
  }
}

/** Ink to bytes: full ink is not always full white, and no line is quite even. */
function develop(ink: Float64Array, random: Random, out: Uint8Array): void {
  const gain = random.uniform(225, 290)
  const grain = random.uniform(0, 18)
  for (let p = 0; p < PIXELS; p++) {
    const value = ink[p] as number
    if (value > 0) out[p] = clamp(Math.round(value * (gain + random.normal(0, grain))), 0, 255)
  }
}
