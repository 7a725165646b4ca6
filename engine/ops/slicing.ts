/** Operators that cut out, surround, stack and look up. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Op } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { addDims, type Dim, type Shape, type StaticShape, sameShape, showShape } from '../shape.ts'
import { choice, integer, integers, number } from './attributes.ts'
import { number32 } from './elementwise.ts'
import { reader, tabulate } from './reference.ts'
import { axisIn, define, limited, OUT, X } from './rules.ts'

const same = (x: TensorType, shape: Shape): TensorType => ({ shape, dtype: x.dtype })
const misfit = (op: string, attribute: string, value: readonly number[], shape: Shape, detail: string): never =>
  fail('shape.attribute', { op, attribute, value: `[${value}]`, shape: showShape(shape), detail })

/** One axis of a slice: elements start, start + step, …, `size` of them. */
interface Cut {
  readonly start: number
  readonly step: number
  readonly size: Dim
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)

/** ONNX's rule for one axis of known size: negative positions count from the end, then both are clamped. */
function cutOf(start: number, end: number, step: number, size: number): Cut {
  const [from, to] = [start < 0 ? start + size : start, end < 0 ? end + size : end]
  const first = step > 0 ? clamp(from, 0, size) : clamp(from, 0, size - 1)
  const last = step > 0 ? clamp(to, 0, size) : clamp(to, -1, size - 1)
  return { start: first, step, size: Math.max(0, Math.ceil((last - first) / step)) }
}

/** The cut of every axis of `shape`. An open batch can only be kept whole. */
function cutsOf(a: Attributes, shape: Shape): Cut[] {
  const [starts, ends] = [attr.numbers(a, 'starts'), attr.numbers(a, 'ends')]
  const axes = attr.optionalNumbers(a, 'axes') ?? starts.map((_, i) => i)
  const steps = attr.optionalNumbers(a, 'steps') ?? starts.map(() => 1)
  for (const [name, list] of [
    ['ends', ends],
    ['axes', axes],
    ['steps', steps]
  ] as const) {
    if (list.length !== starts.length)
      misfit('Slice', name, list, shape, `It must have ${starts.length} entries, as many as starts.`)
  }
  if (steps.includes(0)) misfit('Slice', 'steps', steps, shape, 'A step of 0 goes nowhere.')
  const named = axes.map((axis) => axisIn('Slice', axis, shape))
  const twice = named.find((axis, i) => named.indexOf(axis) !== i)
  if (twice !== undefined) fail('shape.axisTwice', { op: 'Slice', axis: twice })
  return shape.map((size, axis) => {
    const i = named.indexOf(axis)
    if (i < 0) return { start: 0, step: 1, size }
    const [start, end, step] = [starts[i] as number, ends[i] as number, steps[i] as number]
    if (typeof size === 'number') return cutOf(start, end, step, size)
    if (start === 0 && step === 1 && end >= 2 ** 31 - 1) return { start: 0, step: 1, size }
    return fail('shape.symbolic', { op: 'Slice', axis, shape: showShape(shape) })
  })
}

const MODES = ['constant', 'reflect', 'edge']

/** Elements before and after each axis. */
function padsOf(a: Attributes, shape: Shape): (readonly [number, number])[] {
  const pads = attr.numbers(a, 'pads')
  if (pads.length !== 2 * shape.length)
    misfit('Pad', 'pads', pads, shape, `It must have ${2 * shape.length} entries: all beginnings, then all ends.`)
  return shape.map((_, i) => [pads[i] as number, pads[i + shape.length] as number])
}

/** The place in x that output place `c` along an axis shows, for the modes that repeat x. */
function source(mode: string, c: number, before: number, size: number): number {
  const i = c - before
  if (mode === 'edge') return clamp(i, 0, size - 1)
  return i < 0 ? -i : i >= size ? 2 * size - 2 - i : i
}

function sourceText(mode: string, c: string, before: number, size: number): string {
  const low = mode === 'edge' ? '0' : `(${before} - ${c})`
  const high = mode === 'edge' ? String(size - 1) : `(${before + 2 * size - 2} - ${c})`
  return `(${c} < ${number32(before)} ? ${low} : (${c} >= ${number32(before + size)} ? ${high} : (${c} - ${number32(before)})))`
}

const unstacked = (shape: Shape, axis: number): Dim[] => [...shape.slice(0, axis), 1, ...shape.slice(axis)]

