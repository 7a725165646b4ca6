/** Convolution, as ONNX defines it (without flipping the kernel: a cross-correlation). */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Op } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { addDims, countOf, type Dim, type Shape, type StaticShape, showShape, sizeOf } from '../shape.ts'
import { integer, integers } from './attributes.ts'
import { eachIndex, reader, tabulate } from './reference.ts'
import { define, dimAt, float, limited, OUT, productFlops } from './rules.ts'
import { placeOf, type Windows, windowAttributes, windowsOf } from './windows.ts'

/** Attributes that Conv, Conv2D and the pools have in common. */
export const windowFields = {
  strides: integers('Steps from window to window, per spatial axis; null = 1.', { default: null, min: 1 }),
  pads: integers('Zeros before each spatial axis, then after each; null = none.', { default: null, min: 0 })
}
export const dilationField = integers('Steps inside a window, per spatial axis; null = 1.', { default: null, min: 1 })
export const groupField = integer('Groups of channels that do not see each other.', { default: 1, min: 1 })

const groupOf = (a: Attributes): number => attr.number(a, 'group')

const kernelOf = (kernel: Shape): number[] => kernel.slice(2) as number[]

/** The kernel as one matrix per group: [group, filters of the group, channels of the group × window]. */
function matrices(b: Builder, kernel: Value, group: number): Value {
  const [filters, ...rest] = kernel.type.shape as StaticShape
  return b.reshape(kernel, [group, (filters as number) / group, sizeOf(rest)])
}

/** The result as the matrix product gives it: [batch, group, filters of the group, windows]. */
const grouped = (shape: Shape, group: number): Dim[] => [
  shape[0] as Dim,
  group,
  (shape[1] as number) / group,
  countOf(shape.slice(2))
]

function inferConv(
  x: TensorType,
  kernel: TensorType,
  bias: TensorType | undefined,
  a: Attributes
): {
  shape: Dim[]
  windows: Windows
} {
  const [from, weights] = [x.shape, kernel.shape]
  const rule = (input: string, shape: Shape, expected: string) =>
    fail('shape.rank', { op: 'Conv', input, shape: showShape(shape), expected })
  if (weights.length !== from.length || !weights.every((d) => typeof d === 'number'))
    rule('kernel', weights, `known sizes [filters, channels / group, window …], as many as x (${from.length})`)
  const given = attr.optionalNumbers(a, 'kernel_shape')
  const kernelShape = kernelOf(weights)
  if (given && given.join() !== kernelShape.join())
    fail('shape.attribute', {
      op: 'Conv',
      attribute: 'kernel_shape',
      value: `[${given}]`,
      shape: showShape(weights),
      detail: `The kernel's window is [${kernelShape}]; leave kernel_shape out or give the same.`
    })
  const windows = windowsOf('Conv', a, from, kernelShape)
  const [filters, perGroup] = weights as StaticShape as [number, number]
  const group = groupOf(a)
  const channels = dimAt(from, 1)
  if (typeof channels !== 'number') fail('shape.symbolic', { op: 'Conv', axis: 1, shape: showShape(from) })
  if (Number(channels) % group !== 0) {
    fail('shape.attribute', {
      op: 'Conv',
      attribute: 'group',
      value: group,
      shape: showShape(from),
      detail: `The ${channels} channels of x cannot be shared among ${group} groups.`
    })
  }
  if (channels !== perGroup * group) {
    const own = Number(channels) / group
    const why = group === 1 ? ', as x has' : `: x has ${channels} in ${group} groups`
    rule('kernel', weights, `${own} channels on axis 1${why}`)
  }
  if (filters % group !== 0) rule('kernel', weights, `a number of filters that ${group} groups can share`)
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== filters))
    rule('bias', bias.shape, `one number for each of the ${filters} filters`)
  return { shape: [dimAt(from, 0), filters, ...windows.to], windows }
}

