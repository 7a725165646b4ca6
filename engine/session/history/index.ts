/** Looking back at the last training: one at a time, whose steps can be asked for. */
import type { GraphDocument } from '../../document/types.ts'
import type { TrainingRecord } from '../../io/weights.ts'
import { fail, type Problem } from '../../problem.ts'
import type { Stop } from '../../runtime/executor.ts'
import { bindShape, sizeOf } from '../../shape.ts'
import type { Backends, Chosen } from '../backends.ts'
import type { DataSets } from '../data.ts'
import { Inspection } from '../inspect.ts'
import type { Show } from '../looks.ts'
import type { Model } from '../model.ts'
import type { RunResult } from '../protocol.ts'
import { feedsFor, rowsFor } from '../rows.ts'
import type { History } from './history.ts'
import { hunt } from './hunt.ts'
import type { Sample } from './recorder.ts'
import { overTime, spread, survey, type Visit } from './survey.ts'
import type { HistoryOverview, LookBackRequest, OverTime, OverTimeRequest, RunFinding } from './types.ts'

interface Tools {
  readonly backends: Backends
  readonly data: DataSets
  readonly model: Model
  readonly now: () => number
  /** The graph as it answers. */
  readonly inspectionOf: (document: GraphDocument) => Inspection
  /** Runs an inspection whose weights are on the executor. */
  readonly inspect: Show
}

export class Past {
  readonly #tools: Tools
  #history: History | null = null
  /** The state that is looked at. */
  #state: Sample | null = null

  constructor(tools: Tools) {
    this.#tools = tools
  }

  get overview(): HistoryOverview | null {
    return this.#history?.overview ?? null
  }

  /** The training and its step that is looked at; null for the weights of now. */
  get shown(): { readonly history: History; readonly state: Sample } | null {
    return this.#history && this.#state ? { history: this.#history, state: this.#state } : null
  }

  keep(history: History): void {
    this.close()
    this.#history = history
  }

  /** @throws ProblemError history.none, history.noStep */
  async look({ step, revision, sample }: LookBackRequest, stop: Stop): Promise<RunResult> {
    const { backends, data, model, now, inspect, inspectionOf } = this.#tools
    const began = now()
    const history = this.#history ?? fail('history.none')
    // what trained computes it again: other devices round otherwise
    const chosen = await backends.choose(history.input.backend, { kind: 'look' })
    const { executor } = chosen
    const again = history.sampleBefore(step).step !== step
    const state = await history.stateAt(step, executor, stop).finally(() => again && model.forget(executor))
    const { document } = history.input
    const inspection = sample ? inspectionOf(document) : history.inspection
    const rows = sample ? rowsFor(data, inspection.ir, { document, sample }) : history.rowsAt(step)
    model.show(state.values)
    this.#state = state
    await model.send(executor, inspection.variables)
    const run = await inspect(inspection, chosen, revision, rows, stop, began)
    return { ...run, past: { step, epoch: history.epochOf(step) } }
  }

  /** Finds the first NaN or infinity of the training that is kept; null where it does not arise again. */
  async hunt({ executor }: Chosen, stop: Stop): Promise<Problem | null> {
    const history = this.#history
    if (!history) return null
    const found = await hunt(history, history.input.steps, executor, stop)
    if (!found) return null
    const { problem, ...broken } = found
    history.broken = broken
    return problem
  }

  /** What the numbers said in the course of the training. @throws ProblemError history.none */
  survey(stop: Stop): Promise<RunFinding[]> {
    return survey((most, each) => this.#visit(most, each, stop))
  }

  /** @throws ProblemError history.none, graph.noSuchThing; null where the tensor never has a number */
  async overTime({ target, which }: OverTimeRequest, stop: Stop): Promise<OverTime | null> {
    const { inspection } = this.#history ?? fail('history.none')
    const size = sizeOf(bindShape(inspection.valueOf(target).type.shape, this.#history?.rowsAt(1).batch ?? 1))
    return overTime((most, each) => this.#visit(most, each, stop), target, which, size)
  }

  /** Runs kept states one after the other, on a program of their own: the numbers on screen can still be read. */
  async #visit(most: number, each: Parameters<Visit>[1], stop: Stop): Promise<void> {
    const { backends, model } = this.#tools
    const history = this.#history ?? fail('history.none')
    const { executor } = await backends.choose(history.input.backend, { kind: 'look' })
    const inspection = new Inspection(history.input.document, { training: true })
    try {
      for (const { step, values } of spread(history.samples, most)) {
        model.show(values)
        await model.send(executor, inspection.variables)
        const rows = history.rowsAt(step)
        const { compiled, program } = await inspection.program(executor, rows.batch)
        const done = !stop() && (await program.run(feedsFor(compiled.plan, rows), stop))
        if (!done) throw new DOMException('Looking back was cancelled.', 'AbortError')
        await each(inspection, step, rows.batch)
      }
    } finally {
      inspection.dispose()
      model.show(this.#state?.values ?? null)
      // parameters of the run on screen are read where they lie on the executor
      await model.send(executor, inspection.variables)
    }
  }

  /** Back to the weights of now. */
  leave(): void {
    this.#tools.model.show(null)
    this.#state = null
  }

  /** Makes the weights that are looked at those of now; gives how long they had learned. */
  adopt(): TrainingRecord {
    const { history, state } = this.shown ?? fail('history.none')
    this.#tools.model.keepShown()
    this.#state = null
    return history.learnedBefore(state.step)
  }

  /** Gives its memory back. */
  close(): void {
    this.leave()
    this.#history?.dispose()
    this.#history = null
  }

  /** The device is gone, and all that lay there; what was kept is in the memory of this worker. */
  forget(): void {
    this.#history?.forget()
  }
}
