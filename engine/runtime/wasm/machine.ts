/** WebAssembly code on one memory, run by this thread or shared out among several. */
import { Heap, MOST_PAGES } from './heap.ts'
import { controlBytes, end, instantiate, share, type WasmFunction } from './threads/control.ts'
import { startThread, type Thread } from './threads/runtime.ts'

/** The first page is left to the compiled kernels' own data. */
const FIRST_FREE = 65_536

/** A module that every thread has. */
export interface Code {
  /** Runs a function once for each list of arguments, on whichever threads are free. As many lists as threads at most. */
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
      Array.from({ length: threads - 1 }, () => startThread({ control, memory: this.memory }))
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
    const functions = instantiate(bytes, this.memory)
    const numbers = new Map([...functions.keys()].map((name, i) => [name, i]))
    // the other threads find the module in the memory, when they first need it
    const piece = this.heap.allocate(this.threads > 1 ? Math.ceil(bytes.length / 4) : 0)
    if (this.threads > 1) new Uint8Array(this.memory.buffer, piece.offset, bytes.length).set(bytes)
    const code = { number: this.#codes++, at: piece.offset, bytes: bytes.length }
    const get = (name: string): WasmFunction => {
      const found = functions.get(name)
      if (!found) throw new Error(`the module has no function ${name}`)
      return found
    }
    return {
      get,
      run: (name, ...lists) => {
        const own = get(name)
        if (lists.length > 1 && this.threads > 1)
          share(this.#control, { code, function: numbers.get(name) as number, lists }, own)
        else for (const list of lists) own(...list)
      },
      dispose: () => this.heap.free(piece)
    }
  }

  /** Ends the other threads. What was loaded goes on to run on one thread. */
  close(): void {
    if (this.#workers.length === 0) return
    end(this.#control)
    for (const worker of this.#workers) worker.end()
    this.#workers = []
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
