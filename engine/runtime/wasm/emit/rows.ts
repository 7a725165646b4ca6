/**
 * One function that takes row after row, each in turns: a turn goes over the columns, four at a time, and folds; what is
 * one number for the row stands between two turns, four times the same in a vector.
 *
 * What several turns need of a column is computed in each of them, or kept where an output will be written later. The
 * lanes beyond a row's last column are left out of folds and of what is written.
 */
import type { Access } from '../../../compile/rows.ts'
import {
  type Bytes,
  type FunctionBody,
  I32,
  type LaneInstruction,
  type ScalarInstruction,
  V128,
  type ValueType,
  wasm
} from './bytes.ts'
import { callHost, neededBy, WIDTH } from './kernel.ts'
import { bitsOf, type Lanes } from './lanes.ts'

const BYTES = 4 * WIDTH

export type FoldKind = 'sum' | 'prod' | 'max' | 'min'

const FOLDS: Readonly<Record<FoldKind, { start: number; lanes: LaneInstruction; single: ScalarInstruction }>> = {
  sum: { start: 0, lanes: 'f32x4.add', single: 'f32.add' },
  prod: { start: 1, lanes: 'f32x4.mul', single: 'f32.mul' },
  // these leave NaN out, which is put back
  max: { start: Number.NEGATIVE_INFINITY, lanes: 'f32x4.pmax', single: 'f32.max' },
  min: { start: Number.POSITIVE_INFINITY, lanes: 'f32x4.pmin', single: 'f32.min' }
}

interface Fold {
  readonly kind: FoldKind
  readonly value: Lanes
  /** It is an operand of the lanes, of this number. */
  readonly result: number
}

/** What is written into which output. */
interface Write {
  readonly value: Lanes
  readonly output: number
}

export interface RowTurn {
  readonly folds: readonly Fold[]
  readonly writes: readonly Write[]
}

export interface RowKernel {
  readonly columns: number
  /** Of the operands in memory, which are the lanes' first; behind them come the folds, and the column's number is last. */
  readonly access: readonly Access[]
  readonly turns: readonly RowTurn[]
  /** One number for the row. */
  readonly after: readonly Write[]
  /** Values that are kept from the turn that needs them first, where an output lies that is written by the last one. */
  readonly kept: readonly Write[]
  readonly nodes: readonly Lanes[]
  readonly outputs: number
}

/** When a node changes: never, with each row (from one turn on), or with each column. */
type Pace = { readonly kind: 'never' | 'column' } | { readonly kind: 'row'; readonly from: number }

const ROW: Pace = { kind: 'row', from: 0 }
const COLUMN: Pace = { kind: 'column' }
const NEVER: Pace = { kind: 'never' }

function pacesOf({ access, turns, nodes }: RowKernel): ReadonlyMap<Lanes, Pace> {
  const folds = new Map(turns.flatMap(({ folds: of }, turn) => of.map((fold) => [fold.result, turn + 1] as const)))
  const ofOperand = (n: number): Pace => {
    const from = folds.get(n)
    if (from !== undefined) return { kind: 'row', from }
    const way = access[n]
    return way === 'number' ? NEVER : way === 'row' ? ROW : COLUMN
  }
  const later = (a: Pace, b: Pace): Pace => {
    if (a.kind === 'row' && b.kind === 'row') return a.from > b.from ? a : b
    return a.kind === 'column' || b.kind === 'never' ? a : b
  }
  const paces = new Map<Lanes, Pace>()
  for (const node of nodes) {
    const own = node.kind === 'operand' ? ofOperand(node.what as number) : NEVER
    paces.set(
      node,
      node.args.reduce((pace, arg) => later(paces.get(arg) as Pace, pace), own)
    )
  }
  return paces
}

