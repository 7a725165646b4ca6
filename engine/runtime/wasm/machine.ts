/** WebAssembly code on one memory, run by this thread or shared out among several. */
import { Heap, MOST_PAGES } from './heap.ts'
import { CONTROL_BYTES, end, instantiate, MOST_PARTS, share, type WasmFunction } from './threads/control.ts'
import { startThread, type Thread } from './threads/runtime.ts'

/** The first page is left to the compiled kernels' own data. */
const FIRST_FREE = 65_536

/** How work is cut: into `parts` at most, each of a multiple of `step` turns (1 by default). */
export interface Cut {
  readonly parts: number
  readonly step?: number
}

/** A module that every thread has. */
export interface Code {
  /**
   * Runs a function, whose last two parameters are from and to, over `turns` turns: at once or, where there are threads,
   * in parts, each on whichever thread is free.
   */
  run(name: string, list: readonly number[], turns: number, cut?: Cut): void
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

/** Parts for each thread: where one is held up, others do its share. */
const PARTS = 4

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

  /** How to share out work of that size where `worth` is worth a thread of its own; undefined where it is none. */
  cut(work: number, worth: number): Cut | undefined {
    const parts = Math.floor(work / worth)
    return parts <= 1 ? undefined : { parts: Math.min(parts, PARTS * this.threads) }
  }

  /** @throws where a thread does not come up; there are none then but this one */
  async start(threads: number): Promise<void> {
    const control = new SharedArrayBuffer(CONTROL_BYTES)
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
    const functions = instantiate(bytes, this.memory, 0)
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
      run: (name, list, turns, cut) => {
        const own = get(name)
        const step = cut && this.threads > 1 ? stepOf(turns, cut) : turns
        if (step >= turns) own(...list, 0, turns)
        else share(this.#control, { code, function: numbers.get(name) as number, arguments: list, turns, step }, own)
      },
      dispose: () => this.heap.free(piece)
    }
  }

  /** What a module of this thread alone exports, in order. */
  link(bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports): readonly WasmFunction[] {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      ...imports,
      env: { memory: this.memory }
    })
    return Object.values(exports) as WasmFunction[]
  }

  /** Ends the other threads. What was loaded goes on to run on one thread. */
  close(): void {
    if (this.#workers.length === 0) return
    end(this.#control)
    for (const worker of this.#workers) worker.end()
    this.#workers = []
  }
}

/** How many turns a part has. */
export function stepOf(turns: number, { parts, step = 1 }: Cut): number {
  const steps = Math.ceil(turns / step)
  return step * Math.max(1, Math.ceil(steps / Math.max(1, Math.min(parts, MOST_PARTS))))
}
