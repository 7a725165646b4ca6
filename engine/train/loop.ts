/** The training loop: batches → steps → epochs, on any executor, stoppable between any two kernels. */

import { type Compiled, compile } from '../compile/compile.ts'
import { Batches, split } from '../data/batches.ts'
import type { DataSet } from '../data/dataset.ts'
import type { Table } from '../data/table.ts'
import type { TrainingSettings } from '../document/types.ts'
import { fail } from '../problem.ts'
import type { Executor, Program, Stop } from '../runtime/executor.ts'
import { BatchFeeder, feedAll, rowsOf, tablesOf } from './feeds.ts'
import type { EvaluationGraph, TrainingGraph } from './graph.ts'
import { release, residentData, rowFeeds, upload } from './resident.ts'
import { rateAt } from './schedules.ts'
import { Solver } from './second-order.ts'
import { clearStates, compileStep } from './step.ts'

/** Rows per pass when nothing is learned. Fixed, so that an evaluation gives the same number every time. */
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

interface Loaded {
  readonly compiled: Compiled
  readonly program: Program
}

/** One compiled program per batch size. */
class Programs {
  readonly #executor: Executor
  readonly #make: (batch: number) => Compiled
  readonly #loaded = new Map<number, Loaded>()

  constructor(executor: Executor, make: (batch: number) => Compiled) {
    this.#executor = executor
    this.#make = make
  }

  async get(batch: number): Promise<Loaded> {
    const known = this.#loaded.get(batch)
    if (known) return known
    const compiled = this.#make(batch)
    const loaded = { compiled, program: await this.#executor.load(compiled.plan) }
    this.#loaded.set(batch, loaded)
    return loaded
  }

  dispose(): void {
    for (const { program } of this.#loaded.values()) program.dispose()
    this.#loaded.clear()
  }
}

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
  const programs = new Programs(executor, (batch) =>
    compile(ir, { batch, wanted: ids, maxOperands: executor.maxOperands, maxOutputs: executor.maxOutputs })
  )
  const feeder = new BatchFeeder(tables)
  const sums = ids.map(() => 0)
  try {
    for (let from = 0; from < rows; from += EVALUATION_BATCH) {
      const count = Math.min(EVALUATION_BATCH, rows - from)
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
  if (sets.size === 0) fail('train.noData')
  const all = tablesOf(sets, 'train')
  rowsOf(all)
  const parts = new Map([...all].map(([id, table]) => [id, split(table, settings.validationSplit, settings.seed)]))
  const tables = new Map([...parts].map(([id, part]) => [id, part.train]))
  const held = new Map([...parts].flatMap(([id, part]) => (part.validation ? [[id, part.validation] as const] : [])))
  const rows = rowsOf(tables) as number
  const batches = new Batches(rows, Math.min(settings.batchSize, rows), {
    shuffle: settings.shuffle,
    seed: settings.seed
  })
  const feeder = new BatchFeeder(tables)
  const steps = batches.count * settings.epochs
  const names = Object.keys(graph.metrics)
  const wanted = [graph.loss, ...Object.values(graph.metrics)]
  // steps that are taken on the host read the rows there
  const resident = graph.secondOrder ? null : residentData(graph.ir, tables, executor.dataLimit)
  const programs = new Programs(executor, (batch) => compileStep(graph, batch, executor, resident))
  const { ir, secondOrder: order, parameters } = graph
  const solver =
    order && new Solver({ ir, order, variables: parameters.map((p) => p.name), stop, breathe: listener.pause })
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
  const progress = async (epoch: number, at: number, { compiled, program }: Loaded, rowsNow: number): Promise<void> => {
    const [total, ...metrics] = await Promise.all(
      wanted.map(async (id) => (await program.read(compiled.idOf(id)))[0] as number)
    )
    const loss = (total as number) / (graph.summed ? rowsNow : 1)
    const seconds = (now() - start) / 1000
    listener.onProgress?.({
      epoch,
      step: at,
      steps,
      loss,
      metrics: Object.fromEntries(names.map((name, i) => [name, metrics[i] as number])),
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
    if (resident) await upload(executor, resident)
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const began = now()
      for (const sum of Object.values(graph.sums)) await executor.setVariable(sum, [0])
      for (const indices of batches.epoch(epoch - 1)) {
        const loaded = await programs.get(indices.length)
        const rate = rateAt(settings, { step, epoch: epoch - 1, steps })
        const context = {
          step: step + 1,
          training: true,
          rows: indices.length,
          scalars: graph.optimizer.scalars(step + 1, rate)
        }
        const data = resident ? rowFeeds(resident, indices) : feeder.gather(indices)
        const next = solver && (await solver.step(executor, data, context, rate))
        if (solver && !next) return result('cancelled')
        const feeds = feedAll(loaded.compiled.plan, data, context)
        if (!(await loaded.program.run(feeds, stop))) return result('cancelled')
        for (const [name, values] of next ?? []) await executor.setVariable(name, values)
        step++
        const time = now()
        if (time - shown >= PROGRESS_EVERY || step === 1 || step === steps) {
          shown = time
          await arrived()
          reading = progress(epoch, step, loaded, indices.length).catch((error) => {
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
    programs.dispose()
    // a device that is lost has taken its memory along
    if (resident) await release(executor, resident).catch(() => undefined)
  }
}