/** The function takes pointers to each output and to each operand in memory, and from which row to which to go. */
export function emitRows(kernel: RowKernel): FunctionBody {
  const { columns, access, turns, after, kept, nodes, outputs } = kernel
  const tensors = outputs + access.length
  const parameters: ValueType[] = Array(tensors + 2).fill(I32)
  const [FROM, TO] = [tensors, tensors + 1]
  const locals: ValueType[] = []
  const local = (type: ValueType): number => parameters.length + locals.push(type) - 1
  const paces = pacesOf(kernel)
  const wanted = [...turns.flatMap(({ folds, writes }) => [...folds, ...writes]), ...after].map(({ value }) => value)
  const results = new Set(turns.flatMap(({ folds }) => folds.map((fold) => fold.result)))
  const columnNumber = access.length + results.size
  const needed = neededBy(wanted, nodes)
  const places = new Map(needed.map((node) => [node, local(V128)]))
  /** The same of the next vector, where two are computed side by side. */
  const seconds = new Map(
    needed.flatMap((node) => (paces.get(node)?.kind === 'column' ? [[node, local(V128)] as const] : []))
  )
  const sums = new Map([...results].map((n) => [n, local(V128)]))
  /** Every second vector is folded apart, so that none waits for the one before it. */
  const others = new Map([...results].map((n) => [n, local(V128)]))
  const placeOf = (node: Lanes, second: boolean): number =>
    (second ? seconds.get(node) : undefined) ?? (places.get(node) as number)
  const get = (node: Lanes, second = false): Bytes => wasm.get(placeOf(node, second))
  const [row, at, numbers] = [local(I32), local(I32), local(V128)]
  /** Where values of the present row lie that an earlier turn has kept. */
  const lying = new Map<Lanes, number>()

  /** Where each tensor begins in the present row; those that are the same for all rows stay where they are. */
  const written = [...turns.flatMap(({ writes }) => writes.map((w) => [w.output, 4 * columns] as const))]
  const strides = new Map<number, number>([
    ...written,
    ...after.map((w) => [w.output, 4] as const),
    ...access.flatMap((way, n) =>
      way === 'element' ? [[outputs + n, 4 * columns] as const] : way === 'row' ? [[outputs + n, 4] as const] : []
    )
  ])
  const pointers = new Map([...strides.keys()].map((n) => [n, local(I32)]))
  const pointer = (n: number): Bytes => wasm.get(pointers.get(n) ?? n)
  const toRow = [...strides].flatMap(([n, stride]) => [
    ...[...wasm.get(row), ...wasm.i32(stride), ...wasm.mul, ...wasm.get(n), ...wasm.add],
    ...wasm.set(pointers.get(n) as number)
  ])

  const compute = (node: Lanes, second = false): Bytes => {
    const offset = second ? BYTES : 0
    const output = lying.get(node)
    if (output !== undefined) return [...pointer(output), ...wasm.get(at), ...wasm.add, ...wasm.load(offset)]
    if (node.kind === 'constant') return wasm.constant(node.what as number)
    if (node.kind === 'operand') {
      const n = node.what as number
      if (n === columnNumber)
        return second
          ? [...wasm.get(numbers), ...wasm.constant(bitsOf(WIDTH)), ...wasm.lanes('f32x4.add')]
          : wasm.get(numbers)
      const fold = sums.get(n)
      if (fold !== undefined) return wasm.get(fold)
      const wide = access[n] === 'element' || access[n] === 'column'
      return wide
        ? [...pointer(outputs + n), ...wasm.get(at), ...wasm.add, ...wasm.load(offset)]
        : [...pointer(outputs + n), ...wasm.loadSplat()]
    }
    const args = node.args.map((arg) => get(arg, second))
    if (node.kind === 'call') return callHost(node, args, local)
    const shift = node.kind === 'shift' ? wasm.i32(node.by) : []
    return [...args.flat(), ...shift, ...wasm.lanes(node.what as LaneInstruction)]
  }
  const computed = (some: readonly Lanes[]): Bytes =>
    some.flatMap((node) => [...compute(node), ...wasm.set(places.get(node) as number)])
  const once = computed(needed.filter((node) => paces.get(node)?.kind === 'never'))
  const before = (turn: number): Bytes =>
    computed(
      needed.filter((node) => {
        const pace = paces.get(node)
        return pace?.kind === 'row' && pace.from === turn
      })
    )

  const rest = columns % WIDTH
  const whole = columns - rest
  const pairs = whole - (whole % (2 * WIDTH))
  const target = (output: number): Bytes => [...pointer(output), ...wasm.get(at), ...wasm.add]
  const put = ({ value, output }: Write, second = false): Bytes => [
    ...target(output),
    ...[...get(value, second), ...wasm.store(second ? BYTES : 0)]
  ]
  const putPart = ({ value, output }: Write): Bytes => [
    ...(rest >= 2 ? [...target(output), ...get(value), ...wasm.store64Lane(0, 0)] : []),
    ...(rest === 2 ? [] : [...target(output), ...get(value), ...wasm.store32Lane(4 * (rest - 1), rest - 1)])
  ]
  const beyond = wasm.words([0, 1, 2, 3].map((lane) => (lane < rest ? -1 : 0)))
  const joined = (kind: FoldKind, sum: number, value: number): Bytes => {
    const notNumbers = [...wasm.get(value), ...wasm.get(value), ...wasm.lanes('f32x4.ne'), ...wasm.lanes('v128.or')]
    return [
      ...[...wasm.get(sum), ...wasm.get(value), ...wasm.lanes(FOLDS[kind].lanes)],
      ...(kind === 'max' || kind === 'min' ? notNumbers : []),
      ...wasm.set(sum)
    ]
  }
  const foldIn = ({ kind, value, result }: Fold, second = false): Bytes =>
    joined(kind, (second ? others : sums).get(result) as number, placeOf(value, second))
  const foldPart = ({ kind, value, result }: Fold): Bytes => [
    ...[...get(value), ...wasm.constant(bitsOf(FOLDS[kind].start)), ...beyond, ...wasm.lanes('v128.bitselect')],
    ...[...wasm.set(placeOf(value, true)), ...joined(kind, sums.get(result) as number, placeOf(value, true))]
  ]
  /** The four lanes of a fold as one number, four times. */
  const together = ({ kind, result }: Fold): Bytes => {
    const sum = sums.get(result) as number
    const lane = (n: number): Bytes => [...wasm.get(sum), ...wasm.extract(n)]
    const single = wasm.single(FOLDS[kind].single)
    return [
      ...(pairs === 0 ? [] : joined(kind, sum, others.get(result) as number)),
      ...[...lane(0), ...lane(1), ...single, ...lane(2), ...lane(3), ...single, ...single],
      ...[...wasm.lanes('f32x4.splat'), ...wasm.set(sum)]
    ]
  }
  const counts = needed.some((node) => node.kind === 'operand' && node.what === columnNumber)
  const forward = (vectors: number): Bytes => [
    ...(counts
      ? [
          ...wasm.get(numbers),
          ...wasm.constant(bitsOf(vectors * WIDTH)),
          ...wasm.lanes('f32x4.add'),
          ...wasm.set(numbers)
        ]
      : []),
    ...[...wasm.get(at), ...wasm.i32(vectors * BYTES), ...wasm.add, ...wasm.tee(at)]
  ]
  const until = (end: number, vectors: number): Bytes => [
    ...[...forward(vectors), ...wasm.i32(4 * end), ...wasm.less, ...wasm.branchIf(0)]
  ]
  const goOver = ({ folds, writes }: RowTurn): Bytes => {
    const values = [...folds, ...writes].map(({ value }) => value)
    const wide = neededBy(values, needed, (node) => lying.has(node)).filter(
      (node) => paces.get(node)?.kind === 'column'
    )
    const keeps = kept.filter(({ value }) => wide.includes(value) && !lying.has(value))
    const puts = [...keeps, ...writes]
    const one = computed(wide)
    const both = wide.flatMap((node) => [
      ...[...compute(node), ...wasm.set(placeOf(node, false))],
      ...[...compute(node, true), ...wasm.set(placeOf(node, true))]
    ])
    const starts = folds.flatMap(({ kind, result }) =>
      [sums, ...(pairs === 0 ? [] : [others])].flatMap((all) => [
        ...wasm.constant(bitsOf(FOLDS[kind].start)),
        ...wasm.set(all.get(result) as number)
      ])
    )
    const pair = [
      ...[...both, ...folds.flatMap((f) => [...foldIn(f), ...foldIn(f, true)])],
      ...puts.flatMap((w) => [...put(w), ...put(w, true)])
    ]
    const single = [...one, ...folds.flatMap((f) => foldIn(f)), ...puts.flatMap((w) => put(w))]
    const part = [...one, ...folds.flatMap(foldPart), ...puts.flatMap(putPart)]
    for (const { value, output } of keeps) lying.set(value, output)
    return [
      ...[...wasm.i32(0), ...wasm.set(at), ...wasm.words([0, 1, 2, 3].map(bitsOf)), ...wasm.set(numbers), ...starts],
      ...(pairs === 0 ? [] : wasm.loop([...pair, ...until(pairs, 2)])),
      ...(whole === pairs ? [] : [...single, ...forward(1), ...wasm.drop]),
      ...(rest === 0 ? [] : part),
      ...folds.flatMap(together)
    ]
  }
  const ends = after.flatMap(({ value, output }) => [...pointer(output), ...get(value), ...wasm.store32Lane(0, 0)])
  const again = [
    ...[...wasm.get(row), ...wasm.i32(1), ...wasm.add, ...wasm.tee(row)],
    ...[...wasm.get(TO), ...wasm.less, ...wasm.branchIf(0)]
  ]
  const nothing = [...wasm.get(FROM), ...wasm.get(TO), ...wasm.notLess, ...wasm.branchIf(0)]
  const rows = wasm.loop([
    ...[...toRow, ...turns.flatMap((turn, n) => [...before(n), ...goOver(turn)])],
    ...[...before(turns.length), ...ends, ...again]
  ])
  const code = wasm.block([...nothing, ...once, ...wasm.get(FROM), ...wasm.set(row), ...rows])
  return { parameters, locals, code }
}
