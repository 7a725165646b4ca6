/**
 * How threads share a job, in memory that all of them see. No messages: whoever computes may wait for others in the
 * middle of a step.
 *
 * A job is one function, called once for each part of the work. Whoever is free takes the next part, the thread that gave
 * the job as well: one that the system does not let run in time takes none, and nobody waits for it.
 */

/** Words at the beginning; the arguments follow. */
const [JOB, DONE, FAILED, CODE, BYTES_AT, BYTES, FUNCTION, LENGTH, TURNS, STEP] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9
] as const
const FIRST_ARGUMENT = 16
/** More arguments no kernel has: twelve operands, four outputs, some sizes. */
const MOST_ARGUMENTS = 32

/** In word JOB: parts in all, parts taken, and above them a number that changes with each job. */
const [TAKEN, TURN] = [1 << 8, 1 << 16] as const
const countOf = (job: number): number => job & 255
const takenOf = (job: number): number => (job >> 8) & 255
/** In place of a job: the thread ends. */
const END = -1

/** As many as word JOB can count. */
export const MOST_PARTS = 255

export const CONTROL_BYTES = 4 * (FIRST_ARGUMENT + MOST_ARGUMENTS)

export interface Job {
  /** Number of the module, and where its bytes are in the shared memory. */
  readonly code: { readonly number: number; readonly at: number; readonly bytes: number }
  /** Number of the function among those that the module exports. */
  readonly function: number
  readonly arguments: readonly number[]
  /** What there is to do, from 0 on, and how much of it a part is: the function's last two arguments say from and to. */
  readonly turns: number
  readonly step: number
}

export type WasmFunction = (...args: number[]) => void

/** The functions that a module exports, in order. `thread`: the number of the thread that will call them. */
export function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
  thread: number
): ReadonlyMap<string, WasmFunction> {
  const imports = { env: { memory, thread }, math: Math as never }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
  return new Map(Object.entries(exports).filter((e): e is [string, WasmFunction] => typeof e[1] === 'function'))
}

/**
 * How often to look before going to sleep: some ten microseconds. Jobs follow each other closely inside a step, and to be
 * woken takes as long as a small kernel.
 */
const LOOKS = 20_000

/** Waits until the word is no longer `value`. */
function waitWhile(control: Int32Array, word: number, value: number): void {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(control, word) !== value) return
  while (Atomics.load(control, word) === value) Atomics.wait(control, word, value)
}

/** Takes the next part of the present job: its number, or -1 where none is left. */
function take(control: Int32Array): number {
  for (;;) {
    const job = Atomics.load(control, JOB)
    if (job === END || takenOf(job) >= countOf(job)) return -1
    // nobody gives a new job before all parts are done, so what is taken is of the job that is there
    if (Atomics.compareExchange(control, JOB, job, job + TAKEN) === job) return takenOf(job)
  }
}

/** Shares a job out and returns when all of it is done; `run` is its function on this thread. */
export function share(control: Int32Array, job: Job, run: WasmFunction): void {
  const { code, turns, step } = job
  const parts = Math.ceil(turns / step)
  if (job.arguments.length > MOST_ARGUMENTS) throw new Error(`${job.arguments.length} arguments are too many`)
  if (parts > MOST_PARTS) throw new Error(`${parts} parts are too many`)
  control[CODE] = code.number
  control[BYTES_AT] = code.at
  control[BYTES] = code.bytes
  control[FUNCTION] = job.function
  control[LENGTH] = job.arguments.length
  control[TURNS] = turns
  control[STEP] = step
  control.set(job.arguments, FIRST_ARGUMENT)
  Atomics.store(control, DONE, 0)
  const turn = Atomics.load(control, JOB) & ~(TURN - 1)
  Atomics.store(control, JOB, ((turn + TURN) & 0x7fffffff) | parts)
  Atomics.notify(control, JOB, parts - 1)
  let mine: unknown = null
  let own = 0
  for (let i = take(control); i >= 0; i = take(control)) {
    try {
      run(...job.arguments, i * step, Math.min((i + 1) * step, turns))
    } catch (error) {
      mine = error
    }
    own++
  }
  for (let done = Atomics.load(control, DONE); done < parts - own; done = Atomics.load(control, DONE))
    waitWhile(control, DONE, done)
  const failed = Atomics.exchange(control, FAILED, 0) !== 0
  if (mine) throw mine
  if (failed) throw new Error('a kernel failed on another thread')
}

/** Tells all threads to end. */
export function end(control: Int32Array): void {
  Atomics.store(control, JOB, END)
  Atomics.notify(control, JOB)
}

/** Modules that a thread keeps ready: those of the last plans. */
const MOST_CODES = 16

/** What a thread of the pool does all its life. */
export function work(control: Int32Array, memory: WebAssembly.Memory, thread: number): void {
  const codes = new Map<number, readonly WasmFunction[]>()
  const functions = (): readonly WasmFunction[] => {
    const number = control[CODE] as number
    const known = codes.get(number)
    if (known) return known
    const bytes = new Uint8Array(memory.buffer, (control[BYTES_AT] as number) >>> 0, control[BYTES]).slice()
    const made = [...instantiate(bytes, memory, thread).values()]
    codes.set(number, made)
    const [oldest] = codes.keys()
    if (codes.size > MOST_CODES && oldest !== undefined) codes.delete(oldest)
    return made
  }
  /** Part after part of a job, as long as there are any: how many. */
  const parts = (first: number): number => {
    const [turns, step] = [control[TURNS] as number, control[STEP] as number]
    const list = control.slice(FIRST_ARGUMENT, FIRST_ARGUMENT + (control[LENGTH] as number))
    let count = 0
    for (let i = first; i >= 0; i = take(control)) {
      try {
        const run = functions()[control[FUNCTION] as number] as WasmFunction
        run(...list, i * step, Math.min((i + 1) * step, turns))
      } catch {
        Atomics.store(control, FAILED, 1)
      }
      count++
    }
    return count
  }
  for (;;) {
    const job = Atomics.load(control, JOB)
    if (job === END) return
    const first = take(control)
    if (first < 0) {
      const now = Atomics.load(control, JOB)
      if (now !== END && takenOf(now) >= countOf(now)) waitWhile(control, JOB, now)
      continue
    }
    Atomics.add(control, DONE, parts(first))
    Atomics.notify(control, DONE)
  }
}
