/**
 * Trainings: compiled, put on the backend that is faster, looked at on the way, kept to be looked back at. The graph that
 * was compiled last stays, so that the same training again compiles nothing.
 */
import { memoryNeeded } from '../compile/plan.ts'
import type { Table } from '../data/table.ts'
import { build } from '../document/build.ts'
import { meaningOf } from '../document/meaning.ts'
import type { GraphDocument, TrainingSettings } from '../document/types.ts'
import { fail, ProblemError, problemsOf } from '../problem.ts'
import type { Executor, Stop } from '../runtime/executor.ts'
import { sizeOf } from '../shape.ts'
import { datasetsIn, rowsOf, tablesOf } from '../train/feeds.ts'
import { type TrainingGraph, trainingGraph } from '../train/graph.ts'
import { evaluate, trainLoop } from '../train/loop.ts'
import { stepRate } from '../train/rate.ts'
import { planOf } from '../train/steps.ts'
import type { Backends, Work } from './backends.ts'
import type { DataSets } from './data.ts'
import { History } from './history/history.ts'
import type { Past } from './history/index.ts'
import { Recorder, type RecorderLimits } from './history/recorder.ts'
import type { Inspection } from './inspect.ts'
import { Looks, type Show } from './looks.ts'
import type { Model } from './model.ts'
import type { Plots } from './plots/index.ts'
import type { TrainEvent, TrainOutcome, TrainReport, TrainRequest } from './protocol.ts'
import { sizesOf, trialKey } from './what-runs.ts'

interface Tools {
  readonly backends: Backends
  readonly data: DataSets
  readonly model: Model
  readonly plots: Plots
  readonly past: Past
  readonly now: () => number
  readonly breathe: () => Promise<void>
  readonly historyLimits: RecorderLimits
  readonly inspect: (document: GraphDocument) => Inspection
  readonly show: Show
  /** Numbers a run, of which nothing can be read yet. */
  readonly begin: () => number
}

/** What a training is told: events go out by `on`; `keep` has the report of a training whose evaluation then fails. */
export interface Told {
  readonly on: (event: TrainEvent) => void
  readonly stop: Stop
  readonly keep: (report: TrainReport) => void
}

const diverged = (error: unknown): boolean => problemsOf(error).some((p) => p.code === 'train.diverged')

