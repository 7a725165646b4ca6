/**
 * One function that walks a nest of loops and computes four neighbours at a time.
 *
 * What does not change inside a loop is computed before it. Pieces of memory are padded to whole vectors, so that reading
 * and writing beyond the last element does no harm; where rows end in the middle of a vector, a part of it is stored.
 * So every element is computed by the same instructions, wherever it stands.
 */
import {
  type Bytes,
  F64,
  type FunctionBody,
  type FunctionImport,
  I32,
  type LaneInstruction,
  V128,
  type ValueType,
  wasm
} from './bytes.ts'
import type { HostFunction, Lanes } from './lanes.ts'
import type { Nest } from './nest.ts'

/** Elements of a vector. */
export const WIDTH = 4
const BYTES = 4 * WIDTH
/** Instructions from which on two vectors are computed side by side: long chains wait for themselves otherwise. */
const LONG = 12

/** Functions that a kernel may call, by number. */
export const HOST_FUNCTIONS: readonly (FunctionImport & { readonly name: HostFunction })[] = [
  { module: 'math', name: 'sin', type: { parameters: [F64], results: [F64] } },
  { module: 'math', name: 'cos', type: { parameters: [F64], results: [F64] } },
  { module: 'math', name: 'tan', type: { parameters: [F64], results: [F64] } },
  { module: 'math', name: 'pow', type: { parameters: [F64, F64], results: [F64] } }
]

/** How far the outermost loop goes: in vectors where it is the only one, else in its own steps. */
export const turnsOf = ({ extents }: Nest): number =>
  extents.length === 1 ? Math.ceil((extents[0] as number) / WIDTH) : (extents[0] as number)

/**
 * The function takes pointers to each output and to each operand, and the part of the outermost loop to walk, from and
 * to. Output n gets `values[n]`; the strides of operand n are `nest.strides[n]`. An output may be an operand, too: all
 * is read before anything is written, four elements at a time.
 */
