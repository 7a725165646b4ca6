/**
 * Windows that slide over the spatial axes of [batch, channels, …spatial]: what convolution and pooling share.
 *
 * Unfold copies each window into a column ("im2col", Chellapilla et al. 2006), so that a convolution is a matrix
 * product; Fold adds the columns up where they came from, and is its transpose.
 */
import type { Value } from '../ir/builder.ts'
import { attr, type LoopContext, type Op } from '../ir/op.ts'
import type { Attributes, AttributeValue, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { type Dim, type Shape, type StaticShape, showShape, sizeOf } from '../shape.ts'
import { eachIndex, reader, tabulate } from './reference.ts'
import { define, float, limited, OUT, X } from './rules.ts'

/** Per spatial axis. */
export interface Windows {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly before: readonly number[]
  /** Sizes of x, and of the result. */
  readonly from: readonly number[]
  readonly to: readonly number[]
}

const misfit = (op: string, attribute: string, value: readonly number[], shape: Shape, detail: string): never =>
  fail('shape.attribute', { op, attribute, value: `[${value}]`, shape: showShape(shape), detail })

/** The windows that ONNX attributes describe over `shape`; a null stands for ones, or for no padding. */
export function windowsOf(op: string, a: Attributes, shape: Shape, kernel: readonly number[]): Windows {
  if (shape.length < 3)
    fail('shape.rank', { op, input: 'x', shape: showShape(shape), expected: 'batch, channels and spatial dimensions' })
  const spatial = shape.slice(2)
  const rank = spatial.length
  const open = spatial.findIndex((d) => typeof d !== 'number')
  if (open >= 0) fail('shape.symbolic', { op, axis: open + 2, shape: showShape(shape) })
  const from = spatial as number[]
  const list = (name: string, preset: number, length: number): readonly number[] => {
    const given = attr.optionalNumbers(a, name) ?? Array<number>(length).fill(preset)
    if (given.length !== length) misfit(op, name, given, shape, `It must have ${length} entries.`)
    return given
  }
  if (kernel.length !== rank) misfit(op, 'kernel_shape', kernel, shape, `It must have ${rank} entries.`)
  const strides = list('strides', 1, rank)
  const dilations = list('dilations', 1, rank)
  const pads = list('pads', 0, 2 * rank)
  const to = from.map((d, i) => {
    const reach = ((kernel[i] as number) - 1) * (dilations[i] as number) + 1
    const room = d + (pads[i] as number) + (pads[i + rank] as number)
    if (reach > room)
      misfit(op, 'kernel_shape', kernel, shape, `A window of ${reach} does not fit into ${room} along axis ${i + 2}.`)
    return Math.floor((room - reach) / (strides[i] as number)) + 1
  })
  return { kernel, strides, dilations, before: pads.slice(0, rank), from, to }
}

/** What Unfold and Fold need to know, as attributes of theirs. */
export const windowAttributes = (w: Windows, group: number): Record<string, AttributeValue> => ({
  kernel_shape: [...w.kernel],
  strides: [...w.strides],
  dilations: [...w.dilations],
  // The window count follows from the padding at the end: given as what the last window needs.
  pads: [
    ...w.before,
    ...w.to.map(
      (n, i) =>
        (n - 1) * (w.strides[i] as number) +
        ((w.kernel[i] as number) - 1) * (w.dilations[i] as number) +
        1 -
        (w.from[i] as number) -
        (w.before[i] as number)
    )
  ],
  group
})

const windowsFrom = (a: Attributes, shape: Shape): Windows =>
  windowsOf('Unfold', a, shape, attr.numbers(a, 'kernel_shape'))

/** The digits of a flat row-major index, as text. */
export function split(k: LoopContext, flat: string, sizes: readonly number[]): string[] {
  return sizes.map((size, i) => {
    if (size === 1) return '0'
    const inner = sizeOf(sizes.slice(i + 1))
    const high = inner === 1 ? flat : k.div(flat, inner)
    return sizes.slice(0, i).every((s) => s === 1) ? high : k.mod(high, size)
  })
}

/** The same in numbers. */
export function digits(flat: number, sizes: readonly number[]): number[] {
  return sizes.map((size, i) => Math.floor(flat / sizeOf(sizes.slice(i + 1))) % size)
}

const times = (x: string, by: number): string => (x === '0' || by === 1 ? x : `${x} * ${by}`)

/** Where in x the windows `at` have their element `offset`, and when that is inside. */
export function placeText(
  w: Windows,
  at: readonly string[],
  offset: readonly string[]
): { at: string[]; guard: string } {
  const guards: string[] = []
  const places = w.from.map((size, i) => {
    const before = w.before[i] as number
    const terms = [times(at[i] as string, w.strides[i] as number), times(offset[i] as string, w.dilations[i] as number)]
    const sum = terms.filter((t) => t !== '0').join(' + ') || '0'
    const place = before === 0 ? `(${sum})` : `(${sum} - ${before})`
    const [stride, reach] = [w.strides[i] as number, ((w.kernel[i] as number) - 1) * (w.dilations[i] as number)]
    if (before > 0) guards.push(`${place} >= 0`)
    if (((w.to[i] as number) - 1) * stride + reach - before >= size) guards.push(`${place} < ${size}`)
    return place
  })
  return { at: places, guard: guards.join(' && ') }
}

/** Which window has the element `offset` at the place `at` of x, and when there is one: the reverse of placeText. */
export function windowText(
  k: LoopContext,
  w: Windows,
  at: readonly string[],
  offset: readonly string[]
): { at: string[]; guard: string } {
  const guards: string[] = []
  const windows = w.to.map((count, i) => {
    const [stride, before] = [w.strides[i] as number, w.before[i] as number]
    const start = `(${at[i]} + ${before} - ${times(offset[i] as string, w.dilations[i] as number)})`
    guards.push(`${start} >= 0`, `${start} < ${count * stride}`)
    if (stride === 1) return start
    guards.push(`${k.mod(start, stride)} == 0`)
    return k.div(start, stride)
  })
  return { at: windows, guard: guards.join(' && ') }
}

/** The place in x in numbers; null where it is in the padding. */
export function placeOf(w: Windows, at: readonly number[], offset: readonly number[]): number[] | null {
  const place = at.map(
    (o, i) =>
      o * (w.strides[i] as number) + (offset[i] as number) * (w.dilations[i] as number) - (w.before[i] as number)
  )
  return place.every((p, i) => p >= 0 && p < (w.from[i] as number)) ? place : null
}

const groupOf = (a: Attributes): number => attr.number(a, 'group')

export const windows: readonly Op[] = [
  define({
    kind: 'Unfold',
    family: 'internal',
    title: 'Windows as columns',
    doc: 'Copies each window of [batch, channels, …] into a column: [batch, group, channels of the group × window, windows]. Padding is 0.',
    formula: { forward: 'y_{n, g, (c, k), o} = x_{n, c, o s + k d - p}' },
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'rearranges',
    infer: ([x], a) => {
      const { shape } = x as TensorType
      const w = windowsFrom(a, shape)
      const channels = (shape[1] as number) / groupOf(a)
      return limited('Conv', float([shape[0] as Dim, groupOf(a), channels * sizeOf(w.kernel), sizeOf(w.to)]))
    },
    vjp: ({ b, inputs: [x], upstream, attributes }) => [
      b.emit('Fold', [upstream], { ...attributes, shape: [...(x as Value).type.shape] as Dim[] })
    ],
    loop: (k) => {
      const shape = k.inputs[0] as StaticShape
      const w = windowsFrom(k.attributes, shape)
      const channels = (shape[1] as number) / groupOf(k.attributes)
      const [n, g, row, column] = k.index as [string, string, string, string]
      const [c, ...offset] = split(k, row, [channels, ...w.kernel]) as [string, ...string[]]
      const place = placeText(w, split(k, column, w.to), offset)
      const channel = groupOf(k.attributes) === 1 ? c : `(${times(g, channels)} + ${c})`
      return k.at(0, [n, channel, ...place.at], place.guard)
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const w = windowsFrom(a, t.shape)
      const read = reader(t)
      const channels = (t.shape[1] as number) / groupOf(a)
      return tabulate(shape, (at) => {
        const [n, g, row, column] = at as [number, number, number, number]
        const [c, ...offset] = digits(row, [channels, ...w.kernel]) as [number, ...number[]]
        const place = placeOf(w, digits(column, w.to), offset)
        return place ? read([n, g * channels + c, ...place]) : 0
      })
    },
    samples: [
      { shapes: [[2, 2, 4, 5]], attributes: { kernel_shape: [2, 3], strides: [1, 2], pads: [1, 0, 0, 1], group: 1 } },
      { shapes: [[1, 4, 5]], attributes: { kernel_shape: [2], dilations: [2], group: 2 } }
    ]
  }),
  define({
    kind: 'Fold',
    family: 'internal',
    title: 'Columns back to windows',
    doc: 'Adds the columns of Unfold up at the places that they were copied from: its transpose.',
    formula: { forward: String.raw`y_{n, c, i} = \sum_{o s + k d - p = i} x_{n, g, (c, k), o}` },
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'adds up',
    infer: (_, a) => float(a.shape as Shape),
    vjp: ({ b, upstream, attributes }) => {
      const { shape: _, ...w } = attributes
      return [b.emit('Unfold', [upstream], w)]
    },
    loop: (k) => {
      const w = windowsFrom(k.attributes, k.out)
      const channels = (k.out[1] as number) / groupOf(k.attributes)
      const [n, c, ...place] = k.index as [string, string, ...string[]]
      const group = groupOf(k.attributes) === 1 ? '0' : k.div(c, channels)
      const own = groupOf(k.attributes) === 1 ? c : k.mod(c, channels)
      return k.fold('sum', w.kernel, (offset) => {
        const found = windowText(k, w, place, offset)
        const row = [times(own, sizeOf(w.kernel)), flat(offset, w.kernel)].join(' + ')
        return k.at(0, [n, group, `(${row})`, `(${flat(found.at, w.to)})`], found.guard)
      })
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const w = windowsFrom(a, shape)
      const read = reader(t)
      const channels = (shape[1] as number) / groupOf(a)
      const out = tabulate(shape, () => 0)
      const inner = sizeOf(w.from)
      eachIndex(t.shape, (at) => {
        const [n, g, row, column] = at as [number, number, number, number]
        const [c, ...offset] = digits(row, [channels, ...w.kernel]) as [number, ...number[]]
        const place = placeOf(w, digits(column, w.to), offset)
        if (!place) return
        const spatial = place.reduce((sum, p, i) => sum * (w.from[i] as number) + p, 0)
        out[(n * (shape[1] as number) + g * channels + c) * inner + spatial]! += read(at)
      })
      return out
    },
    samples: [
      {
        shapes: [[2, 1, 12, 10]],
        attributes: {
          kernel_shape: [2, 3],
          strides: [1, 2],
          pads: [1, 0, 0, 1],
          group: 1,
          shape: [2, 2, 5, 4]
        }
      },
      { shapes: [[1, 2, 4, 3]], attributes: { kernel_shape: [2], dilations: [2], group: 2, shape: [1, 4, 5] } }
    ]
  })
]

/** Row-major flat index of coordinates, as text. */
export function flat(at: readonly string[], sizes: readonly number[]): string {
  const terms = at.flatMap((c, i) => {
    const inner = sizeOf(sizes.slice(i + 1))
    return c === '0' || sizes[i] === 1 ? [] : [times(c, inner)]
  })
  return terms.join(' + ') || '0'
}