export class Trainings {
  readonly #tools: Tools
  #last: { readonly meaning: string; readonly graph: TrainingGraph } | null = null

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** @throws ProblemError where the document cannot be trained */
  graphOf(document: GraphDocument, settings: TrainingSettings): { graph: TrainingGraph; meaning: string } {
    const { optimizer, metrics, clip } = settings
    const meaning = JSON.stringify([meaningOf(document), optimizer, metrics, clip])
    if (this.#last?.meaning !== meaning)
      this.#last = { meaning, graph: trainingGraph(document, build(document, { training: true }), settings) }
    return this.#last
  }

  /** @throws ProblemError where the document cannot be trained, or the training broke */
  async train(request: TrainRequest, given: TrainingSettings, { on, stop, keep }: Told): Promise<TrainOutcome> {
    const { data, backends, model, plots, past, now, breathe } = this.#tools
    const { document } = request
    const drawn = meaningOf(document)
    const { graph, meaning } = this.graphOf(document, given)
    const sets = data.of(document, datasetsIn(graph.ir))
    const tables = tablesOf(sets, 'train')
    const rows = rowsOf(tables) ?? fail('train.noData')
    const { batch, batchSize, stepsPerEpoch } = sizesOf(given, rows)
    const settings = { ...given, batchSize }
    const steps = stepsPerEpoch * settings.epochs
    const trial = { batch, seed: settings.seed, tables, stop }
    const work: Work = graph.secondOrder
      ? { kind: 'host' }
      : { kind: 'learn', trial: { key: trialKey(meaning, batch), steps, run: this.#trial(graph, trial) } }
    const chosen = await backends.choose(request.backend, work)
    const { executor, report: backend } = chosen
    // First of all: what does not fit is refused here, before gigabytes of weights are drawn for it.
    const planned = await planOf(executor, graph, batch)
    model.prepare(graph.parameters, settings.seed)
    await model.send(executor, graph.parameters)
    const inspection = request.snapshotEvery > 0 ? this.#tools.inspect(document) : null
    if (inspection) model.prepare(inspection.variables, settings.seed)
    if (inspection) await model.send(executor, inspection.variables)
    on({
      type: 'started',
      runId: this.#tools.begin(),
      backend,
      epochs: settings.epochs,
      stepsPerEpoch,
      examples: rows,
      parameters: graph.parameters.reduce((sum, p) => sum + sizeOf(p.shape), 0),
      memory: memoryNeeded(planned.held),
      batch,
      rowsAtOnce: planned.rows
    })
    const recorder = request.history
      ? new Recorder({
          variables: [...graph.parameters, ...graph.states],
          steps,
          executor,
          now,
          ...this.#tools.historyLimits
        })
      : null
    const keepHistory = async (done: number): Promise<void> => {
      await recorder?.finish()
      if (!recorder || done === 0) return
      const { samples, bytesPerSample } = recorder
      const { revision } = request
      const of = { document, revision, settings, graph, sets, backend: backend.backend, before: model.record }
      past.keep(new History({ ...of, samples, bytesPerSample, steps: done }))
    }
    const looks =
      inspection &&
      new Looks({
        inspection,
        chosen,
        request,
        tables,
        rows: planned.rows < batch ? planned.rows : batchSize,
        show: this.#tools.show,
        now,
        on,
        stop
      })
    const loop = await trainLoop({
      graph,
      settings,
      sets,
      executor,
      stop,
      now,
      listener: {
        onProgress: (progress) => on({ type: 'progress', ...progress }),
        onEpoch: (epoch) => on({ type: 'epoch', report: epoch }),
        ...(recorder && { beforeStep: (step: number) => recorder.before(step) }),
        pause: async () => {
          await looks?.lookIfDue()
          await plots.look({ executor, meaning: drawn })
          await breathe()
        }
      }
    }).catch(async (error) => {
      // The weights stay those from before this training.
      model.forget(executor)
      if (!recorder || !diverged(error)) throw error
      await keepHistory(recorder.begun)
      const first = await past.hunt(chosen, stop).catch((unfound) => {
        if (!stop()) throw new ProblemError([...problemsOf(error), ...problemsOf(unfound)])
        return null
      })
      throw first ? new ProblemError([first, ...problemsOf(error)]) : error
    })
    await keepHistory(loop.steps)
    await model.receive(executor, graph.parameters)
    const report = { backend, epochs: loop.epochs, test: null, steps: loop.steps, seconds: loop.seconds }
    keep(report)
    model.learned(loop.epochs, loop.steps)
    if (!stop()) await looks?.look()
    if (loop.outcome === 'cancelled') return { outcome: 'cancelled', report }
    const test = await evaluate(executor, graph.evaluation, tablesOf(sets, 'test'), stop, breathe)
    return { outcome: test ? 'done' : 'cancelled', report: { ...report, test } }
  }

  /** Steps per second of an executor; NaN where it was stopped. The weights are as before. */
  #trial(
    graph: TrainingGraph,
    of: { batch: number; seed: number; tables: ReadonlyMap<string, Table>; stop: Stop }
  ): (executor: Executor, milliseconds: number) => Promise<number> {
    const { model, now } = this.#tools
    const { batch, seed, tables, stop } = of
    return async (executor, milliseconds) => {
      await planOf(executor, graph, batch)
      model.prepare(graph.parameters, seed)
      await model.send(executor, graph.parameters)
      try {
        const rate = await stepRate(executor, { graph, batch, tables, milliseconds, now, stop })
        return stop() ? Number.NaN : rate
      } finally {
        // it has learned on the way
        model.forget(executor)
      }
    }
  }
}
