/** One page, one worker, one engine. `call` is what the bench calls. */
import { probeBackends } from '../../../engine/runtime/probe.ts'
import type { Request } from './protocol.ts'

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

const call = (request: Request): Promise<unknown> =>
  new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = ({ message }) => resolve({ error: message || 'the worker could not be started' })
    worker.postMessage(request)
  })

/** The same, with the frames a second that the page showed meanwhile. */
async function callAndWatch(request: Request): Promise<unknown> {
  const start = performance.now()
  let [frames, going] = [0, true]
  const frame = (): void => {
    frames++
    if (going) requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  const answer = (await call(request)) as object
  going = false
  return { ...answer, framesPerSecond: (1000 * frames) / (performance.now() - start) }
}

/** Asks for GPUs as the program does. */
const probe = probeBackends

Object.assign(globalThis, { call, callAndWatch, probe })
