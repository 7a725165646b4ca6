/** Small sets made by a formula: points of the plane with a class, the four corners of xor, and a noisy line. */
import { Random } from '../random.ts'
import { MemoryTable, type Table } from './table.ts'
import { cosSin } from './trig.ts'

export interface PlanarOptions {
  readonly seed: number
  /** Training examples. The test split has a quarter as many (rounded up), from numbers of its own. */
  readonly size: number
  /** Standard deviation of the normal noise; what it is added to is said at each set. */
  readonly noise: number
  /** Class labels as one-hot rows [k], else class indices []. */
  readonly oneHot: boolean
}

export interface Splits {
  readonly train: Table
  readonly test: Table
}

/** Where example `i` of `n` lies, and its class. */
type Point = (i: number, n: number, random: Random) => readonly [x: number, y: number, label: number]

const testSize = (size: number): number => Math.ceil(size / 4)

function splits(options: PlanarOptions, make: (size: number, random: Random) => Table): Splits {
  const random = new Random(options.seed)
  return { train: make(options.size, random.fork('train')), test: make(testSize(options.size), random.fork('test')) }
}

/** Rows are shuffled, so that batches are mixed without shuffling too. */
function points(options: PlanarOptions, classes: number, point: Point): Splits {
  return splits(options, (size, random) => {
    const features = new Float32Array(size * 2)
    const labels = new Uint8Array(size)
    const order = random.fork('order').permutation(size)
    for (let i = 0; i < size; i++) {
      const row = order[i] as number
      const [x, y, label] = point(i, size, random)
      // Adding 0 turns -0, which would be shown so, into 0.
      features[2 * row] = x + 0
      features[2 * row + 1] = y + 0
      labels[row] = label
    }
    return new MemoryTable(features, [2], { kind: 'classes', values: labels, classes, oneHot: options.oneHot })
  })
}

/** Divides 0…n-1 among k classes as evenly as can be: class, place within the class, size of the class. */
function share(i: number, n: number, k: number): readonly [label: number, place: number, count: number] {
  const label = i % k
  return [label, (i - label) / k, Math.ceil((n - label) / k)]
}

/** 0…1 in `count` equal steps, both ends taken. */
const linspace = (place: number, count: number): number => (count > 1 ? place / (count - 1) : 0)

/**
 * k interleaved arms (Stanford's CS231n, "Minimal neural network case study"): for class j and r from 0 to 1,
 * t = 4(j + r) + N(0, noise²), x = (r·sin t, r·cos t). As there, the arms stand 4 radians apart.
 */
export const spiral = (options: PlanarOptions, classes: number): Splits =>
  points(options, classes, (i, n, random) => {
    const [label, place, count] = share(i, n, classes)
    const r = linspace(place, count)
    // With more than three classes, arms 4 radians apart would come to lie on one another: a whole turn is shared out.
    const start = classes <= 3 ? 4 * label : (2 * Math.PI * label) / classes
    const [cos, sin] = cosSin(start + 4 * r + random.normal(0, options.noise))
    return [r * sin, r * cos, label]
  })

/**
 * Two half circles that reach into each other, as scikit-learn's make_moons: for t from 0 to π, class 0 is
 * (cos t, sin t), class 1 is (1 - cos t, ½ - sin t); N(0, noise²) is added to both coordinates.
 */
export const moons = (options: PlanarOptions): Splits =>
  points(options, 2, (i, n, random) => {
    const [label, place, count] = share(i, n, 2)
    const [cos, sin] = cosSin(Math.PI * linspace(place, count))
    const dx = random.normal(0, options.noise)
    const dy = random.normal(0, options.noise)
    return label === 0 ? [cos + dx, sin + dy, 0] : [1 - cos + dx, 0.5 - sin + dy, 1]
  })

/**
 * A circle in a circle, as scikit-learn's make_circles with factor 0.5: class 0 has radius 1, class 1 radius ½, both
 * at equal angles; N(0, noise²) is added to both coordinates.
 */
export const circles = (options: PlanarOptions): Splits =>
  points(options, 2, (i, n, random) => {
    const [label, place, count] = share(i, n, 2)
    const radius = label === 0 ? 1 : 0.5
    const [cos, sin] = cosSin((2 * Math.PI * place) / count)
    return [radius * cos + random.normal(0, options.noise), radius * sin + random.normal(0, options.noise), label]
  })

/**
 * Exclusive or: example i sits at the corner (a, b) of the unit square that the last two bits of i name, N(0, noise²)
 * added to both coordinates; its target, of shape [1], is a xor b. With 4 examples and no noise this is the truth table,
 * in the order 00, 01, 10, 11, and the test split is the same table.
 */
export function xor(options: PlanarOptions): Splits {
  const make = (size: number, random: Random): Table => {
    const features = new Float32Array(size * 2)
    const values = new Float32Array(size)
    for (let i = 0; i < size; i++) {
      const [a, b] = [(i >> 1) & 1, i & 1]
      features[2 * i] = a + random.normal(0, options.noise)
      features[2 * i + 1] = b + random.normal(0, options.noise)
      values[i] = a ^ b
    }
    return new MemoryTable(features, [2], { kind: 'targets', values, shape: [1] })
  }
  const random = new Random(options.seed)
  const forTest = Math.max(4, testSize(options.size))
  return { train: make(options.size, random.fork('train')), test: make(forTest, random.fork('test')) }
}

/** A line to fit: x uniform in [-1, 1), y = 2x + 1 + N(0, noise²). Features and targets have shape [1]. */
export const linear = (options: PlanarOptions): Splits =>
  splits(options, (size, random) => {
    const features = new Float32Array(size)
    const values = new Float32Array(size)
    for (let i = 0; i < size; i++) {
      const x = random.uniform(-1, 1)
      features[i] = x
      values[i] = 2 * x + 1 + random.normal(0, options.noise)
    }
    return new MemoryTable(features, [1], { kind: 'targets', values, shape: [1] })
  })
