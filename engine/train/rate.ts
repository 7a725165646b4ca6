/** How fast an executor walks the steps of a training. */
import { type Table, TableView } from '../data/table.ts'
import type { Executor, Stop } from '../runtime/executor.ts'
import { BatchFeeder } from './feeds.ts'
import type { TrainingGraph } from './graph.ts'
import { residentData, rowFeeds } from './resident.ts'
import { clearStates } from './step.ts'
import { Steps } from './steps.ts'

export interface TrialInput {
  readonly graph: TrainingGraph
  readonly batch: number
  /** What the training reads; the trial takes its first batch again and again. */
  readonly tables: ReadonlyMap<string, Table>
  /** How long to measure; the first step, which compiles, comes before. */
  readonly milliseconds: number
  readonly now: () => number
  readonly stop: Stop
}

type Tables = TrialInput['tables']

/**
 * What is uploaded for a trial: one batch, where the training will have all its data on the device, so that a step names its
 * rows as it will then; nothing where it will not.
 */
function uploadedFor({ graph, tables }: TrialInput, executor: Executor, rows: Uint32Array): Tables {
  if (!residentData(graph.ir, tables, executor.dataLimit)) return new Map()
  return new Map([...tables].map(([id, table]) => [id, new TableView(table, rows)]))
}

/**
 * Steps per second of an executor that holds the parameters. It learns them on the way: whoever holds their numbers must
 * send them again.
 */
export async function stepRate(executor: Executor, input: TrialInput): Promise<number> {
  const { graph, batch, milliseconds, now, stop } = input
  const rows = Uint32Array.from({ length: batch }, (_, i) => i)
  await clearStates(executor, graph)
  const walk = await Steps.open({ graph, executor, stop, tables: uploadedFor(input, executor, rows) }, batch)
  const data = walk.resident ? rowFeeds(walk.resident, rows) : new BatchFeeder(input.tables).gather(rows)
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
