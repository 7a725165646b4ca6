/** Products that come down to the matrix product: Dot, Outer, Gemm. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Op, type Part } from '../ir/op.ts'
import type { Attributes } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { broadcast, countOf, type Shape, sameShape, showShape } from '../shape.ts'
import { flag, number } from './attributes.ts'
import { constantPart, part } from './opening.ts'
import { reader, tabulate } from './reference.ts'
import { AB, define, dimAt, float, limited, needsRank, OUT } from './rules.ts'

const samples = (pairs: readonly (readonly Shape[])[]): Op['samples'] => pairs.map((shapes) => ({ shapes }))

/** All axes but the last as one, so that Dot is a product of two matrices. */
const rows = (b: Builder, x: Value): Value =>
  b.reshape(x, [countOf(x.type.shape.slice(0, -1)), dimAt(x.type.shape, x.type.shape.length - 1)])

const transposed = (a: Attributes): [boolean, boolean] => [a.transA === 1, a.transB === 1]

/** What Gemm multiplies a product or c by; 1 costs nothing. */
const scaled = (b: Builder, x: Value, by: number): Value => (by === 1 ? x : b.mul(x, by))

export const products: readonly Op[] = [
  define({
    kind: 'Dot',
    family: 'linear',
    title: 'Dot product',
    doc: 'Multiplies along the last axis of a and the last axis of b and adds up; all other axes stay, those of a first (NumPy’s inner). Of two vectors it is one number.',
    formula: {
      forward: String.raw`y_{i \dots j \dots} = \sum_k a_{i \dots k}\, b_{j \dots k}`,
      backward: {
        a: String.raw`\frac{\partial L}{\partial a_{i \dots k}} = \sum_j \frac{\partial L}{\partial y_{i \dots j \dots}}\, b_{j \dots k}`,
        b: String.raw`\frac{\partial L}{\partial b_{j \dots k}} = \sum_i \frac{\partial L}{\partial y_{i \dots j \dots}}\, a_{i \dots k}`
      }
    },
    keywords: ['inner product', 'scalar product', '내적', '점곱'],
    inputs: AB,
    outputs: OUT,
    attributes: {},
    pattern: 'multiplies by the transpose',
    // the other axes of b get places of their own between those of a and the one that is multiplied
    opens: (_, [x, w]) => {
      const [rank, own] = [x?.shape.length ?? 1, (w?.shape.length ?? 1) - 1]
      const axes = Array.from({ length: own }, (_, i) => rank - 1 + i)
      const wide = own > 0 && rank > 1
      return {
        parts: [
          ...(wide ? [part('rows', 'Unsqueeze', { x: 'input.a' }, { axes })] : []),
          part('mul', 'Mul', { a: wide ? 'rows' : 'input.a', b: 'input.b' }),
          part('sum', 'ReduceSum', { x: 'mul' }, { axes: [-1] })
        ],
        outputs: { out: 'sum' }
      }
    },
    infer: ([x, w]) => {
      const [a, b] = [x?.shape ?? [], w?.shape ?? []]
      needsRank('Dot', 'a', a, 1, 'at least 1 dimension')
      needsRank('Dot', 'b', b, 1, 'at least 1 dimension')
      const [k1, k2] = [dimAt(a, a.length - 1), dimAt(b, b.length - 1)]
      if (k1 !== k2) fail('shape.inner', { op: 'Dot', k1, k2, a: showShape(a), b: showShape(b) })
      return limited('Dot', float([...a.slice(0, -1), ...b.slice(0, -1)]))
    },
    vjp: ({ b, inputs, upstream, needs }) => {
      const [x, w] = inputs as [Value, Value]
      const [x2, w2] = [rows(b, x), rows(b, w)]
      const g = b.reshape(upstream, [dimAt(x2.type.shape, 0), dimAt(w2.type.shape, 0)])
      return [
        needs(0) ? b.reshape(b.matmul(g, w2), x.type.shape) : null,
        needs(1) ? b.reshape(b.matmul(g, x2, true), w.type.shape) : null
      ]
    },
    lower: (b, inputs) => {
      const [x, w] = inputs as [Value, Value]
      return b.reshape(b.matmul(rows(b, x), rows(b, w), false, true), [
        ...x.type.shape.slice(0, -1),
        ...w.type.shape.slice(0, -1)
      ])
    },
    reference: (inputs, _a, shape) => {
      const [a, b] = inputs as [(typeof inputs)[number], (typeof inputs)[number]]
      const [readA, readB] = [reader(a), reader(b)]
      const split = a.shape.length - 1
      return tabulate(shape, (at) => {
        let sum = 0
        for (let k = 0; k < (a.shape[split] as number); k++)
          sum += readA([...at.slice(0, split), k]) * readB([...at.slice(split), k])
        return sum
      })
    },
    samples: samples([
      [[3], [3]],
      [[2, 3], [3]],
      [
        [2, 3],
        [4, 3]
      ],
      [
        [2, 1, 3],
        [2, 2, 3]
      ],
      [[3], [2, 2, 1, 2, 3]],
      [
        [2, 0],
        [3, 0]
      ],
      [
        ['B', 2, 3],
        [4, 3]
      ]
    ])
  }),
  define({
    kind: 'Outer',
    family: 'linear',
    title: 'Outer product',
    doc: 'Every element of a times every element of b: the axes of a, then those of b (NumPy’s multiply.outer). Of two vectors it is a matrix.',
    formula: {
      forward: String.raw`y_{i \dots j \dots} = a_{i \dots}\, b_{j \dots}`,
      backward: {
        a: String.raw`\frac{\partial L}{\partial a_i} = \sum_j \frac{\partial L}{\partial y_{ij}}\, b_j`,
        b: String.raw`\frac{\partial L}{\partial b_j} = \sum_i \frac{\partial L}{\partial y_{ij}}\, a_i`
      }
    },
    keywords: ['tensor product', '외적'],
    inputs: AB,
    outputs: OUT,
    attributes: {},
    pattern: 'swaps',
    opens: (_, [x, w]) => {
      const [rank, own] = [x?.shape.length ?? 0, w?.shape.length ?? 0]
      const axes = Array.from({ length: own }, (_, i) => rank + i)
      const wide = own > 0 && rank > 0
      return {
        parts: [
          ...(wide ? [part('column', 'Unsqueeze', { x: 'input.a' }, { axes })] : []),
          part('mul', 'Mul', { a: wide ? 'column' : 'input.a', b: 'input.b' })
        ],
        outputs: { out: 'mul' }
      }
    },
    infer: ([x, w]) => limited('Outer', float([...(x?.shape ?? []), ...(w?.shape ?? [])])),
    vjp: ({ b, inputs, upstream, needs }) => {
      const [x, w] = inputs as [Value, Value]
      const flat = (v: Value) => b.reshape(v, [countOf(v.type.shape), 1])
      const g = b.reshape(upstream, [countOf(x.type.shape), countOf(w.type.shape)])
      return [
        needs(0) ? b.reshape(b.matmul(g, flat(w)), x.type.shape) : null,
        needs(1) ? b.reshape(b.matmul(g, flat(x), true), w.type.shape) : null
      ]
    },
    lower: (b, inputs) => {
      const [x, w] = inputs as [Value, Value]
      return b.mul(b.reshape(x, [...x.type.shape, ...w.type.shape.map(() => 1)]), w)
    },
    reference: (inputs, _a, shape) => {
      const [a, b] = inputs as [(typeof inputs)[number], (typeof inputs)[number]]
      const [readA, readB] = [reader(a), reader(b)]
      return tabulate(shape, (at) => readA(at.slice(0, a.shape.length)) * readB(at.slice(a.shape.length)))
    },
    samples: samples([
      [[3], [4]],
      [[], [2]],
      [[], []],
      [[2, 3], [2]],
      [
        [2, 1],
        [2, 1, 2]
      ],
      [[0], [2]],
      [['B', 2], [3]]
    ])
  }),
  define({
    kind: 'Gemm',
    family: 'linear',
    title: 'General matrix product',
    doc: 'alpha · A B + beta · C of matrices, A and B read transposed where the switches say so; C broadcasts to the product (ONNX Gemm) and may be left out.',
    formula: {
      forward: String.raw`Y = \alpha\, A B + \beta\, C`,
      backward: {
        a: String.raw`\frac{\partial L}{\partial A} = \alpha \frac{\partial L}{\partial Y} B^{\mathsf T}`,
        b: String.raw`\frac{\partial L}{\partial B} = \alpha A^{\mathsf T} \frac{\partial L}{\partial Y}`,
        c: String.raw`\frac{\partial L}{\partial C} = \beta \frac{\partial L}{\partial Y}`
      }
    },
    keywords: ['affine', 'linear', 'matmul', '어파인', '행렬 곱'],
    inputs: [...AB, { name: 'c', doc: 'broadcast to the product', optional: true }],
    outputs: OUT,
    attributes: {
      alpha: number('What the product is multiplied by.', { default: 1 }),
      beta: number('What C is multiplied by.', { default: 1 }),
      transA: flag('1 reads A transposed.', 0),
      transB: flag('1 reads B transposed.', 0)
    },
    pattern: 'multiplies by the transpose',
    opens: (a, [, , c]) => {
      const [turnA, turnB] = transposed(a)
      const read = (name: string, turned: boolean) => (turned ? `${name}T` : `input.${name}`)
      const turn = (name: string, turned: boolean) =>
        turned ? [part(read(name, true), 'Transpose', { x: `input.${name}` })] : []
      const times = (name: string, of: string): [string, Part[]] =>
        a[name] === 1
          ? [of, []]
          : [
              `${name}Times`,
              [constantPart(name, attr.number(a, name)), part(`${name}Times`, 'Mul', { a: name, b: of })]
            ]
      const [product, scaling] = times('alpha', 'matmul')
      const [added, weighting] = times('beta', 'input.c')
      return {
        parts: [
          ...turn('a', turnA),
          ...turn('b', turnB),
          part('matmul', 'MatMul', { a: read('a', turnA), b: read('b', turnB) }),
          ...scaling,
          ...(c ? [...weighting, part('add', 'Add', { a: product, b: added })] : [])
        ],
        outputs: { out: c ? 'add' : product }
      }
    },
    infer: ([x, w, c], attributes) => {
      const [a, b] = [x?.shape ?? [], w?.shape ?? []]
      for (const [name, shape] of [
        ['a', a],
        ['b', b]
      ] as const) {
        if (shape.length !== 2)
          fail('shape.rank', { op: 'Gemm', input: name, shape: showShape(shape), expected: 'exactly 2 dimensions' })
      }
      const [transA, transB] = transposed(attributes)
      const [k1, k2] = [dimAt(a, transA ? 0 : 1), dimAt(b, transB ? 1 : 0)]
      if (k1 !== k2) fail('shape.matmul', { op: 'Gemm', k1, k2, a: showShape(a), b: showShape(b) })
      const shape = [dimAt(a, transA ? 1 : 0), dimAt(b, transB ? 0 : 1)]
      if (c) {
        const both = broadcast(shape, c.shape)
        if (!('shape' in both) || !sameShape(both.shape, shape)) {
          fail('shape.mismatch', {
            op: 'Gemm',
            a: showShape(shape),
            b: showShape(c.shape),
            except: ' or broadcast from C to the product'
          })
        }
      }
      return limited('Gemm', float(shape))
    },
    vjp: ({ b, inputs, upstream, needs, attributes }) => {
      const [x, w, c] = inputs as [Value, Value, Value | undefined]
      const [transA, transB] = transposed(attributes)
      const g = scaled(b, upstream, attr.number(attributes, 'alpha'))
      const da = () => (transA ? b.matmul(w, g, transB, true) : b.matmul(g, w, false, !transB))
      const db = () => (transB ? b.matmul(g, x, true, transA) : b.matmul(x, g, !transA, false))
      const dc = (v: Value) => b.sumTo(scaled(b, upstream, attr.number(attributes, 'beta')), v.type.shape)
      return [needs(0) ? da() : null, needs(1) ? db() : null, ...(c ? [needs(2) ? dc(c) : null] : [])]
    },
    lower: (b, [x, w, c], attributes) => {
      const product = b.matmul(x as Value, w as Value, ...transposed(attributes))
      const scaledProduct = scaled(b, product, attr.number(attributes, 'alpha'))
      return c ? b.add(scaledProduct, scaled(b, c, attr.number(attributes, 'beta'))) : scaledProduct
    },
    samples: [
      { shapes: [[2, 3], [3, 4], [4]] },
      { shapes: [[2, 3], [3, 4], []], attributes: { alpha: 0.5, beta: -2 } },
      {
        shapes: [
          [3, 2],
          [3, 4],
          [2, 4]
        ],
        attributes: { transA: 1, beta: 3 }
      },
      {
        shapes: [
          [2, 3],
          [4, 3],
          [2, 1]
        ],
        attributes: { transB: 1 }
      },
      {
        shapes: [
          [3, 2],
          [4, 3]
        ],
        attributes: { transA: 1, transB: 1, alpha: -1 }
      },
      { shapes: [[2, 0], [0, 3], [3]] },
      { shapes: [['B', 2], [2, 3], [3]] }
    ]
  })
]
