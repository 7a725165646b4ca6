/** How fast an executor walks the steps of a training. */
import type { Executor, Stop } from '../runtime/executor.ts'
import type { Feeds } from './feeds.ts'
import type { TrainingGraph } from './graph.ts'
import { clearStates } from './step.ts'
import { Steps } from './steps.ts'

export interface TrialInput {
  readonly graph: TrainingGraph
  readonly batch: number
  /** Rows of the data sets, as many as the batch. */
  readonly data: Feeds
  /** How long to measure; the first step, which compiles, comes before. */
  readonly milliseconds: number
  readonly now: () => number
  readonly stop: Stop
}

/**
 * Steps per second of an executor that holds the parameters. It learns them on the way: whoever holds their numbers must
 * send them again.
 */
export async function stepRate(executor: Executor, input: TrialInput): Promise<number> {
  const { graph, batch, data, milliseconds, now, stop } = input
  await clearStates(executor, graph)
  const walk = await Steps.open({ graph, executor, stop, tables: new Map() }, batch)
  try {
    let steps = 0
    const take = async (count: number): Promise<void> => {
      for (let i = 0; i < count && !stop(); i++) {
        const scalars = graph.optimizer.scalars(++steps, 0)
        await walk.run(data, { step: steps, training: true, rows: batch, scalars })
      }
      // what a device has only been told to do is not done yet
      await walk.values(batch)
    }
    await take(1)
    const [from, before] = [now(), steps]
    for (let count = 1; now() - from < milliseconds && !stop(); count = Math.min(64, 2 * count)) await take(count)
    return ((steps - before) * 1000) / Math.max(now() - from, 1e-3)
  } finally {
    await walk.dispose()
  }
}
