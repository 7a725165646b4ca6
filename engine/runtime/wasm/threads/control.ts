/**
 * What a thread of the pool is told, in memory that all threads see. No messages: whoever computes may wait for others
 * in the middle of a step.
 *
 * Word 0 counts the threads that are still at work, word 1 says that one failed. Behind them each thread has a slot: a
 * number that changes with each order, the order, and what belongs to it.
 */

const BUSY = 0
const FAILED = 1
const FIRST_SLOT = 16
/** Words of a slot: two cache lines, so that threads do not disturb each other. */
const SLOT = 32
/** Inside a slot. */
const [TURN, ORDER, CODE, FUNCTION, COUNT, ARGUMENTS] = [0, 1, 2, 3, 4, 5] as const

const [CALL, LOAD, UNLOAD, STOP] = [1, 2, 3, 4] as const

export type Order =
  | { readonly kind: 'call'; readonly code: number; readonly function: number; readonly arguments: readonly number[] }
  /** A module's bytes, which lie in the shared memory. */
  | { readonly kind: 'load'; readonly code: number; readonly at: number; readonly bytes: number }
  | { readonly kind: 'unload'; readonly code: number }
  | { readonly kind: 'stop' }

/** More arguments than this no kernel has: twelve operands, four outputs, a stretch. */
const MOST_ARGUMENTS = SLOT - ARGUMENTS

export const controlBytes = (threads: number): number => 4 * (FIRST_SLOT + threads * SLOT)

/**
 * How often to look before going to sleep: some ten microseconds. Orders follow each other closely inside a step, and to
 * be woken takes as long as a small kernel.
 */
const LOOKS = 20_000

/** Waits until the word is no longer `value`. */
function waitWhile(control: Int32Array, word: number, value: number): void {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(control, word) !== value) return
  while (Atomics.load(control, word) === value) Atomics.wait(control, word, value)
}

/** Gives orders to threads 1, 2, …; `finish` waits until all are done. */
export function give(control: Int32Array, orders: ReadonlyMap<number, Order>): void {
  Atomics.store(control, BUSY, orders.size)
  for (const [thread, order] of orders) {
    const slot = FIRST_SLOT + thread * SLOT
    const set = (word: number, value: number): void => {
      control[slot + word] = value
    }
    if (order.kind === 'call') {
      if (order.arguments.length > MOST_ARGUMENTS) throw new Error(`${order.arguments.length} arguments are too many`)
      set(ORDER, CALL)
      set(FUNCTION, order.function)
      set(COUNT, order.arguments.length)
      for (const [i, value] of order.arguments.entries()) set(ARGUMENTS + i, value)
    } else if (order.kind === 'load') {
      set(ORDER, LOAD)
      set(ARGUMENTS, order.at)
      set(ARGUMENTS + 1, order.bytes)
    } else set(ORDER, order.kind === 'unload' ? UNLOAD : STOP)
    if (order.kind !== 'stop') set(CODE, order.code)
    Atomics.add(control, slot + TURN, 1)
    Atomics.notify(control, slot + TURN)
  }
}

/** Waits for all threads that were given an order. Throws where one of them failed. */
export function finish(control: Int32Array): void {
  for (;;) {
    const busy = Atomics.load(control, BUSY)
    if (busy === 0) break
    waitWhile(control, BUSY, busy)
  }
  if (Atomics.exchange(control, FAILED, 0) !== 0) throw new Error('a kernel failed on another thread')
}

export type WasmFunction = (...args: number[]) => void

/** The functions that a module exports, in order. */
export function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory
): ReadonlyMap<string, WasmFunction> {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, math: Math as never })
  return new Map(Object.entries(exports).filter((e): e is [string, WasmFunction] => typeof e[1] === 'function'))
}

/** What a thread of the pool does all its life. */
export function obey(control: Int32Array, memory: WebAssembly.Memory, thread: number): void {
  const slot = FIRST_SLOT + thread * SLOT
  const codes = new Map<number, readonly WasmFunction[]>()
  const word = (at: number): number => control[slot + at] as number
  for (let turn = 0; ; turn = (turn + 1) | 0) {
    waitWhile(control, slot + TURN, turn)
    const order = word(ORDER)
    try {
      if (order === CALL) {
        const first = slot + ARGUMENTS
        const run = codes.get(word(CODE))?.[word(FUNCTION)] as WasmFunction
        run(...control.subarray(first, first + word(COUNT)))
      } else if (order === LOAD) {
        const bytes = new Uint8Array(memory.buffer, word(ARGUMENTS) >>> 0, word(ARGUMENTS + 1)).slice()
        codes.set(word(CODE), [...instantiate(bytes, memory).values()])
      } else if (order === UNLOAD) codes.delete(word(CODE))
    } catch {
      Atomics.store(control, FAILED, 1)
    }
    if (Atomics.sub(control, BUSY, 1) === 1) Atomics.notify(control, BUSY)
    if (order === STOP) return
  }
}
