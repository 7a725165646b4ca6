/** Products of matrices. */
import type { Builder, Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { type Dim, type Shape, showShape, sizeOf, stridesOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { type Coordinates, eachIndex } from './reference.ts'
import { AB, broadcastAll, define, dimAt, float, limited, needsRank, OUT, productFlops } from './rules.ts'

/** (m × k)·(k × n) with either operand transposed; leading axes broadcast. */
function inferProduct(op: string, a: Shape, b: Shape, transA: boolean, transB: boolean): TensorType {
  const [ra, rb] = [a.length, b.length]
  const [m, k1] = transA ? [dimAt(a, ra - 1), dimAt(a, ra - 2)] : [dimAt(a, ra - 2), dimAt(a, ra - 1)]
  const [k2, n] = transB ? [dimAt(b, rb - 1), dimAt(b, rb - 2)] : [dimAt(b, rb - 2), dimAt(b, rb - 1)]
  if (k1 !== k2) fail('shape.matmul', { op, k1, k2, a: showShape(a), b: showShape(b) })
  return limited(op, float([...broadcastAll(op, [a.slice(0, -2), b.slice(0, -2)]), m, n]))
}

/** NumPy's rule for vectors: a row on the left, a column on the right, and the added axis goes again. */
const promoteA = (s: Shape): Shape => (s.length === 1 ? [1, ...s] : s)
const promoteB = (s: Shape): Shape => (s.length === 1 ? [...s, 1] : s)

function dropAdded(product: Shape, a: Shape, b: Shape): Dim[] {
  const kept = [...product]
  if (b.length === 1) kept.pop()
  if (a.length === 1) kept.splice(kept.length - (b.length === 1 ? 1 : 2), 1)
  return kept
}

/** The matrix of a (broadcast) leading coordinate. */
function matrixAt(t: Tensor<Float64Array>, lead: Coordinates): Float64Array {
  const size = sizeOf(t.shape.slice(-2))
  const own = t.shape.slice(0, -2)
  const strides = stridesOf(own)
  const at = own.reduce(
    (sum, d, i) => sum + (d === 1 ? 0 : (lead[lead.length - own.length + i] as number) * (strides[i] as number)),
    0
  )
  return t.data.subarray(at * size, (at + 1) * size)
}

const flags = (a: Attributes): [boolean, boolean] => [a.transA === true, a.transB === true]

/** Gradients of y = op(a)·op(b), as any table of matrix calculus has them. */
function productGradients(
  b: Builder,
  x: Value,
  w: Value,
  g: Value,
  transA: boolean,
  transB: boolean
): [() => Value, () => Value] {
  return [
    () => b.sumTo(transA ? b.matmul(w, g, transB, true) : b.matmul(g, w, false, !transB), x.type.shape),
    () => b.sumTo(transB ? b.matmul(g, x, true, transA) : b.matmul(x, g, !transA, false), w.type.shape)
  ]
}

export const linear: readonly Op[] = [
  define({
    kind: 'MatMul',
    family: 'linear',
    title: 'Matrix product',
    doc: 'The matrix product by NumPy rules: the last two axes are multiplied, leading axes broadcast, a vector counts as a row on the left and as a column on the right.',
    formula: {
      forward: 'Y = A B',
      backward: {
        a: String.raw`\frac{\partial L}{\partial A} = \frac{\partial L}{\partial Y} B^{\mathsf T}`,
        b: String.raw`\frac{\partial L}{\partial B} = A^{\mathsf T} \frac{\partial L}{\partial Y}`
      }
    },
    keywords: ['dot', 'gemm', '@', '행렬 곱', '행렬곱'],
    inputs: AB,
    outputs: OUT,
    attributes: {},
    pattern: 'multiplies by the transpose',
    flops: ([a], y) => productFlops(y, a?.shape.at(-1) ?? 1),
    infer: (inputs) => {
      const [a, b] = inputs.map((i) => i.shape) as [Shape, Shape]
      needsRank('MatMul', 'a', a, 1, 'at least 1 dimension')
      needsRank('MatMul', 'b', b, 1, 'at least 1 dimension')
      return float(dropAdded(inferProduct('MatMul', promoteA(a), promoteB(b), false, false).shape, a, b))
    },
    vjp: ({ b, inputs, upstream, needs }) => {
      const [x, w] = inputs as [Value, Value]
      const a2 = b.reshape(x, promoteA(x.type.shape))
      const b2 = b.reshape(w, promoteB(w.type.shape))
      const g2 = b.reshape(upstream, inferProduct('MatMul', a2.type.shape, b2.type.shape, false, false).shape)
      const [da, db] = productGradients(b, a2, b2, g2, false, false)
      return [needs(0) ? b.reshape(da(), x.type.shape) : null, needs(1) ? b.reshape(db(), w.type.shape) : null]
    },
    lower: (b, inputs) => {
      const [x, w] = inputs as [Value, Value]
      const y = b.matmul(b.reshape(x, promoteA(x.type.shape)), b.reshape(w, promoteB(w.type.shape)))
      return b.reshape(y, dropAdded(y.type.shape, x.type.shape, w.type.shape))
    },
    samples: (
      [
        [
          [2, 3],
          [3, 4]
        ],
        [[3], [3]],
        [[3], [3, 2]],
        [[2, 3], [3]],
        [
          [2, 3, 4],
          [4, 2]
        ],
        [
          [2, 1, 2, 3],
          [4, 3, 2]
        ],
        [[2, 3, 4], [4]],
        [[3], [2, 3, 2]],
        [
          [2, 1, 2, 1, 2, 3],
          [1, 2, 1, 3, 2]
        ],
        [
          [2, 0],
          [0, 3]
        ],
        [
          [17, 33],
          [33, 19]
        ]
      ] as Shape[][]
    ).map((shapes) => ({ shapes }))
  }),
  define({
    kind: 'BatchMatMul',
    family: 'internal',
    title: 'Matrix product with transposes',
    doc: 'The product of the last two axes, either operand read transposed.',
    formula: { forward: String.raw`Y = \mathrm{op}(A)\,\mathrm{op}(B)` },
    inputs: AB,
    outputs: OUT,
    attributes: {},
    pattern: 'multiplies by the transpose',
    flops: ([a], y, attributes) => productFlops(y, a?.shape.at(attributes.transA === true ? -2 : -1) ?? 1),
    infer: (inputs, attributes) => {
      const [a, b] = inputs.map((i) => i.shape) as [Shape, Shape]
      needsRank('BatchMatMul', 'a', a, 2, 'at least 2 dimensions')
      needsRank('BatchMatMul', 'b', b, 2, 'at least 2 dimensions')
      return inferProduct('BatchMatMul', a, b, ...flags(attributes))
    },
    vjp: ({ b, inputs, upstream, needs, attributes }) => {
      const [da, db] = productGradients(b, inputs[0] as Value, inputs[1] as Value, upstream, ...flags(attributes))
      return [needs(0) ? da() : null, needs(1) ? db() : null]
    },
    loop: (k) => {
      const [transA, transB] = flags(k.attributes)
      const [a, b] = k.inputs as [readonly number[], readonly number[]]
      const inner = a[a.length - (transA ? 2 : 1)] as number
      const rank = k.out.length
      const lead = k.index.slice(0, -2)
      const [row, column] = [k.index[rank - 2] as string, k.index[rank - 1] as string]
      const leading = (shape: readonly number[]) =>
        shape.slice(0, -2).map((d, i) => (d === 1 ? '0' : (lead[lead.length - (shape.length - 2) + i] as string)))
      return k.fold('sum', [inner], ([r]) => {
        const [x, y] = [
          transA ? [r as string, row] : [row, r as string],
          transB ? [column, r as string] : [r as string, column]
        ]
        return `(${k.at(0, [...leading(a), ...x])} * ${k.at(1, [...leading(b), ...y])})`
      })
    },
    reference: (inputs, attributes, shape) => {
      const [transA, transB] = flags(attributes)
      const [a, b] = inputs as [(typeof inputs)[number], (typeof inputs)[number]]
      const [height, width] = shape.slice(-2) as [number, number]
      const inner = a.shape[a.shape.length - (transA ? 2 : 1)] as number
      const out = new Float64Array(sizeOf(shape))
      eachIndex(shape.slice(0, -2), (lead, matrix) => {
        const [x, y] = [matrixAt(a, lead), matrixAt(b, lead)]
        for (let i = 0; i < height; i++) {
          for (let j = 0; j < width; j++) {
            let sum = 0
            for (let r = 0; r < inner; r++) {
              sum +=
                (x[transA ? r * height + i : i * inner + r] as number) *
                (y[transB ? j * inner + r : r * width + j] as number)
            }
            out[(matrix * height + i) * width + j] = sum
          }
        }
      })
      return out
    },
    samples: [false, true].flatMap((transA) =>
      [false, true].map((transB) => ({
        shapes: [transA ? [2, 4, 3] : [2, 3, 4], transB ? [5, 4] : [4, 5]],
        attributes: { transA, transB }
      }))
    )
  })
]
