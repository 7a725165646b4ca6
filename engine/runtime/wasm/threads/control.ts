/**
 * How threads share a job, in memory that all of them see. No messages: whoever computes may wait for others in the
 * middle of a step.
 *
 * A job is one function and some lists of arguments. Whoever is free takes the next list, the thread that gave the job as
 * well: one that the system does not let run in time takes none, and nobody waits for it.
 */

/** Words at the beginning; the lists follow. */
const [JOB, DONE, FAILED, CODE, BYTES_AT, BYTES, FUNCTION, LENGTH] = [0, 1, 2, 3, 4, 5, 6, 7] as const
const FIRST_LIST = 16
/** Words of a list. More arguments no kernel has: twelve operands, four outputs, some sizes, a stretch. */
const LIST = 32

/** In word JOB: lists in all, lists taken, and above them a number that changes with each job. */
const [TAKEN, TURN] = [1 << 8, 1 << 16] as const
const countOf = (job: number): number => job & 255
const takenOf = (job: number): number => (job >> 8) & 255
/** In place of a job: the thread ends. */
const END = -1

/** As many lists as word JOB can count, one for each thread. */
const MOST_THREADS = 255

export function controlBytes(threads: number): number {
  if (threads > MOST_THREADS) throw new Error(`${threads} threads are too many`)
  return 4 * (FIRST_LIST + threads * LIST)
}

export interface Job {
  /** Number of the module, and where its bytes are in the shared memory. */
  readonly code: { readonly number: number; readonly at: number; readonly bytes: number }
  /** Number of the function among those that the module exports. */
  readonly function: number
  /** As many as there are threads at most. */
  readonly lists: readonly (readonly number[])[]
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

/** Takes the next list of the present job: its number, or -1 where none is left. */
function take(control: Int32Array): number {
  for (;;) {
    const job = Atomics.load(control, JOB)
    if (job === END || takenOf(job) >= countOf(job)) return -1
    // nobody gives a new job before all lists are done, so what is taken is of the job that is there
    if (Atomics.compareExchange(control, JOB, job, job + TAKEN) === job) return takenOf(job)
  }
}

/** Shares a job out and returns when all of it is done; `run` is its function on this thread. */
export function share(control: Int32Array, job: Job, run: WasmFunction): void {
  const { code, lists } = job
  control[CODE] = code.number
  control[BYTES_AT] = code.at
  control[BYTES] = code.bytes
  control[FUNCTION] = job.function
  control[LENGTH] = lists[0]?.length ?? 0
  for (const [i, list] of lists.entries()) {
    if (list.length > LIST) throw new Error(`${list.length} arguments are too many`)
    control.set(list, FIRST_LIST + i * LIST)
  }
  Atomics.store(control, DONE, 0)
  const turn = Atomics.load(control, JOB) & ~(TURN - 1)
  Atomics.store(control, JOB, ((turn + TURN) & 0x7fffffff) | lists.length)
  Atomics.notify(control, JOB, lists.length - 1)
  let mine: unknown = null
  for (let i = take(control); i >= 0; i = take(control)) {
    try {
      run(...(lists[i] as readonly number[]))
    } catch (error) {
      mine = error
    }
    Atomics.add(control, DONE, 1)
  }
  for (let done = Atomics.load(control, DONE); done < lists.length; done = Atomics.load(control, DONE))
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
export function work(control: Int32Array, memory: WebAssembly.Memory): void {
  const codes = new Map<number, readonly WasmFunction[]>()
  const functions = (): readonly WasmFunction[] => {
    const number = control[CODE] as number
    const known = codes.get(number)
    if (known) return known
    const bytes = new Uint8Array(memory.buffer, (control[BYTES_AT] as number) >>> 0, control[BYTES]).slice()
    const made = [...instantiate(bytes, memory).values()]
    codes.set(number, made)
    const [oldest] = codes.keys()
    if (codes.size > MOST_CODES && oldest !== undefined) codes.delete(oldest)
    return made
  }
  for (;;) {
    const job = Atomics.load(control, JOB)
    if (job === END) return
    const list = take(control)
    if (list < 0) {
      const now = Atomics.load(control, JOB)
      if (now !== END && takenOf(now) >= countOf(now)) waitWhile(control, JOB, now)
      continue
    }
    try {
      const at = FIRST_LIST + list * LIST
      ;(functions()[control[FUNCTION] as number] as WasmFunction)(
        ...control.subarray(at, at + (control[LENGTH] as number))
      )
    } catch {
      Atomics.store(control, FAILED, 1)
    }
    Atomics.add(control, DONE, 1)
    Atomics.notify(control, DONE)
  }
}
