/** From pressing Train on W to the first loss: a session that has the data and has compiled nothing. */
import type { BackendName } from '../../engine/session/protocol.ts'
import { prepareW } from './w-session.ts'

export interface FirstLoss {
  /** Until the first loss was told. */
  readonly milliseconds: number
  /** Of the training as the program runs it, data gathered and progress told, over the seconds after that. */
  readonly stepsPerSecond: number
}

export async function firstLoss(backend: BackendName, seconds: number): Promise<FirstLoss> {
  const { session, document, close } = await prepareW()
  let [first, steps, began] = [0, 0, 0]
  const start = performance.now()
  const stop = () => first > 0 && performance.now() - start > first + 1000 * seconds
  const listen = (event: { readonly type: string; readonly step?: number }) => {
    if (event.type !== 'progress') return
    if (first === 0) {
      first = performance.now() - start
      began = event.step ?? 0
    }
    steps = (event.step ?? 0) - began
  }
  const outcome = await session.train({ document, revision: 0, backend, snapshotEvery: 0 }, listen, stop)
  if (outcome.outcome === 'failed') throw new Error(outcome.problems[0]?.message ?? 'the training failed')
  const passed = (performance.now() - start - first) / 1000
  close()
  return { milliseconds: first, stepsPerSecond: steps / passed }
}