export function emitKernel(values: readonly Lanes[], nodes: readonly Lanes[], nest: Nest): FunctionBody {
  const tensors = values.length + nest.strides.length
  const parameters: ValueType[] = Array(tensors + 2).fill(I32)
  const [FROM, TO] = [tensors, tensors + 1]
  const locals: ValueType[] = []
  const local = (type: ValueType): number => parameters.length + locals.push(type) - 1
  const inner = nest.extents.length - 1

  /** The innermost loop that changes a node, counted from 1; 0 where none does. */
  const levels = new Map<Lanes, number>()
  for (const node of nodes) {
    const own =
      node.kind === 'operand' ? (nest.strides[node.what as number] as number[]).findLastIndex((s) => s !== 0) + 1 : 0
    levels.set(node, Math.max(own, ...node.args.map((a) => levels.get(a) as number)))
  }
  /** Each node that is needed has a local of its own: what is computed once is read from there. */
  const places = new Map<Lanes, number>()
  for (const node of neededBy(values, nodes)) places.set(node, local(V128))
  const long = [...places.keys()].filter((node) => levels.get(node) === inner + 1 && node.kind !== 'operand')
  /** The same of the next vector, where two are computed side by side. */
  const seconds = new Map(
    long.length < LONG ? [] : [...places.keys()].flatMap((n) => (levels.get(n) === inner + 1 ? [[n, local(V128)]] : []))
  )
  const placeOf = (node: Lanes, second: boolean): number =>
    (second ? seconds.get(node) : undefined) ?? (places.get(node) as number)
  const get = (node: Lanes, second = false): Bytes => wasm.get(placeOf(node, second))
  /** Which local says where tensor n begins in the present row: the outputs, then the operands. */
  const pointers = new Map(Array.from({ length: tensors }, (_, n) => [n, n]))
  const at = local(I32)

  const compute = (node: Lanes, second = false): Bytes => {
    if (node.kind === 'constant') return wasm.constant(node.what as number)
    if (node.kind === 'operand') {
      const pointer = wasm.get(pointers.get(values.length + (node.what as number)) as number)
      return levels.get(node) === inner + 1
        ? [...pointer, ...wasm.get(at), ...wasm.add, ...wasm.load(second ? BYTES : 0)]
        : [...pointer, ...wasm.loadSplat()]
    }
    const args = node.args.map((arg) => get(arg, second))
    if (node.kind === 'call') return callHost(node, args, local)
    const shift = node.kind === 'shift' ? wasm.i32(node.by) : []
    return [...args.flat(), ...shift, ...wasm.lanes(node.what as LaneInstruction)]
  }
  /** What has to be computed anew in each turn of loop `depth`, counted from 1; 0: once, before all loops. */
  const turn = (depth: number): Bytes =>
    [...places].flatMap(([node, place]) => (levels.get(node) === depth ? [...compute(node), ...wasm.set(place)] : []))

  const target = (output: number): Bytes => [...wasm.get(pointers.get(output) as number), ...wasm.get(at), ...wasm.add]
  const put = (): Bytes => values.flatMap((value, output) => [...target(output), ...get(value), ...wasm.store()])
  /** Two vectors at once. */
  const both = (): Bytes => [
    ...[...places].flatMap(([node, place]) =>
      levels.get(node) === inner + 1
        ? [...compute(node), ...wasm.set(place), ...compute(node, true), ...wasm.set(placeOf(node, true))]
        : []
    ),
    ...put(),
    ...values.flatMap((value, output) => [...target(output), ...get(value, true), ...wasm.store(BYTES)])
  ]
  const forward = (bytes: number): Bytes => [...wasm.get(at), ...wasm.i32(bytes), ...wasm.add]
  /** Fewer elements than lanes: as many are stored. What was read beyond them is thrown away. */
  const putPart = (count: number): Bytes =>
    values.flatMap((value, output) => {
      const store = (code: Bytes): Bytes => [...target(output), ...get(value), ...code]
      const pair = count >= 2 ? store(wasm.store64Lane(0, 0)) : []
      return count === 2 ? pair : [...pair, ...store(wasm.store32Lane(4 * (count - 1), count - 1))]
    })
  /** A row of the innermost loop: whole vectors, then what is left. */
  const row = (): Bytes => {
    const extent = nest.extents[inner] as number
    const whole = extent - (extent % WIDTH)
    const pairs = seconds.size > 0 ? whole - (whole % (2 * WIDTH)) : 0
    const body = turn(inner + 1)
    const until = (end: number, step: number): Bytes => [
      ...[...forward(step), ...wasm.tee(at)],
      ...[...wasm.i32(4 * end), ...wasm.less, ...wasm.branchIf(0)]
    ]
    const loop = [
      ...(pairs === 0 ? [] : wasm.loop([...both(), ...until(pairs, 2 * BYTES)])),
      ...(whole === pairs ? [] : wasm.loop([...body, ...put(), ...until(whole, BYTES)]))
    ]
    const rest = whole === extent ? [] : [...body, ...putPart(extent - whole)]
    return [...wasm.i32(0), ...wasm.set(at), ...loop, ...rest]
  }
  /** Loop number `depth`, counted from 0, with all loops inside it. */
  const walk = (depth: number): Bytes => {
    if (depth === inner) return row()
    const i = local(I32)
    const outStride = nest.extents.slice(depth + 1).reduce((a, b) => a * b, 1)
    const moved: Bytes = []
    for (let n = 0; n < tensors; n++) {
      const stride = n < values.length ? outStride : (nest.strides[n - values.length]?.[depth] as number)
      if (stride === 0) continue
      const pointer = local(I32)
      moved.push(...wasm.get(i), ...wasm.i32(4 * stride), ...wasm.mul)
      moved.push(...wasm.get(pointers.get(n) as number), ...wasm.add, ...wasm.set(pointer))
      pointers.set(n, pointer)
    }
    const [start, end] =
      depth === 0 ? [wasm.get(FROM), wasm.get(TO)] : [wasm.i32(0), wasm.i32(nest.extents[depth] as number)]
    const again = [
      ...wasm.get(i),
      ...wasm.i32(1),
      ...wasm.add,
      ...wasm.tee(i),
      ...end,
      ...wasm.less,
      ...wasm.branchIf(0)
    ]
    return [...start, ...wasm.set(i), ...wasm.loop([...moved, ...turn(depth + 1), ...walk(depth + 1), ...again])]
  }
  const flat = (): Bytes => {
    const end = local(I32)
    const bytes = (turn: number): Bytes => [...wasm.get(turn), ...wasm.i32(4), ...wasm.shl]
    const again = [...forward(BYTES), ...wasm.tee(at), ...wasm.get(end), ...wasm.less, ...wasm.branchIf(0)]
    const pairs = wasm.block(
      wasm.loop([
        ...[...forward(BYTES), ...wasm.get(end), ...wasm.notLess, ...wasm.branchIf(1)],
        ...[...both(), ...forward(2 * BYTES), ...wasm.set(at), ...wasm.branch(0)]
      ])
    )
    const over = [...wasm.get(at), ...wasm.get(end), ...wasm.notLess, ...wasm.branchIf(0)]
    return [
      ...bytes(FROM),
      ...wasm.set(at),
      ...bytes(TO),
      ...wasm.set(end),
      ...(seconds.size > 0
        ? [...pairs, ...wasm.block([...over, ...turn(1), ...put()])]
        : wasm.loop([...turn(1), ...put(), ...again]))
    ]
  }
  const nothing = [...wasm.get(FROM), ...wasm.get(TO), ...wasm.notLess, ...wasm.branchIf(0)]
  const code = wasm.block([...nothing, ...turn(0), ...(inner === 0 ? flat() : walk(0))])
  return { parameters, locals, code }
}

/** The nodes that the values are made of, in order; what `there` is true of is made of nothing. */
export function neededBy(
  values: readonly Lanes[],
  nodes: readonly Lanes[],
  there: (node: Lanes) => boolean = () => false
): Lanes[] {
  const needed = new Set(values)
  // later nodes are made of earlier ones
  for (const node of nodes.toReversed())
    if (needed.has(node) && !there(node)) for (const arg of node.args) needed.add(arg)
  return nodes.filter((node) => needed.has(node))
}

/** Lane by lane through a function of JavaScript; `args` read locals. */
export function callHost(node: Lanes, args: readonly Bytes[], local: (type: ValueType) => number): Bytes {
  const index = HOST_FUNCTIONS.findIndex((f) => f.name === node.what)
  const result = local(V128)
  const lane = (i: number): Bytes => [
    ...wasm.get(result),
    ...args.flatMap((arg) => [...arg, ...wasm.extract(i), ...wasm.promote]),
    ...[...wasm.call(index), ...wasm.demote, ...wasm.replace(i), ...wasm.set(result)]
  ]
  return [...[0, 1, 2, 3].flatMap(lane), ...wasm.get(result)]
}
