/**
 * Steps of a plan as calls of WebAssembly functions.
 *
 * A call takes addresses and numbers that are known when the plan is loaded, but for the variables, which change places.
 * So small calls that follow each other become one function, which finds the variables' addresses in a table: a graph of
 * single numbers is walked in tens of nanoseconds a step. Large calls stand alone, to be shared out among threads.
 */
import type { Region, Run, Stage } from '../arrays.ts'
import { type Bytes, encodeModule, type FunctionBody, type FunctionImport, I32, wasm } from './emit/bytes.ts'
import { MOST_PAGES, Piece } from './heap.ts'
import type { Code, Cut, Machine } from './machine.ts'

/** Bytes behind the beginning of a slot. */
export interface Pointer {
  readonly slot: number
  readonly offset: number
}

export const pointer = (slot: number, offset = 0): Pointer => ({ slot, offset })

/** A function whose last two parameters, from and to, say which of `turns` turns to take. */
export interface Call {
  readonly code: Code
  readonly name: string
  readonly list: readonly (Pointer | number)[]
  readonly turns: number
  /** How it may be shared out; absent where it is small. */
  readonly cut?: Cut | undefined
}

/** Calls in one function: so many at most are done between two looks whether to stop. */
const MOST_TOGETHER = 256

const offsetOf = (regions: readonly (Region | null)[], slot: number): number => {
  const region = regions[slot]
  if (!(region instanceof Piece)) throw new Error('a tensor is not in the memory of the module')
  return region.offset
}

/** Each call by itself, from here. */
export const runOfCalls =
  (calls: readonly Call[]): Run =>
  (regions) => {
    for (const { code, name, list, turns, cut } of calls) {
      const numbers = list.map((x) => (typeof x === 'number' ? x : offsetOf(regions, x.slot) + x.offset))
      code.run(name, numbers, turns, cut)
    }
  }

export interface Stages {
  readonly stages: readonly Stage[]
  dispose(): void
}

/**
 * The steps of a plan in order, small calls together.
 * @param steps the calls of each step, or how it runs where it is no work of WebAssembly
 * @param own where each slot is; null for variables
 */
export function stagesOf(
  steps: readonly (readonly Call[] | Run)[],
  own: readonly (Region | null)[],
  machine: Machine
): Stages {
  const imports: FunctionImport[] = []
  const functions: Record<string, WebAssembly.ExportValue> = {}
  const numbers = new Map<Code, Map<string, number>>()
  const numberOf = ({ code, name, list }: Call): number => {
    const known = numbers.get(code) ?? new Map<string, number>()
    numbers.set(code, known)
    const number = known.get(name) ?? imports.length
    if (number === imports.length) {
      const type = { parameters: Array(list.length + 2).fill(I32), results: [] }
      imports.push({ module: 'calls', name: String(number), type })
      functions[number] = code.get(name) as never
      known.set(name, number)
    }
    return number
  }
  /** Where in the table each variable's slot stands. */
  const places = new Map(own.flatMap((region, slot) => (region ? [] : [slot])).map((slot, i) => [slot, i]))
  const table = machine.heap.allocate(places.size)

  const argument = (x: Pointer | number): Bytes => {
    if (typeof x === 'number') return wasm.i32(x)
    const place = places.get(x.slot)
    if (place === undefined) return wasm.i32(offsetOf(own, x.slot) + x.offset)
    const address = [...wasm.i32(0), ...wasm.loadI32(table.offset + 4 * place)]
    return x.offset === 0 ? address : [...address, ...wasm.i32(x.offset), ...wasm.add]
  }
  const bodies: FunctionBody[] = []
  const together = (calls: readonly Call[]): Run => {
    const code = calls.flatMap((call) => [
      ...call.list.flatMap(argument),
      ...[...wasm.i32(0), ...wasm.i32(call.turns), ...wasm.call(numberOf(call))]
    ])
    const index = bodies.push({ parameters: [], locals: [], code }) - 1
    return () => emitted[index]?.()
  }

  const stages: Stage[] = []
  let small: Call[] = []
  let first = 0
  const flush = (): void => {
    if (small.length > 0) stages.push({ from: first, run: together(small) })
    small = []
  }
  for (const [from, step] of steps.entries()) {
    if (typeof step === 'function') {
      flush()
      stages.push({ from, run: step })
      continue
    }
    for (const call of step) {
      if (call.cut) {
        flush()
        stages.push({ from, run: runOfCalls([call]) })
        continue
      }
      if (small.length === 0) first = from
      if (small.push(call) === MOST_TOGETHER) flush()
    }
  }
  flush()
  const emitted = bodies.length === 0 ? [] : machine.link(encodeModule(parts(imports, bodies)), { calls: functions })

  /** Tells the variables' addresses. */
  const tell: Run = (regions) => {
    const addresses = new Int32Array(machine.memory.buffer, table.offset, places.size)
    for (const [slot, place] of places) addresses[place] = offsetOf(regions, slot)
  }
  return {
    stages: places.size > 0 && bodies.length > 0 ? [{ from: 0, run: tell }, ...stages] : stages,
    dispose: () => machine.heap.free(table)
  }
}

const parts = (imports: readonly FunctionImport[], functions: readonly FunctionBody[]) => ({
  imports,
  functions,
  sharedPages: MOST_PAGES
})
