/** The engine in this process. */
import { setImmediate } from 'node:timers/promises'
import { defaultTraining, type GraphDocument } from '../engine/document/types.ts'
import { Session } from '../engine/session/session.ts'

/** @param threads how many threads compute on the CPU; one for each core, up to eight, where none are named */
export const newSession = (threads?: number): Session =>
  new Session({ breathe: () => setImmediate(), ...(threads === undefined ? {} : { threads }) })

/** The document with another seed: it draws the first weights and the order of the examples. */
export const seeded = (document: GraphDocument, seed: number | undefined): GraphDocument =>
  seed === undefined ? document : { ...document, training: { ...(document.training ?? defaultTraining), seed } }

/** Ctrl+C at a terminal reaches the launcher as well, which passes it on: two within these milliseconds are one. */
const SAME = 500

/** True from the first Ctrl+C on; a second one ends the program as usual. */
export function interruptible(): () => boolean {
  let stopped = Number.POSITIVE_INFINITY
  const onSignal = (): void => {
    const now = performance.now()
    stopped = Math.min(stopped, now)
    if (now - stopped < SAME) return
    process.off('SIGINT', onSignal)
    process.kill(process.pid, 'SIGINT')
  }
  process.on('SIGINT', onSignal)
  return () => stopped < Number.POSITIVE_INFINITY
}
