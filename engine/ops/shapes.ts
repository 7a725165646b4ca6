/** Operators that rearrange: the same numbers in other places. */

import type { Value } from '../ir/builder.ts'
import { attr, type Op } from '../ir/op.ts'
import type { TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { addDims, broadcast, countOf, type Dim, divideDims, type Shape, showShape } from '../shape.ts'
import { integer, integers } from './attributes.ts'
import { reader, tabulate } from './reference.ts'
import { axesIn, axisIn, define, limited, OUT, X } from './rules.ts'

const same = (x: TensorType, shape: Shape): TensorType => ({ shape, dtype: x.dtype })

/** ONNX Reshape: 0 keeps the input's size on that axis, one -1 takes what is left over. */
export function reshaped(from: Shape, wanted: readonly Dim[]): Shape {
  const shape: Dim[] = wanted.map((d, i) => (d === 0 && i < from.length && countOf(from) !== 0 ? (from[i] as Dim) : d))
  const open = shape.indexOf(-1)
  const refuse = () =>
    fail('shape.reshape', {
      from: showShape(from),
      n: countOf(from),
      to: showShape(wanted),
      m: countOf(shape.map((d) => (d === -1 ? 1 : d)))
    })
  if (open >= 0) {
    if (shape.indexOf(-1, open + 1) >= 0) return refuse()
    const rest = countOf(shape.filter((_, i) => i !== open))
    const left = rest === 0 ? null : divideDims(countOf(from), rest)
    if (left === null) return refuse()
    shape[open] = left
  }
  return countOf(shape) === countOf(from) ? shape : refuse()
}

/** Reshape, Flatten, Squeeze and Unsqueeze are the same rule with another target. */
const reshaper = (
  o: Pick<Op, 'kind' | 'title' | 'doc' | 'keywords' | 'attributes' | 'samples'> & {
    family?: Op['family']
    forward: string
    target: NonNullable<Op['infer']>
  }
): Op =>
  define({
    kind: o.kind,
    family: o.family ?? 'shape',
    title: o.title,
    doc: o.doc,
    formula: {
      forward: o.forward,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x} = \mathrm{reshape}\!\left(\frac{\partial L}{\partial y},\ \mathrm{shape}(x)\right)`
      }
    },
    ...(o.keywords ? { keywords: o.keywords } : {}),
    inputs: X,
    outputs: OUT,
    attributes: o.attributes,
    pattern: 'rearranges',
    view: true,
    infer: o.target,
    vjp: ({ b, inputs, upstream }) => [b.reshape(upstream, (inputs[0] as Value).type.shape)],
    reference: ([x]) => x?.data ?? [],
    samples: o.samples
  })

const input = (inputs: readonly TensorType[]): TensorType => inputs[0] as TensorType

export const shapes: readonly Op[] = [
  reshaper({
    kind: 'Reshape',
    title: 'Reshape',
    doc: 'The same numbers, row by row, in another shape. `-1` takes what is left over, `0` keeps the size of that axis.',
    keywords: ['view', '형상'],
    forward: String.raw`y = \mathrm{reshape}(x)`,
    attributes: { shape: integers('The new shape; -1 = what is left, 0 = as before.', { default: [-1], min: -1 }) },
    target: (inputs, a) => same(input(inputs), reshaped(input(inputs).shape, attr.numbers(a, 'shape'))),
    samples: [
      { shapes: [[2, 6]], attributes: { shape: [3, 4] } },
      { shapes: [[2, 6]], attributes: { shape: [0, -1, 2] } },
      { shapes: [[]], attributes: { shape: [1] } }
    ]
  }),
  reshaper({
    kind: 'View',
    family: 'internal',
    title: 'View',
    doc: 'The same numbers under another shape.',
    forward: 'y = x',
    attributes: {},
    target: (inputs, a) => same(input(inputs), reshaped(input(inputs).shape, a.shape as readonly Dim[])),
    samples: [{ shapes: [[2, 3]], attributes: { shape: [6] } }]
  }),
  reshaper({
    kind: 'Flatten',
    title: 'Flatten',
    doc: 'Makes a matrix: the axes before `axis` become the rows, the others the columns.',
    keywords: ['reshape', '평탄화'],
    forward: String.raw`y = \mathrm{flatten}(x)`,
    attributes: { axis: integer('First axis of the columns.', { default: 1 }) },
    target: (inputs, a) => {
      const { shape } = input(inputs)
      // From 0 to the rank, which leaves one column; negative axes count from the end as everywhere.
      const given = attr.number(a, 'axis')
      const axis = given === shape.length ? given : axisIn('Flatten', given, shape)
      return same(input(inputs), [countOf(shape.slice(0, axis)), countOf(shape.slice(axis))])
    },
    samples: [
      { shapes: [[2, 3, 2]] },
      { shapes: [[2, 3, 2]], attributes: { axis: 0 } },
      { shapes: [[2, 3, 2]], attributes: { axis: -1 } }
    ]
  }),
  reshaper({
    kind: 'Squeeze',
    title: 'Squeeze',
    doc: 'Takes out axes of size 1: those named, or all.',
    keywords: ['drop axis', '차원 축소'],
    forward: String.raw`y = \mathrm{squeeze}(x)`,
    attributes: { axes: integers('Axes to take out; null = all of size 1.', { default: null }) },
    target: (inputs, a) => {
      const { shape } = input(inputs)
      const named = attr.optionalNumbers(a, 'axes')
      const axes = named ? axesIn('Squeeze', named, shape) : shape.flatMap((d, i) => (d === 1 ? [i] : []))
      const wide = axes.find((i) => shape[i] !== 1)
      if (wide !== undefined) {
        fail('shape.attribute', {
          op: 'Squeeze',
          attribute: 'axes',
          value: wide,
          shape: showShape(shape),
          detail: `Axis ${wide} has size ${shape[wide]}, not 1.`
        })
      }
      return same(
        input(inputs),
        shape.filter((_, i) => !axes.includes(i))
      )
    },
    samples: [{ shapes: [[1, 3, 1]] }, { shapes: [[1, 3, 1]], attributes: { axes: [-1] } }]
  }),
  reshaper({
    kind: 'Unsqueeze',
    title: 'Unsqueeze',
    doc: 'Puts in axes of size 1 at the places named (places in the result).',
    keywords: ['expand_dims', 'newaxis'],
    forward: String.raw`y = \mathrm{unsqueeze}(x)`,
    attributes: { axes: integers('Where the new axes stand in the result.', { default: [0] }) },
    target: (inputs, a) => {
      const { shape } = input(inputs)
      const wanted = attr.numbers(a, 'axes')
      const rank = shape.length + wanted.length
      const axes = axesIn('Unsqueeze', wanted, Array<number>(rank).fill(1))
      const rest = [...shape]
      return limited(
        'Unsqueeze',
        same(
          input(inputs),
          Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() as Dim)))
        )
      )
    },
    samples: [{ shapes: [[2, 3]] }, { shapes: [[2, 3]], attributes: { axes: [1, -1] } }]
  }),
  define({
    kind: 'Transpose',
    family: 'shape',
    title: 'Transpose',
    doc: 'Reorders the axes; without `perm` it reverses them.',
    formula: {
      forward: String.raw`Y = X^{\mathsf T}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial X} = \left(\frac{\partial L}{\partial Y}\right)^{\mathsf T}`
      }
    },
    keywords: ['permute', 'T', '전치'],
    inputs: X,
    outputs: OUT,
    attributes: {
      perm: integers('Axis i of the result is axis perm[i] of x; null reverses.', { default: null, min: 0 })
    },
    pattern: 'rearranges',
    infer: (inputs, a) => {
      const { shape } = input(inputs)
      const perm = permOf(a, shape)
      if (perm.toSorted((p, q) => p - q).some((p, i) => p !== i) || perm.length !== shape.length) {
        fail('shape.attribute', {
          op: 'Transpose',
          attribute: 'perm',
          value: `[${perm}]`,
          shape: showShape(shape),
          detail: `Name each axis from 0 to ${shape.length - 1} once.`
        })
      }
      return same(
        input(inputs),
        perm.map((p) => shape[p] as Dim)
      )
    },
    vjp: ({ b, inputs, upstream, attributes }) => {
      const perm = permOf(attributes, (inputs[0] as Value).type.shape)
      return [
        b.transpose(
          upstream,
          perm.map((_, i) => perm.indexOf(i))
        )
      ]
    },
    loop: (k) => {
      const perm = permOf(k.attributes, k.out)
      return k.at(
        0,
        perm.map((_, i) => k.index[perm.indexOf(i)] as string)
      )
    },
    reference: ([x], a, shape) => {
      const read = reader(x as NonNullable<typeof x>)
      const perm = permOf(a, shape)
      return tabulate(shape, (at) => read(perm.map((_, i) => at[perm.indexOf(i)] as number)))
    },
    samples: [
      { shapes: [[2, 3]] },
      { shapes: [[2, 3, 4]], attributes: { perm: [1, 2, 0] } },
      { shapes: [[2, 1, 3, 1, 2, 2]] },
      { shapes: [[]] }
    ]
  }),
  define({
    kind: 'Expand',
    family: 'shape',
    title: 'Expand',
    doc: 'Repeats x by broadcasting until it has the shape (ONNX Expand). Backward, the repeats are added up.',
    formula: {
      forward: String.raw`y = \mathrm{broadcast}(x)`,
      backward: { x: String.raw`\frac{\partial L}{\partial x} = \sum_{\mathrm{repeats}} \frac{\partial L}{\partial y}` }
    },
    keywords: ['broadcast', 'tile'],
    inputs: X,
    outputs: OUT,
    attributes: { shape: integers('The shape to broadcast with.', { default: [], min: 0 }) },
    pattern: 'adds up',
    infer: (inputs, a) => {
      const { shape } = input(inputs)
      const result = broadcast(shape, attr.numbers(a, 'shape'))
      if ('clash' in result) {
        fail('shape.broadcast', {
          op: 'Expand',
          a: showShape(shape),
          b: showShape(attr.numbers(a, 'shape')),
          axis: result.clash,
          da: result.da,
          db: result.db
        })
      }
      return limited('Expand', same(input(inputs), (result as { shape: Shape }).shape))
    },
    vjp: ({ b, inputs, upstream }) => [b.sumTo(upstream, (inputs[0] as Value).type.shape)],
    lower: (b, [x], a) => {
      const result = broadcast((x as Value).type.shape, attr.numbers(a, 'shape'))
      return b.expand(x as Value, (result as { shape: Shape }).shape)
    },
    samples: [
      { shapes: [[3, 1]], attributes: { shape: [2, 1, 4] } },
      { shapes: [[]], attributes: { shape: [2] } }
    ]
  }),
  define({
    kind: 'BroadcastTo',
    family: 'internal',
    title: 'Broadcast to a shape',
    doc: 'Repeats x until it has exactly the shape.',
    formula: { forward: String.raw`y = \mathrm{broadcast}(x)` },
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'adds up',
    infer: (inputs, a) => limited('BroadcastTo', same(input(inputs), a.shape as Shape)),
    vjp: ({ b, inputs, upstream }) => [b.sumTo(upstream, (inputs[0] as Value).type.shape)],
    scalar: ([x]) => x as string,
    scalarReference: ([x]) => x as number,
    samples: [
      { shapes: [[3, 1]], attributes: { shape: [2, 3, 4] } },
      { shapes: [[]], attributes: { shape: [2] } }
    ]
  }),
  define({
    kind: 'Concat',
    family: 'shape',
    title: 'Concatenate',
    doc: 'Joins tensors along an axis; all other sizes are equal. Backward, each gets its own piece.',
    formula: {
      forward: String.raw`y = [x_0; x_1; \dots]`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_i} = \left(\frac{\partial L}{\partial y}\right)_{\text{piece } i}`
      }
    },
    keywords: ['join', 'cat', '연결'],
    inputs: [],
    variadic: { name: 'x', min: 2 },
    outputs: OUT,
    attributes: { axis: integer('The axis to join along.', { default: 0 }) },
    pattern: 'rearranges',
    infer: (inputs, a) => {
      const first = input(inputs)
      const axis = axisIn('Concat', attr.number(a, 'axis'), first.shape)
      let along: Dim = 0
      for (const { shape } of inputs) {
        if (shape.length !== first.shape.length || shape.some((d, i) => i !== axis && d !== first.shape[i])) {
          fail('shape.mismatch', {
            op: 'Concat',
            a: showShape(first.shape),
            b: showShape(shape),
            except: ` except along axis ${axis}`
          })
        }
        along = addDims(along, shape[axis] as Dim)
      }
      return limited('Concat', { shape: first.shape.map((d, i) => (i === axis ? along : d)), dtype: first.dtype })
    },
    vjp: ({ b, inputs, upstream, attributes }) => {
      const axis = axisIn('Concat', attr.number(attributes, 'axis'), (inputs[0] as Value).type.shape)
      let start: Dim = 0
      return inputs.map((x) => {
        const size = x.type.shape[axis] as Dim
        const piece = b.emit('Piece', [upstream], { axis, start, size })
        start = addDims(start, size)
        return piece
      })
    },
    loop: (k) => {
      const axis = axisIn('Concat', attr.number(k.attributes, 'axis'), k.out)
      const i = k.index[axis] as string
      let start = 0
      const pieces = k.inputs.map((shape, n) => {
        const [from, to] = [start, start + (shape[axis] as number)]
        start = to
        const at = k.index.map((c, d) => (d === axis ? `(${c} - ${from})` : c))
        return { to, read: (guard: string) => k.at(n, at, guard, '0'), from }
      })
      return pieces.map(({ from, to, read }) => read(`${i} >= ${from} && ${i} < ${to}`)).join(' + ')
    },
    reference: (inputs, a, shape) => {
      const axis = axisIn('Concat', attr.number(a, 'axis'), shape)
      const readers = inputs.map(reader)
      return tabulate(shape, (at) => {
        let i = at[axis] as number
        let n = 0
        while (i >= ((inputs[n] as (typeof inputs)[number]).shape[axis] as number))
          i -= (inputs[n++] as (typeof inputs)[number]).shape[axis] as number
        return (readers[n] as (at: readonly number[]) => number)(at.map((c, d) => (d === axis ? i : c)))
      })
    },
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3]
        ]
      },
      {
        shapes: [
          [2, 3],
          [2, 1],
          [2, 2]
        ],
        attributes: { axis: -1 }
      },
      {
        shapes: [
          [0, 2],
          [3, 2]
        ]
      }
    ]
  }),
  define({
    kind: 'Piece',
    family: 'internal',
    title: 'Piece along an axis',
    doc: 'The elements from `start` on, `size` of them, along one axis.',
    formula: { forward: String.raw`y = x_{s \dots s+n}` },
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'rearranges',
    infer: (inputs, a) =>
      same(
        input(inputs),
        input(inputs).shape.map((d, i) => (i === a.axis ? (a.size as Dim) : d))
      ),
    vjp: ({ b, inputs, upstream, attributes }) => {
      const { shape } = (inputs[0] as Value).type
      const axis = attributes.axis as number
      const after = (shape[axis] as number) - (attributes.start as number) - (attributes.size as number)
      const zeros = (size: number) =>
        b.full(
          shape.map((d, i) => (i === axis ? size : d)),
          0
        )
      return [b.emit('Concat', [zeros(attributes.start as number), upstream, zeros(after)], { axis })]
    },
    loop: (k) =>
      k.at(
        0,
        k.index.map((c, i) => (i === k.attributes.axis ? `(${c} + ${k.attributes.start})` : c))
      ),
    reference: ([x], a, shape) => {
      const read = reader(x as NonNullable<typeof x>)
      return tabulate(shape, (at) => read(at.map((c, i) => (i === a.axis ? c + (a.start as number) : c))))
    },
    samples: [
      { shapes: [[4, 3]], attributes: { axis: 0, start: 1, size: 2 } },
      { shapes: [[2, 3]], attributes: { axis: 1, start: 2, size: 1 } }
    ]
  })
]

function permOf(a: { perm?: unknown }, shape: Shape): readonly number[] {
  return (a.perm as readonly number[] | null | undefined) ?? shape.map((_, i) => shape.length - 1 - i)
}
