/** How the numbers of a tensor are read as pictures. */

/** The names that people know the orders of axes by; `square`: rows of pixels, one picture each. */
export type Order = 'square' | 'plane' | 'nchw' | 'nhwc'

/** Pictures in a tensor: element (n, channel, row, column) is at the sum of each times its stride. */
export interface Pictures {
  readonly order: Order
  readonly count: number
  readonly channels: number
  readonly rows: number
  readonly columns: number
  readonly strides: {
    readonly picture: number
    readonly channel: number
    readonly row: number
    readonly column: number
  }
}

/** Smaller ones show no more than their numbers do. */
const SMALLEST = 8

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

function channelsFirst(shape: readonly number[]): Pictures | null {
  const [channels, rows, columns] = shape.slice(-3) as [number, number, number]
  if (shape.length < 3 || rows < 2 || columns < 2) return null
  const plane = rows * columns
  const strides = { picture: channels * plane, channel: plane, row: columns, column: 1 }
  return { order: 'nchw', count: product(shape.slice(0, -3)), channels, rows, columns, strides }
}

/** Only of as many channels as a picture has: anything else is more likely the other order. */
function channelsLast(shape: readonly number[]): Pictures | null {
  const [rows, columns, channels] = shape.slice(-3) as [number, number, number]
  if (shape.length < 3 || ![1, 3, 4].includes(channels) || rows < 2 || columns < 2) return null
  const strides = { picture: rows * columns * channels, channel: 1, row: columns * channels, column: channels }
  return { order: 'nhwc', count: product(shape.slice(0, -3)), channels, rows, columns, strides }
}

function square(shape: readonly number[]): Pictures | null {
  const side = Math.sqrt(shape.at(-1) ?? 0)
  if (!Number.isInteger(side) || side < SMALLEST) return null
  const strides = { picture: side * side, channel: side * side, row: side, column: 1 }
  return { order: 'square', count: product(shape.slice(0, -1)), channels: 1, rows: side, columns: side, strides }
}

/** All ways to read a tensor as pictures, the likeliest first. */
export function picturesIn(shape: readonly number[]): readonly Pictures[] {
  const [first, last] = [channelsFirst(shape), channelsLast(shape)]
  // [28, 28, 3] has its channels last, [3, 28, 28] first
  const lastIsLikelier = last && (last.channels > 1 || !first || first.rows < SMALLEST)
  const flat = square(shape)
  const found = lastIsLikelier ? [last, first] : [first, last]
  // rows of pixels are meant where there is one row, or as many as the batch
  return [...(shape.length < 3 || shape.at(-2) === 1 ? [flat, ...found] : [...found, flat])].filter((p) => p !== null)
}

/** One example as a picture, where it is one: [784], [1, 28, 28], [28, 28, 3], [28, 28]. */
export function pictureOf(shape: readonly number[]): Pictures | null {
  const [rows, columns] = shape
  if (shape.length === 2 && rows && columns && Math.min(rows, columns) >= SMALLEST) {
    const strides = { picture: rows * columns, channel: rows * columns, row: columns, column: 1 }
    return { order: 'plane', count: 1, channels: 1, rows, columns, strides }
  }
  const one = picturesIn(shape)[0]
  return one?.count === 1 && Math.min(one.rows, one.columns) >= SMALLEST ? one : null
}
