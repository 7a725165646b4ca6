/** The engine: one worker for the whole life of the page, made when it is first asked for; another where it broke. */
import { createClient } from '../../engine/session/client.ts'
import type { SessionClient } from '../../engine/session/protocol.ts'

let made: SessionClient | null = null

function start(): SessionClient {
  const worker = new Worker(new URL('../../engine/session/worker.ts', import.meta.url), {
    type: 'module',
    name: 'engine'
  })
  const started = createClient(worker, () => {
    worker.terminate()
    if (made === started) made = null
  })
  return started
}

export function client(): SessionClient {
  made ??= start()
  return made
}

/** For tests: another client in place of the worker's. */
export function replaceClient(other: SessionClient): void {
  made = other
}
