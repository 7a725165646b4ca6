/** Looking up by index, and its gradient. */
import type { Value } from '../ir/builder.ts'
import { attr, type LoopContext, type Op } from '../ir/op.ts'
import type { TensorType } from '../ir/types.ts'
import type { Dim, StaticShape } from '../shape.ts'
import { integer } from './attributes.ts'
import { eachIndex, reader, tabulate } from './reference.ts'
import { axisIn, define, limited, OUT } from './rules.ts'
import { scatterAdd } from './slicing.ts'

/** The index that input 1 holds, a negative one counted from the end: as a number, not yet fit for a coordinate. */
const indexText = (k: Pick<LoopContext, 'at'>, at: readonly string[], size: number): string => {
  const i = k.at(1, at)
  return `(${i} < 0 ? ${i} + ${size} : ${i})`
}

const fromEnd = (i: number, size: number): number => (i < 0 ? i + size : i)

export const indexing: readonly Op[] = [
  define({
    kind: 'Gather',
    family: 'shape',
    title: 'Gather',
    doc: 'Looks up: each index takes one slice of x along the axis; the axes of the indices stand in its place (ONNX Gather). Negative indices count from the end; an index that does not exist gives 0. Backward, each slice of x gets the gradients of all places that took it, added up.',
    formula: {
      forward: String.raw`y_{\dots j \dots} = x_{\dots i_j \dots}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_{\dots n \dots}} = \sum_{j:\, i_j = n} \frac{\partial L}{\partial y_{\dots j \dots}}`
      }
    },
    keywords: ['lookup', 'index', 'take', 'embedding', '인덱스'],
    inputs: [{ name: 'x' }, { name: 'indices', doc: 'whole numbers' }],
    outputs: OUT,
    attributes: { axis: integer('The axis to look up along.', { default: 0 }) },
    pattern: 'routes',
    infer: ([x, i], a) => {
      const { shape, dtype } = x as TensorType
      const axis = axisIn('Gather', attr.number(a, 'axis'), shape)
      return limited('Gather', {
        shape: [...shape.slice(0, axis), ...(i as TensorType).shape, ...shape.slice(axis + 1)],
        dtype
      })
    },
    vjp: ({ b, inputs, upstream, needs, attributes }) => {
      const [x, indices] = inputs as [Value, Value]
      const axis = axisIn('Gather', attr.number(attributes, 'axis'), x.type.shape)
      return [needs(0) ? scatterAdd(b, upstream, indices, axis, x.type.shape[axis] as Dim) : null, null]
    },
    loop: (k) => {
      const [shape, indices] = k.inputs as readonly [StaticShape, StaticShape]
      const axis = axisIn('Gather', attr.number(k.attributes, 'axis'), shape)
      const size = shape[axis] as number
      const found = indexText(k, k.index.slice(axis, axis + indices.length), size)
      const at = [...k.index.slice(0, axis), k.whole(found), ...k.index.slice(axis + indices.length)]
      return k.at(0, at, `${found} >= 0 && ${found} < ${size}`)
    },
    reference: ([x, i], a, shape) => {
      const [t, indices] = [x as NonNullable<typeof x>, i as NonNullable<typeof i>]
      const axis = axisIn('Gather', attr.number(a, 'axis'), t.shape)
      const [read, index] = [reader(t), reader(indices)]
      const size = t.shape[axis] as number
      return tabulate(shape, (at) => {
        const n = fromEnd(index(at.slice(axis, axis + indices.shape.length)), size)
        const rest = at.slice(axis + indices.shape.length)
        return n >= 0 && n < size ? read([...at.slice(0, axis), n, ...rest]) : 0
      })
    },
    samples: [
      { shapes: [[4], [3]], kinds: [null, { indices: 4 }] },
      {
        shapes: [
          [5, 2],
          ['B', 2]
        ],
        kinds: [null, { indices: 5 }]
      },
      { shapes: [['B', 5], [2]], kinds: [null, { indices: 5 }], attributes: { axis: 1 } },
      {
        shapes: [
          [4, 3],
          [2, 5]
        ],
        kinds: [null, { indices: 4 }]
      },
      { shapes: [[2, 4, 3], [5]], kinds: [null, { indices: 4 }], attributes: { axis: 1 } },
      { shapes: [[3, 4], []], kinds: [null, { indices: 4 }], attributes: { axis: -1 } },
      { shapes: [[2, 3], [0]], kinds: [null, { indices: 3 }], attributes: { axis: 1 } },
      {
        shapes: [
          [3, 1, 2, 2],
          [2, 2]
        ],
        kinds: [null, { indices: 3 }]
      }
    ]
  }),
  define({
    kind: 'ScatterAdd',
    family: 'internal',
    title: 'Add up by index',
    doc: 'The gradient of Gather: zeros to which each slice along the axes of the indices is added where its index says.',
    formula: { forward: String.raw`y_{\dots n \dots} = \sum_{j:\, i_j = n} x_{\dots j \dots}` },
    inputs: [{ name: 'x' }, { name: 'indices' }],
    outputs: OUT,
    attributes: {},
    pattern: 'adds up',
    infer: ([x, i], a) => {
      const { shape, dtype } = x as TensorType
      const axis = a.axis as number
      const after = shape.slice(axis + (i as TensorType).shape.length)
      return { shape: [...shape.slice(0, axis), a.size as Dim, ...after], dtype }
    },
    vjp: ({ b, inputs, upstream, attributes }) => [
      b.emit('Gather', [upstream, inputs[1] as Value], { axis: attributes.axis as number }),
      null
    ],
    loop: (k) => {
      const [axis, size] = [k.attributes.axis as number, k.attributes.size as number]
      return k.fold('sum', k.inputs[1] as StaticShape, (j) => {
        const at = [...k.index.slice(0, axis), ...j, ...k.index.slice(axis + 1)]
        return k.at(0, at, `${indexText(k, j, size)} == ${k.index[axis]}`)
      })
    },
    scatter: (k) => {
      const [axis, size] = [k.attributes.axis as number, k.attributes.size as number]
      const rank = (k.inputs[1] as StaticShape).length
      const n = indexText(k, k.index.slice(axis, axis + rank), size)
      return {
        at: [...k.index.slice(0, axis), k.whole(n), ...k.index.slice(axis + rank)],
        guard: `${n} >= 0 && ${n} < ${size}`
      }
    },
    reference: ([x, i], a, shape) => {
      const [t, indices] = [x as NonNullable<typeof x>, i as NonNullable<typeof i>]
      const axis = a.axis as number
      const out = tabulate(shape, () => 0)
      const size = a.size as number
      const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1)
      const index = reader(indices)
      eachIndex(t.shape, (at, flat) => {
        const n = fromEnd(index(at.slice(axis, axis + indices.shape.length)), size)
        if (n < 0 || n >= size) return
        const outer = at.slice(0, axis).reduce((sum, c, d) => sum * (t.shape[d] as number) + c, 0)
        out[(outer * size + n) * inner + (flat % inner)]! += t.data[flat] as number
      })
      return out
    },
    samples: [
      { shapes: [[5], [5]], kinds: [null, { indices: 3 }], attributes: { axis: 0, size: 3 } },
      {
        shapes: [
          [2, 2, 3, 2],
          [2, 3]
        ],
        kinds: [null, { indices: 4 }],
        attributes: { axis: 1, size: 4 }
      }
    ]
  })
]
