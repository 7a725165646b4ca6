/** Looking back at the last training: one at a time, whose steps can be asked for. */
import type { TrainingRecord } from '../../io/weights.ts'
import { fail, type Problem } from '../../problem.ts'
import type { Stop } from '../../runtime/executor.ts'
import type { Backends, Chosen } from '../backends.ts'
import type { Inspection } from '../inspect.ts'
import type { Model } from '../model.ts'
import type { RunResult } from '../protocol.ts'
import type { Rows } from '../rows.ts'
import type { History } from './history.ts'
import { hunt } from './hunt.ts'
import type { HistoryOverview, LookBackRequest } from './types.ts'

interface Tools {
  readonly backends: Backends
  readonly model: Model
  readonly now: () => number
  /** Runs an inspection whose weights are on the executor. */
  readonly inspect: (
    inspection: Inspection,
    chosen: Chosen,
    revision: number,
    rows: Rows,
    stop: Stop,
    began: number
  ) => Promise<RunResult>
}

export class Past {
  readonly #tools: Tools
  #history: History | null = null
  #step: number | null = null

  constructor(tools: Tools) {
    this.#tools = tools
  }

  get overview(): HistoryOverview | null {
    return this.#history?.overview ?? null
  }

  /** The training and its step that is looked at; null for the weights of now. */
  get shown(): { readonly history: History; readonly step: number } | null {
    return this.#history && this.#step !== null ? { history: this.#history, step: this.#step } : null
  }

  keep(history: History): void {
    this.close()
    this.#history = history
  }

  /** @throws ProblemError history.none, history.noStep */
  async look({ step, revision }: LookBackRequest, stop: Stop): Promise<RunResult> {
    const { backends, model, now, inspect } = this.#tools
    const began = now()
    const history = this.#history ?? fail('history.none')
    // what trained computes it again: other devices round otherwise
    const chosen = await backends.choose(history.input.backend, { kind: 'look' })
    const { executor } = chosen
    const again = history.sampleBefore(step).step !== step
    const state = await history.stateAt(step, executor, stop).finally(() => again && model.forget(executor))
    const { inspection } = history
    model.show(state.values)
    this.#step = step
    await model.send(executor, inspection.variables)
    const run = await inspect(inspection, chosen, revision, history.rowsAt(step), stop, began)
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

  /** Back to the weights of now. */
  leave(): void {
    this.#tools.model.show(null)
    this.#step = null
  }

  /** Makes the weights that are looked at those of now; gives how long they had learned. */
  adopt(): TrainingRecord {
    const { history, step } = this.shown ?? fail('history.none')
    this.#tools.model.keepShown()
    this.#step = null
    return history.learnedBefore(step)
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
