/**
 * Steps of a plan by kernels that are compiled ahead: reductions, windows, copies, slices by index. What they do not
 * cover (windows over three axes, say) runs as on the CPU.
 */
import type { LoopStep } from '../../compile/plan.ts'
import type { LoopContext } from '../../ir/op.ts'
import { opOf } from '../../ops/registry.ts'
import { axesIn } from '../../ops/rules.ts'
import { type Windows, windowsOf } from '../../ops/windows.ts'
import { type StaticShape, sizeOf, stridesOf } from '../../shape.ts'
import { flatIndex } from '../kernel-text.ts'
import { type Call, pointer } from './calls.ts'
import type { Code, Machine } from './machine.ts'

/** A compiled function and its arguments: pointers to the output and the inputs, numbers, and how many turns to take. */
interface Part {
  readonly name: 'reduce' | 'unfold' | 'foldUp' | 'poolMax' | 'unpool' | 'copy' | 'gather' | 'scatterAdd'
  /** Where in the output to begin, in elements. */
  readonly start?: number
  /** Which inputs; all of them by default. */
  readonly reads?: readonly number[]
  /** Where in the first of them to begin, in elements. */
  readonly from?: number
  readonly numbers: readonly number[]
  readonly turns: number
}

/** Elements read or written that are worth a thread of their own: some twenty microseconds. */
const WORTH_A_THREAD = 60_000

const shapeOf = (step: LoopStep, n: number): StaticShape => step.operands[n]?.shape as StaticShape

const KINDS: Readonly<Record<string, number>> = { ReduceSum: 0, ReduceMax: 1, ReduceMin: 2, ReduceProd: 3 }

/** x as [reduced, kept, reduced, kept], neighbouring axes of one sort being one. */
function reduction(step: LoopStep): Part[] | null {
  const { op = '', attributes = {} } = step.nodes[0] ?? {}
  const shape = shapeOf(step, 0)
  const axes = axesIn(op, (attributes.axes ?? null) as readonly number[] | null, shape)
  const sizes = [1, 1, 1, 1]
  let at = 3
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    if (size === 1) continue
    // kept axes belong to places 1 and 3
    if (axes.includes(axis) === (at % 2 === 1)) at--
    if (at < 0) return null
    sizes[at] = (sizes[at] as number) * size
  }
  const [, b, , d] = sizes as [number, number, number, number]
  return [{ name: 'reduce', numbers: [KINDS[op] as number, ...sizes], turns: d === 1 ? b : b * Math.ceil(d / 16) }]
}

/** The numbers by which compiled kernels know windows over one or two axes. */
function windowNumbers(w: Windows): number[] | null {
  const lists = [w.from, w.kernel, w.strides, w.dilations, w.before, w.to]
  const rank = w.kernel.length
  if (rank > 2) return null
  // a row is a plane of height 1
  return lists.flatMap((list, i) => (rank === 2 ? list : [i === 4 ? 0 : 1, ...list]))
}

/** @param over the shape that the windows slide over */
function windowed(step: LoopStep, name: Part['name'], over: StaticShape, more: readonly number[] = []): Part[] | null {
  const { op = '', attributes = {} } = step.nodes[0] ?? {}
  const w = windowsOf(op, attributes, over, attributes.kernel_shape as readonly number[])
  const numbers = windowNumbers(w)
  const planes = sizeOf(over.slice(0, 2))
  return (
    numbers && [{ name, numbers: [...numbers, ...more], turns: name === 'unfold' ? planes * sizeOf(w.kernel) : planes }]
  )
}

/** A copy under other strides, outermost axis first; null where more than four axes are left. */
function strided(
  shape: StaticShape,
  y: readonly number[],
  x: readonly number[]
): Pick<Part, 'numbers' | 'turns'> | null {
  const axes: { size: number; y: number; x: number }[] = []
  for (const [i, size] of shape.entries()) {
    if (size === 1) continue
    const [own, last] = [{ size, y: y[i] as number, x: x[i] as number }, axes.at(-1)]
    if (last && last.y === own.y * size && last.x === own.x * size)
      axes[axes.length - 1] = { ...own, size: last.size * size }
    else axes.push(own)
  }
  if (axes.length > 4) return null
  while (axes.length < 4) axes.unshift({ size: 1, y: 0, x: 0 })
  const [outer, ...inner] = axes as [(typeof axes)[number], ...typeof axes]
  const numbers = [...inner.map((a) => a.size), ...axes.map((a) => a.y), ...axes.map((a) => a.x)]
  return { numbers, turns: outer.size }
}

