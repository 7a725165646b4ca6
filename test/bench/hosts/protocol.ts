/** What is said between the bench and where an engine runs: a worker of a page, a process of Node, a Python. */
import type { BackendName } from '../../../engine/session/protocol.ts'
import type { FirstLoss } from '../first-loss.ts'
import type { Peaks, Timed } from '../kernels.ts'
import type { Looking } from '../looking.ts'

/** One engine, one backend, one number of threads. */
export interface EngineSpec {
  readonly peer: 'chainrule' | 'tfjs' | 'jax' | 'gpujs' | 'torch'
  readonly backend: string
  readonly threads: number
}

export interface Requests {
  readonly open: EngineSpec
  /** Prepares a workload; the one before is let go. */
  readonly start: { readonly workload: string }
  /** So many steps, each with its result. */
  readonly check: { readonly steps: number }
  /** So many steps, and then waits for the device. */
  readonly time: { readonly steps: number }
  readonly stop: object
  /** Chainrule alone: what its device can do at most. */
  readonly peaks: EngineSpec
  /** Chainrule alone: how long each kernel of a workload takes. */
  readonly kernels: EngineSpec & { readonly workload: string; readonly milliseconds: number }
  /** Chainrule alone: how long until the first loss, and what comes after it for some seconds. */
  readonly first: { readonly backend: BackendName; readonly seconds: number }
  /** Chainrule alone: what it costs to walk through a pass, and to look at a training. */
  readonly looking: { readonly backend: BackendName; readonly seconds: number; readonly rounds: number }
}

export interface Answers {
  readonly open: { readonly device: string }
  readonly start: object
  readonly check: { readonly results: readonly ArrayLike<number>[] }
  readonly time: { readonly seconds: number }
  readonly stop: object
  readonly peaks: Peaks
  readonly kernels: Timed
  readonly first: FirstLoss & { readonly framesPerSecond?: number }
  readonly looking: Looking
}

export type Kind = keyof Requests
export type Request = { readonly [K in Kind]: { readonly kind: K } & Requests[K] }[Kind]

export type Failure = { readonly error: string; readonly unsupported?: boolean }

/** A place where one engine runs. */
export interface Host {
  /** @throws Error with what went wrong there, or after `timeout` milliseconds */
  call<K extends Kind>(kind: K, request: Requests[K], timeout: number): Promise<Answers[K]>
  close(): Promise<void>
}

/** The engine cannot do this, and nothing went wrong. */
export class Skipped extends Error {}

export function unwrap<T>(answer: T | Failure): T {
  const { error, unsupported } = answer as Partial<Failure>
  if (error === undefined) return answer as T
  throw unsupported ? new Skipped(error) : new Error(error)
}

export function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
