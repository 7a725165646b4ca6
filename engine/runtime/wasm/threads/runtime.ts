/** Threads of Node and of browsers, under one roof. */

/** What a thread of the pool is told when it begins. */
export interface Start {
  readonly control: SharedArrayBuffer
  readonly memory: WebAssembly.Memory
  /** Its number; the thread that gives the jobs is 0. */
  readonly thread: number
}

type NodeThreads = typeof import('node:worker_threads')

/** Node's module, which no bundler must see; null in a browser. */
export function nodeThreads(): NodeThreads | null {
  const { process } = globalThis as { process?: NodeJS.Process }
  return (process?.versions?.node && process.getBuiltinModule?.('node:worker_threads')) || null
}

export interface Thread {
  /** Ends it at once, in the middle of whatever it does. */
  end(): void
}

/** Begins a thread. @throws where it does not come up */
export function startThread(start: Start): Promise<Thread> {
  const node = nodeThreads()
  return node ? inNode(node, start) : inBrowser(start)
}

function inNode({ Worker }: NodeThreads, start: Start): Promise<Thread> {
  // not written as one expression, by which a bundler would take the file along
  const here = import.meta.url
  const worker = new Worker(new URL('./worker.ts', here), { execArgv: [] })
  return new Promise((resolve, reject) => {
    worker.once('message', () => {
      // a pool that nobody closed does not keep the process alive
      worker.unref()
      resolve({ end: () => void worker.terminate() })
    })
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread ended')))
    worker.postMessage(start)
  })
}

function inBrowser(start: Start): Promise<Thread> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'Chainrule kernels' })
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve({ end: () => worker.terminate() })
    worker.onerror = (event) => {
      worker.terminate()
      reject(new Error(event.message || 'its script could not be loaded'))
    }
    worker.postMessage(start)
  })
}

/** More threads than this have little left to share in the networks that are built here. */
const MOST_THREADS = 8

export interface ThreadChoice {
  readonly threads: number
  /** Why there is but one, where that is no choice; null else. */
  readonly why: string | null
}

/**
 * One thread for each core, up to eight. Where a page is drawn, a core is left to it if there are three or more: of two,
 * both compute, which trains half as fast again, and a page that seldom runs goes before threads that always do.
 */
export const threadsFor = (cores: number, page: boolean): number =>
  Math.min(page && cores > 2 ? cores - 1 : cores, MOST_THREADS)

/** How many threads compute, where `wanted` are asked for or, by default, as many as the machine has to give. */
export function chooseThreads(wanted?: number): ThreadChoice {
  const cores = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1
  const threads = wanted ?? threadsFor(cores, !nodeThreads())
  if (threads <= 1) return { threads: 1, why: null }
  const one = (why: string): ThreadChoice => ({ threads: 1, why })
  if (!nodeThreads()) {
    if (!(globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated)
      return one('the page is not cross-origin isolated')
    if (typeof Worker === 'undefined') return one('this worker cannot start others')
  }
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1)
  } catch {
    return one('this thread must not wait for others')
  }
  return { threads, why: null }
}
