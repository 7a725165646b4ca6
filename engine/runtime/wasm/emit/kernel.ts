/**
 * One function that walks a nest of loops and computes four neighbours at a time.
 *
 * What does not change inside a loop is computed before it. Pieces of memory are padded to whole vectors, so that reading
 * and writing beyond the last element does no harm; where rows end in the middle of a vector, a part of it is stored.
 * So every element is computed by the same instructions, wherever it stands.
 */
import { type Bytes, F64, type FunctionBody, I32, V128, type ValueType, wasm } from './bytes.ts'
import type { HostFunction, Lanes } from './lanes.ts'
import type { Nest } from './nest.ts'

/** Elements of a vector. */
export const WIDTH = 4
const BYTES = 4 * WIDTH

/** Functions that a kernel may call, by number. */
export const HOST_FUNCTIONS: readonly {
  readonly name: HostFunction
  readonly type: { readonly parameters: readonly ValueType[]; readonly results: readonly ValueType[] }
}[] = [
  { name: 'sin', type: { parameters: [F64], results: [F64] } },
  { name: 'cos', type: { parameters: [F64], results: [F64] } },
  { name: 'tan', type: { parameters: [F64], results: [F64] } },
  { name: 'pow', type: { parameters: [F64, F64], results: [F64] } }
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
  const level = (node: Lanes): number => levels.get(node) as number
  const { uses, deepest } = usesOf(values, level)

  const places = new Map<Lanes, number>()
  /** Which local says where tensor n begins in the present row: the outputs, then the operands. */
  const pointers = new Map(Array.from({ length: tensors }, (_, n) => [n, n]))
  const at = local(I32)

  const emit = (node: Lanes): Bytes => {
    const place = places.get(node)
    if (place !== undefined) return wasm.get(place)
    const code = compute(node)
    if ((uses.get(node) as number) < 2) return code
    const kept = local(V128)
    places.set(node, kept)
    return [...code, ...wasm.tee(kept)]
  }
  const compute = (node: Lanes): Bytes => {
    if (node.kind === 'constant') return wasm.constant(node.what as number)
    if (node.kind === 'operand') {
      const pointer = wasm.get(pointers.get(values.length + (node.what as number)) as number)
      return level(node) > inner
        ? [...pointer, ...wasm.get(at), ...wasm.add, ...wasm.load()]
        : [...pointer, ...wasm.loadSplat()]
    }
    if (node.kind === 'call') return callHost(node, node.args.map(emit), local)
    const args = node.args.flatMap(emit)
    const shift = node.kind === 'shift' ? wasm.i32(node.by) : []
    return [...args, ...shift, ...wasm.lanes(node.what as Parameters<typeof wasm.lanes>[0])]
  }
  /** What is known from loop `depth` on and needed further inside. */
  const prepare = (depth: number): Bytes =>
    nodes.flatMap((node) => {
      if (level(node) !== depth || (deepest.get(node) ?? -1) <= depth || places.has(node)) return []
      const code = compute(node)
      const kept = local(V128)
      places.set(node, kept)
      return [...code, ...wasm.set(kept)]
    })

  const target = (output: number): Bytes => [...wasm.get(pointers.get(output) as number), ...wasm.get(at), ...wasm.add]
  const put = (): Bytes => {
    const results = values.map((value) => ({ code: emit(value), at: local(V128) }))
    const stored = results.flatMap((r, output) => [...target(output), ...wasm.get(r.at), ...wasm.store()])
    return [...results.flatMap((r) => [...r.code, ...wasm.set(r.at)]), ...stored]
  }
  /** Fewer elements than lanes: as many are stored. What is read beyond them is thrown away. */
  const putPart = (count: number): Bytes => {
    const results = values.map((value) => ({ code: emit(value), at: local(V128) }))
    const stored = results.flatMap((r, output) => {
      const store = (code: Bytes): Bytes => [...target(output), ...wasm.get(r.at), ...code]
      const pair = count >= 2 ? store(wasm.store64Lane(0, 0)) : []
      return count === 2 ? pair : [...pair, ...store(wasm.store32Lane(4 * (count - 1), count - 1))]
    })
    return [...results.flatMap((r) => [...r.code, ...wasm.set(r.at)]), ...stored]
  }
  /** A row of the innermost loop: whole vectors, then what is left. */
  const row = (): Bytes => {
    const extent = nest.extents[inner] as number
    const whole = extent - (extent % WIDTH)
    const outside = new Map(places)
    const start = [...wasm.i32(0), ...wasm.set(at)]
    const loop =
      whole === 0
        ? []
        : wasm.loop([
            ...put(),
            ...[...wasm.get(at), ...wasm.i32(BYTES), ...wasm.add, ...wasm.tee(at)],
            ...[...wasm.i32(4 * whole), ...wasm.less, ...wasm.branchIf(0)]
          ])
    places.clear()
    for (const [node, place] of outside) places.set(node, place)
    return [...start, ...loop, ...(whole === extent ? [] : putPart(extent - whole))]
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
    return [...start, ...wasm.set(i), ...wasm.loop([...moved, ...prepare(depth + 1), ...walk(depth + 1), ...again])]
  }
  const flat = (): Bytes => {
    const end = local(I32)
    const bytes = (turn: number): Bytes => [...wasm.get(turn), ...wasm.i32(4), ...wasm.shl]
    const again = [
      ...[...wasm.get(at), ...wasm.i32(BYTES), ...wasm.add, ...wasm.tee(at)],
      ...[...wasm.get(end), ...wasm.less, ...wasm.branchIf(0)]
    ]
    return [...bytes(FROM), ...wasm.set(at), ...bytes(TO), ...wasm.set(end), ...wasm.loop([...put(), ...again])]
  }
  const nothing = [...wasm.get(FROM), ...wasm.get(TO), ...wasm.notLess, ...wasm.branchIf(0)]
  const code = wasm.block([...nothing, ...prepare(0), ...(inner === 0 ? flat() : walk(0))])
  return { parameters, locals, code }
}

/** How often each node that the values need is read, and from how deep a loop at most. */
function usesOf(
  values: readonly Lanes[],
  level: (node: Lanes) => number
): { readonly uses: ReadonlyMap<Lanes, number>; readonly deepest: ReadonlyMap<Lanes, number> } {
  const uses = new Map<Lanes, number>()
  const deepest = new Map<Lanes, number>()
  const visit = (node: Lanes, from: number): void => {
    const before = uses.get(node)
    uses.set(node, (before ?? 0) + 1)
    deepest.set(node, Math.max(deepest.get(node) ?? 0, from))
    if (before === undefined) for (const arg of node.args) visit(arg, level(node))
  }
  for (const value of values) visit(value, Number.POSITIVE_INFINITY)
  return { uses, deepest }
}

/** Lane by lane through a function of JavaScript. */
function callHost(node: Lanes, args: readonly Bytes[], local: (type: ValueType) => number): Bytes {
  const index = HOST_FUNCTIONS.findIndex((f) => f.name === node.what)
  const kept = args.map((code) => ({ code, at: local(V128) }))
  const result = local(V128)
  const lane = (i: number): Bytes => [
    ...wasm.get(result),
    ...kept.flatMap(({ at }) => [...wasm.get(at), ...wasm.extract(i), ...wasm.promote]),
    ...wasm.call(index),
    ...wasm.demote,
    ...wasm.replace(i),
    ...wasm.set(result)
  ]
  return [
    ...kept.flatMap(({ code, at }) => [...code, ...wasm.set(at)]),
    ...[0, 1, 2, 3].flatMap(lane),
    ...wasm.get(result)
  ]
}
