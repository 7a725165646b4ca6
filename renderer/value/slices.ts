import type { TensorRequest } from '../../engine/session/protocol.ts'

/** Which part of a tensor is on screen: two axes as a table, at one index of each other; long tables in windows of rows. */
export { type Bin, histogram } from '../../engine/session/tensors/histogram.ts'

/** Elements that are asked for at once. */
export const LIMIT = 500_000
/** A vector longer than this is broken into rows. */
const WRAP = 64

/** The axes that are rows and columns, null where there is none, and the index that is looked at along every axis. */
export interface Axes {
  readonly rows: number | null
  readonly columns: number | null
  readonly at: readonly number[]
}

/** The last two. */
export const firstAxes = (shape: readonly number[]): Axes => ({
  rows: shape.length > 1 ? shape.length - 2 : null,
  columns: shape.length > 0 ? shape.length - 1 : null,
  at: shape.map(() => 0)
})

/** Axes that are neither rows nor columns. */
export const otherAxes = (shape: readonly number[], { rows, columns }: Axes): readonly number[] =>
  shape.map((_, axis) => axis).filter((axis) => axis !== rows && axis !== columns)

export interface Table {
  readonly rows: number
  readonly columns: number
  /** Elements: the last row of a broken vector may be short. */
  readonly count: number
  /** Of its first element, and from one row and column to the next. */
  readonly offset: number
  readonly rowStride: number
  readonly columnStride: number
}

const strideOf = (shape: readonly number[], axis: number): number =>
  shape.slice(axis + 1).reduce((product, size) => product * size, 1)

export function tableOf(shape: readonly number[], { rows, columns, at }: Axes): Table {
  const size = (axis: number | null) => (axis === null ? 1 : (shape[axis] as number))
  const stride = (axis: number | null) => (axis === null ? 1 : strideOf(shape, axis))
  const [height, width] = [size(rows), size(columns)]
  if (rows === null && width > WRAP)
    return { rows: Math.ceil(width / WRAP), columns: WRAP, count: width, offset: 0, rowStride: WRAP, columnStride: 1 }
  const offset = otherAxes(shape, { rows, columns, at }).reduce((sum, axis) => sum + (at[axis] ?? 0) * stride(axis), 0)
  return {
    rows: height,
    columns: width,
    count: height * width,
    offset,
    rowStride: stride(rows),
    columnStride: stride(columns)
  }
}

/** Flat place in the tensor of an element of the table. */
export const placeIn = ({ columns, offset, rowStride, columnStride }: Table, at: number): number =>
  offset + Math.floor(at / columns) * rowStride + (at % columns) * columnStride

/** What is asked of the engine. */
export type Slice = Pick<TensorRequest, 'offset' | 'count' | 'grid'>

export interface Span {
  readonly from: number
  /** Behind the last. */
  readonly to: number
}

/** Rows and columns of a table. A broken vector has all its columns. */
export function windowOf(table: Table, rows: Span, columns: Span = { from: 0, to: table.columns }): Slice {
  const { offset, rowStride, columnStride, count } = table
  const first = offset + rows.from * rowStride
  if (count < table.rows * table.columns) {
    return { offset: first, count: Math.min(rows.to * table.columns, count) - rows.from * table.columns }
  }
  return {
    offset: first + columns.from * columnStride,
    grid: [
      { count: rows.to - rows.from, stride: rowStride },
      { count: columns.to - columns.from, stride: columnStride }
    ]
  }
}

/** Rows that are asked for at once. */
export const rowsAtOnce = ({ rows, columns }: Table): number =>
  Math.max(1, Math.min(rows, Math.floor(LIMIT / Math.max(1, columns))))

/** One line for each row. */
export function asCsv(data: ArrayLike<number>, columns: number): string {
  const lines: string[] = []
  for (let at = 0; at < data.length; at += columns) {
    lines.push(Array.from({ length: Math.min(columns, data.length - at) }, (_, i) => String(data[at + i])).join(','))
  }
  return lines.join('\n')
}

/** What NumPy reads back, given `import numpy as np`. */
export function asNumpy(
  data: ArrayLike<number>,
  columns: number,
  dtype: 'float32' | 'float64',
  shape?: readonly number[]
): string {
  const number = (x: number) =>
    Number.isNaN(x) ? 'np.nan' : Number.isFinite(x) ? String(x) : x > 0 ? 'np.inf' : '-np.inf'
  const rows: string[] = []
  for (let at = 0; at < data.length; at += columns) {
    const row = Array.from({ length: Math.min(columns, data.length - at) }, (_, i) => number(data[at + i] as number))
    rows.push(`[${row.join(', ')}]`)
  }
  const turned = shape ? `.reshape(${shape.join(', ')})` : ''
  return `np.array(${rows.length === 1 ? rows[0] : `[${rows.join(',\n          ')}]`}, dtype=np.${dtype})${turned}`
}

/** Rows of a table with what they are of: "[1, :, :]". */
export function asJson(data: ArrayLike<number>, columns: number, shape: readonly number[], slice: string): string {
  const values = Array.from(data, (x) => (Number.isFinite(x) ? x : String(x)))
  const rows = Array.from({ length: Math.ceil(values.length / columns) }, (_, i) =>
    values.slice(i * columns, (i + 1) * columns)
  )
  return JSON.stringify({ shape, slice, data: rows })
}

/** As NumPy writes the part that a table shows: [1, :, 0, :]. */
export const sliceName = (shape: readonly number[], { rows, columns, at }: Axes): string =>
  `[${shape.map((_, axis) => (axis === rows || axis === columns ? ':' : (at[axis] ?? 0))).join(', ')}]`
