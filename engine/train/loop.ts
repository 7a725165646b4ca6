/** The training loop: batches → steps → epochs, on any executor, stoppable between any two kernels. */

import { compile, limitsOf } from '../compile/compile.ts'
import type { DataSet } from '../data/dataset.ts'
import type { Table } from '../data/table.ts'
import type { TrainingSettings } from '../document/types.ts'
import { fail } from '../problem.ts'
import type { Executor, Stop } from '../runtime/executor.ts'
import { Course } from './course.ts'
import { BatchFeeder, feedAll, rowsOf } from './feeds.ts'
import type { EvaluationGraph, TrainingGraph } from './graph.ts'
import { Programs } from './programs.ts'
import { clearStates } from './step.ts'
import { StepTaker, type Taken } from './taker.ts'

/** Most rows per pass when nothing is learned. Fixed, so that an evaluation gives the same number every time. */
const EVALUATION_BATCH = 500

export interface Scores {
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
}

export interface EpochResult extends Scores {
  readonly epoch: number
  readonly validation: Scores | null
  readonly seconds: number
}

export interface Progress extends Scores {
  readonly epoch: number
  /** Steps done so far, of `steps`. */
  readonly step: number
  readonly steps: number
  readonly stepsPerSecond: number
  readonly secondsLeft: number
}

export interface Listener {
  readonly onProgress?: (progress: Progress) => void
  readonly onEpoch?: (epoch: EpochResult) => void
  /** Before each step, counted from 1; waited for where it gives a promise. */
  readonly beforeStep?: (step: number) => Promise<void> | null
  /** Between steps, a few times a second: lets others in; what it does shows the weights of this moment. */
  readonly pause?: () => Promise<void>
}

export interface LoopResult {
  readonly outcome: 'done' | 'cancelled'
  readonly epochs: readonly EpochResult[]
  readonly steps: number
  readonly seconds: number
}

/** Milliseconds between two looks at the clock's consequences. */
const PROGRESS_EVERY = 50
const PAUSE_EVERY = 16

/** Loss and metrics of a graph over all rows of its tables, without learning. Null where `stop` ended it. */
export async function evaluate(
  executor: Executor,
  { ir, loss: lossId, metrics: metricIds, summed }: EvaluationGraph,
  tables: ReadonlyMap<string, Table>,
  stop: Stop,
  breathe?: () => Promise<void>
): Promise<(Scores & { readonly examples: number }) | null> {
  const rows = rowsOf(tables) ?? 1
  const ids = [lossId, ...Object.values(metricIds)]
  const programs = new Programs(executor, (batch) => compile(ir, { batch, wanted: ids, ...limitsOf(executor) }))
  const feeder = new BatchFeeder(tables)
  const sums = ids.map(() => 0)
  try {
    const most = await programs.fit(Math.min(EVALUATION_BATCH, rows))
    for (let from = 0; from < rows; from += most) {
      const count = Math.min(most, rows - from)
      const { compiled, program } = await programs.get(count)
      const indices = Uint32Array.from({ length: count }, (_, i) => from + i)
      const feeds = feedAll(compiled.plan, feeder.gather(indices), { step: 0, training: false, rows: count })
      await breathe?.()
      if (!(await program.run(feeds, stop))) return null
      for (const [i, id] of ids.entries()) {
        const [value] = await program.read(compiled.idOf(id))
        const share = i === 0 && summed ? 1 : count
        sums[i] = (sums[i] as number) + (value as number) * share
      }
    }
  } finally {
    programs.dispose()
  }
  const [loss, ...metrics] = sums.map((sum) => sum / rows)
  return {
    loss: loss as number,
    metrics: Object.fromEntries(Object.keys(metricIds).map((name, i) => [name, metrics[i] as number])),
    examples: rows
  }
}

export interface LoopInput {
  readonly graph: TrainingGraph
  readonly settings: TrainingSettings
  readonly sets: ReadonlyMap<string, DataSet>
  readonly executor: Executor
  readonly stop: Stop
  readonly listener?: Listener
  readonly now: () => number
}

/** Runs all epochs. The executor's variables hold the parameters before and after. */
export async function trainLoop({
  graph,
  settings,
  sets,
  executor,
  stop,
  listener = {},
  now
}: LoopInput): Promise<LoopResult> {
  const course = new Course(settings, sets)
  const { steps, rows, held } = course
  const names = Object.keys(graph.metrics)
  const taker = new StepTaker({ graph, settings, course, executor, stop, breathe: listener.pause })
  await clearStates(executor, graph)

  const start = now()
  const epochs: EpochResult[] = []
  let step = 0
  let [shown, paused] = [start, start]
  const result = (outcome: LoopResult['outcome']): LoopResult => ({
    outcome,
    epochs,
    steps: step,
    seconds: (now() - start) / 1000
  })
  const progress = async (epoch: number, at: number, taken: Taken, rowsNow: number): Promise<void> => {
    const { loss: total, ...metrics } = await taken.values()
    const loss = (total as number) / (graph.summed ? rowsNow : 1)
    const seconds = (now() - start) / 1000
    listener.onProgress?.({
      epoch,
      step: at,
      steps,
      loss,
      metrics,
      stepsPerSecond: at / seconds,
      secondsLeft: ((steps - at) * seconds) / at
    })
    finite(loss, epoch, at)
  }
  /**
   * Numbers on their way back from the device: the steps go on meanwhile. One read at most, so that the device is never
   * more than a moment behind. What it fails with is thrown between two steps.
   */
  let reading: Promise<void> = Promise.resolve()
  let failure: { readonly error: unknown } | null = null
  const arrived = async (): Promise<void> => {
    await reading
    if (failure) throw failure.error
  }
  /** Nothing comes back from NaN: going on would only make the machine warm. */
  const finite = (loss: number, epoch: number, at: number): void => {
    if (!Number.isFinite(loss)) fail('train.diverged', { loss: String(loss), epoch, step: at })
  }

  try {
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const began = now()
      for (const last = epoch * course.stepsPerEpoch; step < last; ) {
        const before = listener.beforeStep?.(step + 1)
        if (before) await before
        const taken = await taker.take(step + 1)
        if (!taken) return result('cancelled')
        step++
        const time = now()
        if (time - shown >= PROGRESS_EVERY || step === 1 || step === steps) {
          shown = time
          await arrived()
          reading = progress(epoch, step, taken, course.rowsAt(step).length).catch((error) => {
            failure = { error }
          })
        }
        if (time - paused >= PAUSE_EVERY) {
          await listener.pause?.()
          paused = now()
          if (stop()) return result('cancelled')
        }
      }
      await arrived()
      const mean = async (name: string): Promise<number> =>
        ((await executor.getVariable(graph.sums[name] as string))[0] as number) / rows
      const metrics = Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await mean(name)] as const))
      )
      const validation = held.size === 0 ? null : await evaluate(executor, graph.evaluation, held, stop)
      const report = { epoch, loss: await mean('loss'), metrics, validation, seconds: (now() - began) / 1000 }
      finite(report.loss, epoch, step)
      epochs.push(report)
      listener.onEpoch?.(report)
    }
    return result('done')
  } finally {
    await reading
    await taker.dispose()
  }
}
