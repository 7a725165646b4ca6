/** What an engine must do to be measured. One file here per engine; torch.py says the same in Python. */
import type { Workload } from '../workloads/workload.ts'

/** A workload under way. */
export interface Session {
  /** One step of training on the next batch, or one computation. It may return before the device is through. */
  step(): void | Promise<void>
  /** Waits until the device is through. */
  sync(): Promise<void>
  /** Loss of the last step, or the numbers of the last result: what engines are compared by. */
  result(): Promise<ArrayLike<number>>
  /** Gives back what can be given back. */
  stop(): void
}

export interface Peer {
  /** What computes, as the engine names it: a build, an adapter. */
  readonly device: string
  /** @throws Unsupported for what the engine cannot do */
  start(workload: Workload): Promise<Session>
}

/** @param threads 1, or as many as are to be used where the engine has threads */
export type Open = (backend: string, threads: number) => Promise<Peer>

/** The engine cannot do this workload; the message says why and stands in the table. */
export class Unsupported extends Error {}

/** Takes batches in turn. */
export function inTurn<T>(items: readonly T[]): () => T {
  let at = 0
  return () => items[at++ % items.length] as T
}