export const convolution: readonly Op[] = [
  define({
    kind: 'Conv',
    family: 'layers',
    title: 'Convolution',
    doc: 'Slides a kernel [filters, channels / group, window …] over x [batch, channels, spatial …] (ONNX Conv, channels first; the kernel is not flipped). The bias [filters] may be left out. Padding is 0. One, two or more spatial axes.',
    formula: {
      forward: String.raw`y_{n,m,o} = b_m + \sum_{c,k} w_{m,c,k}\, x_{n,\, c,\, o s + k d - p}`,
      backward: {
        x: String.raw`\begin{gathered} \frac{\partial L}{\partial x_{n,c,i}} = \sum_{m,k} w_{m,c,k} \frac{\partial L}{\partial y_{n,m,o}} \\ o s + k d - p = i \end{gathered}`,
        kernel: String.raw`\frac{\partial L}{\partial w_{m,c,k}} = \sum_{n,o} \frac{\partial L}{\partial y_{n,m,o}}\, x_{n,\, c,\, o s + k d - p}`,
        bias: String.raw`\frac{\partial L}{\partial b_m} = \sum_{n,o} \frac{\partial L}{\partial y_{n,m,o}}`
      }
    },
    flops: ([, kernel, bias], y) =>
      addDims(productFlops(y, countOf(kernel?.shape.slice(1) ?? [])), bias ? countOf(y.shape) : 0),
    keywords: ['cnn', 'filter', 'cross-correlation', 'image', '합성곱', '컨볼루션'],
    inputs: [
      { name: 'x', doc: 'batch, channels, spatial axes' },
      { name: 'kernel', doc: 'filters, channels / group, window' },
      { name: 'bias', doc: 'one number per filter', optional: true }
    ],
    outputs: OUT,
    attributes: {
      kernel_shape: integers('The window; null = as the kernel has it.', { default: null, min: 1 }),
      ...windowFields,
      dilations: dilationField,
      group: groupField
    },
    pattern: 'multiplies by the transpose',
    infer: ([x, kernel, bias], a) =>
      limited('Conv', float(inferConv(x as TensorType, kernel as TensorType, bias, a).shape)),
    vjp: ({ b, inputs, upstream, needs, attributes }) => {
      const [x, kernel, bias] = inputs as [Value, Value, Value | undefined]
      const group = groupOf(attributes)
      const { windows } = inferConv(x.type, kernel.type, bias?.type, attributes)
      const w = windowAttributes(windows, group)
      const g = b.reshape(upstream, grouped(upstream.type.shape, group))
      const m = matrices(b, kernel, group)
      const dx = () => b.emit('Fold', [b.matmul(m, g, true)], { ...w, shape: [...x.type.shape] as Dim[] })
      const dk = () => b.sum(b.matmul(g, b.emit('Unfold', [x], w), false, true), [0])
      return [
        needs(0) ? dx() : null,
        needs(1) ? b.reshape(dk(), kernel.type.shape) : null,
        ...(bias ? [needs(2) ? b.sum(upstream, [0, ...windows.to.map((_, i) => i + 2)]) : null] : [])
      ]
    },
    lower: (b, [x, k, bias], a) => {
      const [input, kernel] = [x as Value, k as Value]
      const group = groupOf(a)
      const { shape, windows } = inferConv(input.type, kernel.type, bias?.type, a)
      const columns = b.emit('Unfold', [input], windowAttributes(windows, group))
      const y = b.reshape(b.matmul(matrices(b, kernel, group), columns), shape)
      return bias ? b.add(y, b.reshape(bias, [shape[1] as Dim, ...windows.to.map(() => 1)])) : y
    },
    reference: ([x, kernel, bias], a, shape) => {
      const [t, w] = [x as NonNullable<typeof x>, kernel as NonNullable<typeof x>]
      const [readX, readW] = [reader(t), reader(w)]
      const slide = windowsOf('Conv', a, t.shape, w.shape.slice(2))
      const [filters, perGroup] = w.shape as unknown as [number, number]
      return tabulate(shape, (at) => {
        const [n, m, ...o] = at as [number, number, ...number[]]
        const first = Math.floor(m / (filters / groupOf(a))) * perGroup
        let sum = bias ? (bias.data[m] as number) : 0
        eachIndex([perGroup, ...slide.kernel], ([c, ...offset]) => {
          const place = placeOf(slide, o, offset)
          if (place) sum += readW([m, c as number, ...offset]) * readX([n, first + (c as number), ...place])
        })
        return sum
      })
    },
    samples: [
      { shapes: [[2, 2, 4, 4], [3, 2, 3, 3], [3]] },
      {
        shapes: [
          [1, 1, 5, 4],
          [2, 1, 2, 3]
        ],
        attributes: { strides: [2, 1], pads: [1, 0, 1, 2] }
      },
      { shapes: [[1, 2, 6, 5], [2, 2, 2, 2], [2]], attributes: { dilations: [2, 3], strides: [1, 2] } },
      { shapes: [[2, 4, 3, 3], [4, 2, 2, 2], [4]], attributes: { group: 2, kernel_shape: [2, 2] } },
      {
        shapes: [
          [1, 3, 3, 3],
          [3, 1, 3, 3]
        ],
        attributes: { group: 3, pads: [1, 1, 1, 1] }
      },
      { shapes: [[2, 2, 6], [3, 2, 3], [3]], attributes: { strides: [2] } },
      { shapes: [[1, 1, 3, 3, 2], [2, 1, 2, 2, 1], [2]] },
      { shapes: [[0, 1, 3, 3], [2, 1, 2, 2], [2]] },
      { shapes: [['B', 2, 3, 3], [2, 1, 2, 2], [2]], attributes: { group: 2 } }
    ]
  })
]