export const slicing: readonly Op[] = [
  define({
    kind: 'Slice',
    family: 'shape',
    title: 'Slice',
    doc: 'Cuts out from `starts` up to, not including, `ends` along the axes, every `steps`-th element (ONNX Slice). Negative positions count from the end, negative steps go backward. Backward, what was cut away gets 0.',
    formula: {
      forward: String.raw`y_i = x_{\mathrm{start} + i \cdot \mathrm{step}}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_{\mathrm{start} + i \cdot \mathrm{step}}} = \frac{\partial L}{\partial y_i},\ \text{else } 0`
      }
    },
    keywords: ['crop', 'cut', 'flip', 'subset', '자르기'],
    inputs: X,
    outputs: OUT,
    attributes: {
      starts: integers('Where to begin, per axis.', { default: [0] }),
      ends: integers('Where to stop, that element not included; a huge number means the end.', { default: [1] }),
      axes: integers('Which axes; null = the first ones.', { default: null }),
      steps: integers('Every how many elements; negative goes backward; null = 1.', { default: null })
    },
    pattern: 'rearranges',
    infer: ([x], a) =>
      same(
        x as TensorType,
        cutsOf(a, (x as TensorType).shape).map((c) => c.size)
      ),
    vjp: ({ b, inputs: [x], upstream, attributes }) => [
      b.emit('Unslice', [upstream], { ...attributes, shape: [...(x as Value).type.shape] as Dim[] })
    ],
    loop: (k) => {
      const cuts = cutsOf(k.attributes, k.inputs[0] as StaticShape)
      return k.at(
        0,
        k.index.map((c, i) => {
          const { start, step } = cuts[i] as Cut
          if (step < 0) return `(${start} - ${c} * ${-step})`
          return start === 0 && step === 1 ? c : `(${start} + ${c} * ${step})`
        })
      )
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const read = reader(t)
      const cuts = cutsOf(a, t.shape)
      return tabulate(shape, (at) => read(at.map((c, i) => (cuts[i] as Cut).start + c * (cuts[i] as Cut).step)))
    },
    samples: [
      { shapes: [[5]], attributes: { starts: [1], ends: [4] } },
      { shapes: [[4, 6]], attributes: { starts: [1, -1], ends: [2 ** 31 - 1, -7], steps: [2, -2] } },
      { shapes: [[2, 3, 4]], attributes: { starts: [-3], ends: [-1], axes: [-1] } },
      { shapes: [[2, 1, 4, 1, 3]], attributes: { starts: [3, 0], ends: [-5, 2], axes: [2, 4], steps: [-1, 1] } },
      { shapes: [[3, 2]], attributes: { starts: [2], ends: [1] } },
      { shapes: [['B', 4]], attributes: { starts: [0, 3], ends: [2 ** 31 - 1, 0], steps: [1, -2] } },
      { shapes: [[7, 1]], attributes: { starts: [100, 0], ends: [-100, 1], steps: [-3, 3] } }
    ]
  }),
  define({
    kind: 'Unslice',
    family: 'internal',
    title: 'Put a slice back',
    doc: 'Zeros with the input in the places that a Slice of the same attributes reads.',
    formula: { forward: String.raw`y_{\mathrm{start} + i \cdot \mathrm{step}} = x_i,\ \text{else } 0` },
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'rearranges',
    infer: ([x], a) => same(x as TensorType, a.shape as Shape),
    vjp: ({ b, upstream, attributes }) => {
      const { shape: _, ...cut } = attributes
      return [b.emit('Slice', [upstream], cut)]
    },
    loop: (k) => {
      const guards: string[] = []
      const coordinates = cutsOf(k.attributes, k.out).map(({ start, step, size }, i) => {
        const c = k.index[i] as string
        if (size === 0) guards.push('0 > 1')
        // an axis of one element is coordinate "0", which is no number to compute with
        if (k.out[i] === 1 || (start === 0 && step === 1 && size === k.out[i])) return c
        const [by, last] = [Math.abs(step), start + ((size as number) - 1) * step]
        // begins with the coordinate: gpu.js takes what begins with a literal for a whole number
        const away = step > 0 ? `(${c} - ${start})` : `(${c} * -1 + ${start})`
        guards.push(`${c} >= ${number32(Math.min(start, last))}`, `${c} <= ${number32(Math.max(start, last))}`)
        if (by > 1) guards.push(`${k.mod(away, by)} == 0`)
        return by > 1 ? k.div(away, by) : away
      })
      return k.at(0, coordinates, guards.join(' && '))
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const read = reader(t)
      const cuts = cutsOf(a, shape)
      return tabulate(shape, (at) => {
        const from = at.map((c, i) => (c - (cuts[i] as Cut).start) / (cuts[i] as Cut).step)
        const inside = from.every((c, i) => Number.isInteger(c) && c >= 0 && c < (t.shape[i] as number))
        return inside ? read(from) : 0
      })
    },
    samples: [
      { shapes: [[2, 3]], attributes: { starts: [3, 5], ends: [-5, -7], steps: [-2, -2], shape: [4, 6] } },
      { shapes: [[2, 2]], attributes: { starts: [1], ends: [4], axes: [1], steps: [2], shape: [2, 5] } }
    ]
  }),
  define({
    kind: 'Pad',
    family: 'shape',
    title: 'Pad',
    doc: 'Puts elements before and after each axis (ONNX Pad): a constant, the mirror image without the border element (reflect), or the border element again (edge). Negative numbers cut off. Backward, each element of x gets the gradients of all places that show it.',
    formula: {
      forward: String.raw`y_{i + \mathrm{before}} = x_i`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_i} = \sum_{j \text{ shows } i} \frac{\partial L}{\partial y_j}`
      }
    },
    keywords: ['border', 'margin', 'padding', '패딩'],
    inputs: X,
    outputs: OUT,
    attributes: {
      pads: integers('Elements before each axis, then elements after each axis.', { default: [] }),
      mode: choice('What the new elements are.', MODES, 'constant'),
      value: number('The constant.', { default: 0 })
    },
    pattern: 'rearranges',
    infer: ([x], a) => {
      const { shape } = x as TensorType
      const pads = padsOf(a, shape)
      const mode = attr.text(a, 'mode')
      const size = pads.map(([before, after], i): Dim => {
        const d = shape[i] as Dim
        if (before === 0 && after === 0) return d
        if (typeof d !== 'number') {
          // An open batch may be padded; what was padded may be cut off again, as the gradient does.
          const padded = mode === 'constant' ? addDims(d, before + after) : '-'
          if (!String(padded).includes('-')) return padded
          return fail('shape.symbolic', { op: 'Pad', axis: i, shape: showShape(shape) })
        }
        const most = mode === 'reflect' ? d - 1 : d === 0 ? 0 : Number.POSITIVE_INFINITY
        if (mode !== 'constant' && Math.max(before, after) > most)
          misfit('Pad', 'pads', [before, after], shape, `Axis ${i} of size ${d} can be padded by at most ${most}.`)
        if (d + before + after < 0 || -before > d || -after > d)
          misfit('Pad', 'pads', [before, after], shape, `Axis ${i} has only ${d} elements to cut off.`)
        return d + before + after
      })
      return limited('Pad', same(x as TensorType, size))
    },
    vjp: ({ b, inputs: [x], upstream, attributes }) => {
      const { shape } = (x as Value).type
      const pads = padsOf(attributes, shape)
      const mode = attr.text(attributes, 'mode')
      if (mode === 'constant') {
        const back = attr.numbers(attributes, 'pads').map((p) => -p)
        return [b.one('Pad', upstream, { pads: back, mode, value: 0 })]
      }
      // The modes that repeat x do so axis by axis, so the gradients can be gathered axis by axis.
      return [
        pads.reduce((g, [before, after], axis) => {
          if (before === 0 && after === 0) return g
          const size = shape[axis] as number
          const from = Array.from({ length: size + before + after }, (_, c) => source(mode, c, before, size))
          const indices = b.leaf('Const', { shape: [from.length], dtype: 'int' }, { values: from })
          return scatterAdd(b, g, indices, axis, size)
        }, upstream)
      ]
    },
    loop: (k) => {
      const shape = k.inputs[0] as StaticShape
      const mode = attr.text(k.attributes, 'mode')
      const guards: string[] = []
      const coordinates = padsOf(k.attributes, shape).map(([before, after], i) => {
        const [c, size] = [k.index[i] as string, shape[i] as number]
        if (before === 0 && after === 0) return c
        if (mode !== 'constant') return sourceText(mode, c, before, size)
        if (before > 0) guards.push(`${c} >= ${before}`)
        if (after > 0) guards.push(`${c} < ${number32(before + size)}`)
        return before === 0 ? c : `(${c} - ${number32(before)})`
      })
      const value = attr.number(k.attributes, 'value')
      return k.at(0, coordinates, guards.join(' && '), number32(value))
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const read = reader(t)
      const pads = padsOf(a, t.shape)
      const mode = attr.text(a, 'mode')
      return tabulate(shape, (at) => {
        const from = at.map((c, i) => {
          const [before, after] = pads[i] as readonly [number, number]
          return mode === 'constant' || (before === 0 && after === 0)
            ? c - before
            : source(mode, c, before, t.shape[i] as number)
        })
        return from.every((c, i) => c >= 0 && c < (t.shape[i] as number)) ? read(from) : attr.number(a, 'value')
      })
    },
    samples: [
      { shapes: [[3]], attributes: { pads: [1, 2] } },
      { shapes: [[2, 3]], attributes: { pads: [0, 1, 2, 0], value: -1.5 } },
      { shapes: [[4, 3]], attributes: { pads: [-1, 2, 0, -1] } },
      { shapes: [[2, 4]], attributes: { pads: [0, 2, 0, 3], mode: 'reflect' } },
      { shapes: [[1, 2, 3, 3]], attributes: { pads: [0, 0, 1, 2, 0, 0, 2, 1], mode: 'reflect' } },
      { shapes: [[3, 2]], attributes: { pads: [1, 2, 0, 3], mode: 'edge' } },
      { shapes: [[4]], attributes: { pads: [-1, 2], mode: 'edge' } },
      { shapes: [[]], attributes: { pads: [] } },
      { shapes: [[0, 2]], attributes: { pads: [1, 0, 0, 1] } },
      { shapes: [['B', 3]], attributes: { pads: [1, 0, 0, 2] } },
      { shapes: [['B', 3]], attributes: { pads: [0, 2, 0, 1], mode: 'reflect' } },
      { shapes: [[1, 2, 1, 2, 2]], attributes: { pads: [0, 0, 0, 1, 0, 1, 0, 0, 0, 1] } }
    ]
  }),
  define({
    kind: 'Stack',
    family: 'shape',
    title: 'Stack',
    doc: 'Joins tensors of one shape along a new axis. Backward, each gets its own piece.',
    formula: {
      forward: String.raw`y_{\dots n \dots} = (x_n)_{\dots}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_n} = \left(\frac{\partial L}{\partial y}\right)_{\dots n \dots}`
      }
    },
    keywords: ['join', 'pack', '쌓기'],
    inputs: [],
    variadic: { name: 'x', min: 1 },
    outputs: OUT,
    attributes: { axis: integer('Where the new axis stands in the result.', { default: 0 }) },
    pattern: 'rearranges',
    infer: (inputs, a) => {
      const first = inputs[0] as TensorType
      const axis = axisIn('Stack', attr.number(a, 'axis'), first.shape, 1)
      const other = inputs.find((i) => !sameShape(i.shape, first.shape))
      if (other)
        fail('shape.mismatch', { op: 'Stack', a: showShape(first.shape), b: showShape(other.shape), except: '' })
      return limited('Stack', same(first, [...first.shape.slice(0, axis), inputs.length, ...first.shape.slice(axis)]))
    },
    vjp: ({ b, inputs, upstream, needs, attributes }) =>
      inputs.map((x, i) => {
        if (!needs(i)) return null
        const axis = axisIn('Stack', attr.number(attributes, 'axis'), x.type.shape, 1)
        return b.reshape(b.emit('Piece', [upstream], { axis, start: i, size: 1 }), x.type.shape)
      }),
    lower: (b, inputs, a) => {
      const axis = axisIn('Stack', attr.number(a, 'axis'), (inputs[0] as Value).type.shape, 1)
      const rows = inputs.map((x) => b.reshape(x, unstacked(x.type.shape, axis)))
      return rows.length === 1 ? (rows[0] as Value) : b.emit('Concat', rows, { axis })
    },
    reference: (inputs, a, shape) => {
      const axis = axisIn('Stack', attr.number(a, 'axis'), shape)
      const readers = inputs.map(reader)
      return tabulate(shape, (at) =>
        (readers[at[axis] as number] as (typeof readers)[number])(at.filter((_, i) => i !== axis))
      )
    },
    samples: [
      { shapes: [[3], [3]] },
      { shapes: [[], [], []] },
      {
        shapes: [
          [2, 3],
          [2, 3]
        ],
        attributes: { axis: -1 }
      },
      {
        shapes: [
          [2, 1, 2, 2],
          [2, 1, 2, 2]
        ],
        attributes: { axis: 2 }
      },
      {
        shapes: [
          ['B', 2],
          ['B', 2]
        ],
        attributes: { axis: 1 }
      },
      { shapes: [[2]] },
      {
        shapes: [
          [0, 2],
          [0, 2]
        ],
        attributes: { axis: 1 }
      }
    ]
  })
]

/** Adds `x` up into zeros: along `axis`, each place goes to the place that its index names. */
export const scatterAdd = (b: Builder, x: Value, indices: Value, axis: number, size: Dim): Value =>
  b.emit('ScatterAdd', [x, indices], { axis, size })
