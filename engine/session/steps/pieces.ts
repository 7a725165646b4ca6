/** Tensors as a step shows them: one element, and the numbers around it. */
import type { Value } from '../../ir/builder.ts'
import { BATCH, type StaticShape, sizeOf } from '../../shape.ts'
import type { Numbers } from '../../tensor.ts'
import { coordinatesOf, flatOf } from './local.ts'
import type { Piece } from './types.ts'
import type { Walk } from './walk.ts'

/** What a request looks at. */
export interface Look {
  readonly sample: number
  readonly cells: Readonly<Record<string, number>>
}

/** Rows and columns of the window. */
const WINDOW = 5
/** A vector has one row, which may be longer. */
const ROW = 8

/** So many places around `at`, from `size`. */
function around(at: number, size: number, most: number): number[] {
  const count = Math.min(size, most)
  const first = Math.max(0, Math.min(at - Math.floor(count / 2), size - count))
  return Array.from({ length: count }, (_, i) => first + i)
}

/** The elements of one sample, where the tensor has a row for each. */
export function sampleRange(value: Value, shape: StaticShape, sample: number): readonly [from: number, to: number] {
  const size = sizeOf(shape)
  if (value.type.shape[0] !== BATCH || size === 0) return [0, size]
  const row = size / (shape[0] as number)
  const at = Math.min(sample, (shape[0] as number) - 1)
  return [at * row, (at + 1) * row]
}

/** Where the largest magnitude is, from `from` to before `to`; a NaN or an infinity is larger than all. */
export function largestIn(data: Numbers, [from, to]: readonly [number, number]): number {
  let [best, most] = [from, -1]
  for (let i = from; i < to; i++) {
    const size = Math.abs(data[i] as number)
    if (Number.isNaN(size)) return i
    if (size > most) [best, most] = [i, size]
  }
  return best
}

/** @param numbers whose numbers: the value itself, or its gradient */
export async function pieceOf(
  walk: Walk,
  value: Value,
  numbers: Value,
  cell: number | undefined,
  sample: number
): Promise<Piece> {
  const shape = walk.shape(value)
  const data = await walk.read(numbers.id)
  const at = cell !== undefined && cell < data.length ? cell : largestIn(data, sampleRange(value, shape, sample))
  const place = coordinatesOf(at, shape)
  const [row, column] = [place.at(-2) ?? 0, place.at(-1) ?? 0]
  const flat = shape.length < 2
  const rows = flat ? [0] : around(row, shape.at(-2) as number, WINDOW)
  const columns = around(column, shape.at(-1) ?? 1, flat ? ROW : WINDOW)
  const lead = place.slice(0, -2)
  const window = rows.flatMap((i) =>
    columns.map((j) => data[shape.length === 0 ? 0 : flatOf(flat ? [j] : [...lead, i, j], shape)] as number)
  )
  return {
    shape,
    statistics: await walk.statistics(numbers.id),
    cell: at,
    value: data[at] as number,
    rows,
    columns,
    window
  }
}