/** An operator each of whose elements is one element of x, at a place that is affine in the coordinates. */
function rearranged(step: LoopStep): Part[] | null {
  const node = step.nodes[0]
  if (!node) return null
  const { shape } = step
  const index = shape.map((_, i) => `i${i}`)
  let text = ''
  const never = (): never => {
    throw new Error(`${node.op} is no copy`)
  }
  const context: LoopContext = {
    out: shape,
    inputs: [shapeOf(step, 0)],
    attributes: node.attributes,
    index,
    at: (_, coordinates, guard) => {
      if (guard) never()
      text = flatIndex(shapeOf(step, 0), coordinates)
      return text
    },
    fold: never,
    argmax: never,
    whole: never,
    div: never,
    mod: never
  }
  opOf(node.op)?.loop?.(context)
  const place = new Function(...index, `return ${text}`) as (...at: number[]) => number
  const from = place(...shape.map(() => 0))
  const strides = shape.map((_, axis) => place(...shape.map((_, i) => (i === axis ? 1 : 0))) - from)
  const copied = strided(shape, stridesOf(shape), strides)
  return copied && [{ name: 'copy', from, ...copied }]
}

function joined(step: LoopStep): Part[] | null {
  const named = step.nodes[0]?.attributes.axis as number
  const axis = named < 0 ? named + step.shape.length : named
  const strides = stridesOf(step.shape)
  const calls: Part[] = []
  let start = 0
  for (const [n, { shape }] of step.operands.entries()) {
    const copied = strided(shape, strides, stridesOf(shape))
    if (!copied) return null
    if (sizeOf(shape) > 0) calls.push({ name: 'copy', reads: [n], start, ...copied })
    start += (shape[axis] as number) * (strides[axis] as number)
  }
  return calls
}

function gathered(step: LoopStep): Part[] {
  const [shape, indices] = [shapeOf(step, 0), shapeOf(step, 1)]
  const named = step.nodes[0]?.attributes.axis as number
  const axis = named < 0 ? named + shape.length : named
  const count = sizeOf(indices)
  const numbers = [count, shape[axis] as number, sizeOf(shape.slice(axis + 1))]
  return [{ name: 'gather', numbers, turns: sizeOf(shape.slice(0, axis)) * count }]
}

function scattered(step: LoopStep): Part[] {
  const axis = step.nodes[0]?.attributes.axis as number
  const numbers = [sizeOf(shapeOf(step, 1)), step.shape[axis] as number, sizeOf(step.shape.slice(axis + 1))]
  return [{ name: 'scatterAdd', numbers, turns: sizeOf(step.shape.slice(0, axis)) }]
}

/** What computes a step; null where it is none of these kernels' work. */
const PARTS: Readonly<Record<string, (step: LoopStep) => Part[] | null>> = {
  ReduceSum: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  Unfold: (step) => windowed(step, 'unfold', shapeOf(step, 0)),
  Fold: (step) => windowed(step, 'foldUp', step.shape),
  MaxPool: (step) => windowed(step, 'poolMax', shapeOf(step, 0), [0]),
  PoolPlace: (step) => windowed(step, 'poolMax', shapeOf(step, 0), [1]),
  Unpool: (step) => windowed(step, 'unpool', step.shape),
  Transpose: rearranged,
  Slice: rearranged,
  Piece: rearranged,
  Repeat: rearranged,
  Concat: joined,
  Gather: gathered,
  ScatterAdd: scattered
}

/** The step as calls, or null where there is nothing for it ahead of time. */
export function loopCalls(step: LoopStep, code: Code, machine: Machine): Call[] | null {
  const shapes = [step.shape, ...step.operands.map((o) => o.shape)]
  if (shapes.some((s) => sizeOf(s) === 0)) return null
  const parts = PARTS[step.nodes[0]?.op ?? '']?.(step)
  if (!parts) return null
  const cut = machine.cut(Math.max(...shapes.map(sizeOf)), WORTH_A_THREAD)
  return parts.map(({ name, start = 0, reads, from = 0, numbers, turns }) => {
    const slots = step.operands.map((o) => o.slot)
    const read = reads ? reads.map((n) => slots[n] as number) : slots
    const inputs = read.map((slot, i) => pointer(slot, i === 0 ? 4 * from : 0))
    return { code, name, list: [pointer(step.output, 4 * start), ...inputs, ...numbers], turns, cut }
  })
}
