/** The messages between client and worker. */
import type { Problem } from '../problem.ts'
import type { SessionClient } from './protocol.ts'

export type Method = keyof SessionClient

export type ToWorker =
  /** `flag`, where memory can be shared: one Int32, set to 1 to stop; heard even while the worker computes. */
  | {
      readonly call: number
      readonly method: Method
      readonly arguments: readonly unknown[]
      readonly flag: SharedArrayBuffer | null
    }
  | { readonly cancel: number }

export type FromWorker =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly problems: readonly Problem[] }
  | { readonly call: number; readonly aborted: true }
  | { readonly call: number; readonly event: unknown }
