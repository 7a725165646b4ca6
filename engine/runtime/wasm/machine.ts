/** WebAssembly code on one memory, run by this thread or shared out among several. */
import { Heap, MOST_PAGES } from './heap.ts'
import { controlBytes, finish, give, instantiate, type Order, type WasmFunction } from './threads/control.ts'
import { startThread, type Thread } from './threads/runtime.ts'

/** The first page is left to the compiled kernels' own data. */
const FIRST_FREE = 65_536

/** A module that every thread has. */
export interface Code {
  /** Runs a function once for each list of arguments, each on a thread of its own; the first on this one. */
  run(name: string, ...lists: readonly (readonly number[])[]): void
  /** A function as this thread has it. */
  get(name: string): (...args: number[]) => unknown
  dispose(): void
}

/** Memory that threads share says at once how far it may grow; where addresses are scarce, less does too. */
function sharedMemory(): WebAssembly.Memory {
  for (let maximum = MOST_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 16, maximum, shared: true })
    } catch (error) {
      if (maximum < 1024) throw error
    }
  }
}

export class Machine {
  readonly memory = sharedMemory()
  readonly heap = new Heap(this.memory, FIRST_FREE)
  #workers: readonly Thread[] = []
  #control: Int32Array = new Int32Array(0)
  #codes = 0

  /** Threads that compute, this one included. */
  get threads(): number {
    return this.#workers.length + 1
  }

  /** @throws where a thread does not come up; there are none then but this one */
  async start(threads: number): Promise<void> {
    const control = new SharedArrayBuffer(controlBytes(threads))
    const started = await Promise.allSettled(
      Array.from({ length: threads - 1 }, (_, i) => startThread({ control, memory: this.memory, thread: i + 1 }))
    )
    const workers = started.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []))
    const failed = started.find((s) => s.status === 'rejected')
    if (failed) {
      for (const worker of workers) worker.end()
      throw failed.reason
    }
    this.#workers = workers
    this.#control = new Int32Array(control)
  }

  load(bytes: Uint8Array<ArrayBuffer>): Code {
    const code = this.#codes++
    const functions = instantiate(bytes, this.memory)
    const numbers = new Map([...functions.keys()].map((name, i) => [name, i]))
    this.#share(bytes, code)
    const get = (name: string): WasmFunction => {
      const found = functions.get(name)
      if (!found) throw new Error(`the module has no function ${name}`)
      return found
    }
    return {
      get,
      run: (name, mine = [], ...theirs) => {
        if (theirs.length === 0) {
          get(name)(...mine)
          return
        }
        const number = numbers.get(name) as number
        give(
          this.#control,
          new Map(theirs.map((list, i) => [i + 1, { kind: 'call', code, function: number, arguments: list }]))
        )
        try {
          get(name)(...mine)
        } finally {
          finish(this.#control)
        }
      },
      dispose: () => this.#all({ kind: 'unload', code })
    }
  }

  /** Ends the other threads. What was loaded runs on this one still. */
  close(): void {
    this.#all({ kind: 'stop' })
    for (const worker of this.#workers) worker.end()
    this.#workers = []
  }

  /** Gives the other threads a module, by way of the memory. */
  #share(bytes: Uint8Array<ArrayBuffer>, code: number): void {
    if (this.#workers.length === 0) return
    const piece = this.heap.allocate(Math.ceil(bytes.length / 4))
    new Uint8Array(this.memory.buffer, piece.offset, bytes.length).set(bytes)
    this.#all({ kind: 'load', code, at: piece.offset, bytes: bytes.length })
    this.heap.free(piece)
  }

  #all(order: Order): void {
    if (this.#workers.length === 0) return
    give(this.#control, new Map(this.#workers.map((_, i) => [i + 1, order])))
    finish(this.#control)
  }
}

/** Cuts `length` into at most `parts` stretches that begin at multiples of `step`: [from, to] of each. */
export function stretches(length: number, parts: number, step = 1): [number, number][] {
  const steps = Math.ceil(length / step)
  const count = Math.max(1, Math.min(parts, steps))
  return Array.from({ length: count }, (_, i) => {
    const at = (n: number): number => Math.min(length, step * Math.floor((steps * n) / count))
    return [at(i), at(i + 1)]
  })
}
