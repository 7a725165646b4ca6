/** Which part of a tensor is on screen: the last two axes as a table, the others by sliders, rows in windows. */
import { indexAt } from './format.ts'

/** Elements that are asked for at once. */
export const LIMIT = 100_000
/** A vector longer than this is broken into rows. */
const WRAP = 64

export interface Layout {
  readonly rows: number
  readonly columns: number
  /** Sizes of the axes before the last two. */
  readonly leading: readonly number[]
  /** Rows that fit into one slice. */
  readonly window: number
  /** How many elements one table holds. */
  readonly size: number
}

export function layoutOf(shape: readonly number[]): Layout {
  const last = shape.at(-1) ?? 1
  const flat = shape.length < 2
  const columns = flat && last > WRAP ? WRAP : last
  const rows = flat ? Math.ceil(last / Math.max(1, columns)) : (shape.at(-2) as number)
  const window = Math.max(1, Math.min(rows, Math.floor(LIMIT / Math.max(1, columns))))
  return { rows, columns, leading: shape.slice(0, -2), window, size: flat ? last : rows * columns }
}

/** Smaller squares show no more than the row does. */
const SMALLEST_IMAGE = 8

/** The side of the pictures that the rows of a table hold, 28 for [128, 784]; null where they hold none. */
export function imageSide(shape: readonly number[]): number | null {
  const side = Math.sqrt(shape.at(-1) ?? 0)
  return Number.isInteger(side) && side >= SMALLEST_IMAGE && (shape.length < 3 || shape.at(-2) === 1) ? side : null
}

/** Each row as a picture of its own. */
export function imageLayout(shape: readonly number[], side: number): Layout {
  return { rows: side, columns: side, leading: shape.slice(0, -1), window: side, size: side * side }
}

export interface Slice {
  readonly offset: number
  readonly count: number
}

/** Flat position and length of rows `from` … of the table at `leading` indices. */
export function sliceAt(layout: Layout, leading: readonly number[], from: number): Slice {
  const table = leading.reduce((at, i, axis) => at * (layout.leading[axis] as number) + i, 0)
  const start = from * layout.columns
  return { offset: table * layout.size + start, count: Math.min(layout.window * layout.columns, layout.size - start) }
}

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

/** The part on screen as text: CSV with one line per row, or nested JSON. */
export function asCsv(data: ArrayLike<number>, columns: number): string {
  const lines: string[] = []
  for (let at = 0; at < data.length; at += columns) {
    lines.push(Array.from({ length: Math.min(columns, data.length - at) }, (_, i) => String(data[at + i])).join(','))
  }
  return lines.join('\n')
}

/** What NumPy reads back, given `import numpy as np`. */
export function asNumpy(data: ArrayLike<number>, columns: number, dtype: 'float32' | 'float64'): string {
  const number = (x: number) =>
    Number.isNaN(x) ? 'np.nan' : Number.isFinite(x) ? String(x) : x > 0 ? 'np.inf' : '-np.inf'
  const rows: string[] = []
  for (let at = 0; at < data.length; at += columns) {
    const row = Array.from({ length: Math.min(columns, data.length - at) }, (_, i) => number(data[at + i] as number))
    rows.push(`[${row.join(', ')}]`)
  }
  return `np.array(${rows.length === 1 ? rows[0] : `[${rows.join(',\n          ')}]`}, dtype=np.${dtype})`
}

export function asJson(data: ArrayLike<number>, shape: readonly number[], offset: number): string {
  const values = Array.from(data, (x) => (Number.isFinite(x) ? x : String(x)))
  return JSON.stringify({ shape, from: indexAt(offset, shape), data: values })
}
