/** What looking costs: how soon a walk through W answers a step, and how fast a training is that is looked at. */

import type { BackendName } from '../../engine/session/protocol.ts'
import type { StepsResult } from '../../engine/session/steps/types.ts'
import { median } from './measure.ts'
import { prepareW } from './w-session.ts'

/** Milliseconds that a step took at its first reading, and again when the walk was opened anew. */
export interface StepTime {
  readonly kind: string
  readonly name: string
  readonly first: number
  readonly again: number
}

export interface Looking {
  /** Milliseconds until the first walk was there, and the second. */
  readonly opened: readonly [number, number]
  readonly steps: readonly StepTime[]
  /** Steps of training in a second: with nothing looked at, with live numbers, and with a history kept as well. */
  readonly rates: { readonly alone: number; readonly live: number; readonly kept: number }
}

const BATCH = 128
/** Milliseconds between an answer and the next question: nobody presses a key sooner. */
const READING = 150
/** As the program asks for them. */
const LIVE = 400

/** @param seconds that each training takes, of which there are three in a round */
export async function looking(backend: BackendName, seconds: number, rounds: number): Promise<Looking> {
  const { session, document, close } = await prepareW()

  const walk = async (): Promise<{ opened: number; steps: StepsResult['steps']; times: number[] }> => {
    const began = performance.now()
    const { walkId, steps } = await session.steps({ document, revision: 0, backend, batch: BATCH })
    const opened = performance.now() - began
    const times: number[] = []
    for (const index of steps.keys()) {
      await new Promise((done) => setTimeout(done, READING))
      const start = performance.now()
      await session.readStep({ walkId, index })
      times.push(performance.now() - start)
    }
    return { opened, steps, times }
  }
  const first = await walk()
  const again = await walk()

  const rate = async (snapshotEvery: number, history: boolean): Promise<number> => {
    const start = performance.now()
    let steps = 0
    const listen = (event: { readonly type: string; readonly step?: number }) => {
      if (event.type === 'progress') steps = event.step ?? 0
    }
    const stop = () => performance.now() - start > 1000 * seconds
    const outcome = await session.train({ document, revision: 0, backend, snapshotEvery, history }, listen, stop)
    if (outcome.outcome === 'failed') throw new Error(outcome.problems[0]?.message ?? 'the training failed')
    return (1000 * steps) / (performance.now() - start)
  }
  const [alone, live, kept]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    alone.push(await rate(0, false))
    live.push(await rate(LIVE, false))
    kept.push(await rate(LIVE, true))
  }
  close()
  return {
    opened: [first.opened, again.opened],
    steps: first.steps.map(({ kind, name, parameter }, i) => ({
      kind,
      name: parameter ?? name,
      first: first.times[i] as number,
      again: again.times[i] as number
    })),
    rates: { alone: median(alone), live: median(live), kept: median(kept) }
  }
}
