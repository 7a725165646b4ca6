/** Shape rules and helpers that several families share. */
import type { Op, Sample } from '../ir/op.ts'
import type { Attributes, DType, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import {
  broadcast,
  countOf,
  type Dim,
  isStatic,
  MAX_RANK,
  multiplyDims,
  type Shape,
  showShape,
  sizeOf
} from '../shape.ts'

/** The largest tensor: one gigabyte of float32. More would only make the machine swap. */
export const MAX_ELEMENTS = 2 ** 28

export const float = (shape: Shape): TensorType => ({ shape, dtype: 'float' })

/** Refuses what no backend can hold. */
export function limited(op: string, type: TensorType): TensorType {
  const { shape } = type
  if (shape.length > MAX_RANK) fail('shape.rankLimit', { op, shape: showShape(shape) })
  if (isStatic(shape) && sizeOf(shape) > MAX_ELEMENTS)
    fail('shape.tooLarge', { op, shape: showShape(shape), limit: MAX_ELEMENTS })
  return type
}

export function broadcastAll(op: string, shapes: readonly Shape[]): Shape {
  return shapes.reduce<Shape>((a, b) => {
    const result = broadcast(a, b)
    if ('shape' in result) return result.shape
    return fail('shape.broadcast', {
      op,
      a: showShape(a),
      b: showShape(b),
      axis: result.clash,
      da: result.da,
      db: result.db
    })
  }, [])
}

export const elementwise =
  (op: string, dtype: DType | 'same' = 'float') =>
  (inputs: readonly TensorType[]): TensorType =>
    limited(op, {
      shape: broadcastAll(
        op,
        inputs.map((i) => i.shape)
      ),
      dtype: dtype === 'same' ? (inputs.every((i) => i.dtype === 'int') ? 'int' : 'float') : dtype
    })

/** Counts negative axes from the end, as NumPy and ONNX do. */
export function axisIn(op: string, axis: number, shape: Shape, extra = 0): number {
  const rank = shape.length + extra
  if (rank === 0) fail('shape.rank', { op, input: 'x', shape: showShape(shape), expected: 'at least 1 dimension' })
  if (axis < -rank || axis >= rank) {
    fail('shape.axis', { op, axis, shape: showShape(shape), low: -rank, high: rank - 1 })
  }
  return axis < 0 ? axis + rank : axis
}

/** Sorted, distinct, non-negative; absent means all. */
export function axesIn(op: string, axes: readonly number[] | null, shape: Shape): number[] {
  if (axes === null) return shape.map((_, i) => i)
  const found = axes.map((a) => axisIn(op, a, shape)).sort((a, b) => a - b)
  const twice = found.find((a, i) => a === found[i + 1])
  if (twice !== undefined) fail('shape.axisTwice', { op, axis: twice })
  return found
}

export const needsRank = (op: string, input: string, shape: Shape, low: number, expected: string): void => {
  if (shape.length < low) fail('shape.rank', { op, input, shape: showShape(shape), expected })
}

/** A product that sums over `inner`: a multiplication and an addition for each term of each element. */
export const productFlops = (output: TensorType, inner: Dim): Dim =>
  multiplyDims(2, multiplyDims(countOf(output.shape), inner))

export const dimAt = (shape: Shape, axis: number): Dim => shape[axis] as Dim

/** Sizes as the file writes them (null for the batch) from and to shapes. */
export const shapeOfAttribute = (a: Attributes, batch: Dim): Shape =>
  ((a.shape ?? []) as readonly (number | null)[]).map((d) => d ?? batch)

/** The samples that every elementwise binary operator is tested with: equal, broadcast either way, rank 0, 5 and 6, empty. */
export const binarySamples = (domain: Sample['domain'] = [-2, 2], avoid?: readonly number[]): Sample[] =>
  (
    [
      [[], []],
      [[3], [3]],
      [[2, 3], []],
      [[2, 3], [3]],
      [
        [2, 1],
        [1, 3]
      ],
      [[3], [2, 2, 3]],
      [
        [2, 1, 2, 1, 2],
        [3, 1, 2, 1]
      ],
      [
        [2, 1, 2, 1, 1, 2],
        [1, 2, 1, 2, 1]
      ],
      [[0, 3], [3]]
    ] as Shape[][]
  ).map((shapes) => ({ shapes, domain, ...(avoid ? { avoid } : {}) }))

export const unarySamples = (domain: readonly [number, number] = [-2, 2], avoid?: readonly number[]): Sample[] =>
  ([[], [4], [2, 3], [2, 1, 3, 1, 2], [1, 2, 1, 2, 1, 2], [0, 2]] as Shape[]).map((shape) => ({
    shapes: [shape],
    domain,
    ...(avoid ? { avoid } : {})
  }))

/** One input called x, one output called out: what most operators have. */
export const X = [{ name: 'x' }] as const
export const AB = [{ name: 'a' }, { name: 'b' }] as const
export const OUT = [{ name: 'out' }] as const

export const define = (op: Op): Op => op
