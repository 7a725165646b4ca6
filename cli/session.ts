/** The engine in this process. */
import { setImmediate } from 'node:timers/promises'
import { defaultTraining, type GraphDocument } from '../engine/document/types.ts'
import { Session } from '../engine/session/session.ts'

export const newSession = (): Session => new Session({ breathe: () => setImmediate() })

/** The document with another seed: it draws the first weights and the order of the examples. */
export const seeded = (document: GraphDocument, seed: number | undefined): GraphDocument =>
  seed === undefined ? document : { ...document, training: { ...(document.training ?? defaultTraining), seed } }

/** True from the first Ctrl+C on; a second one ends the program as usual. */
export function interruptible(): () => boolean {
  let stopped = false
  process.once('SIGINT', () => {
    stopped = true
  })
  return () => stopped
}
