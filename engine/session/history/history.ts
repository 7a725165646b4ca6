/**
 * A training that is over, to be looked back at: any of its steps, with the weights and the very rows that it had.
 *
 * A step between two samples is reached by taking the steps from the sample before it once more. On the same executor
 * these are the same steps bit for bit.
 */
import type { DataSet } from '../../data/dataset.ts'
import type { GraphDocument, TrainingSettings } from '../../document/types.ts'
import type { TrainingRecord } from '../../io/weights.ts'
import { fail } from '../../problem.ts'
import type { Executor, Stop } from '../../runtime/executor.ts'
import type { Numbers } from '../../tensor.ts'
import { Course } from '../../train/course.ts'
import { BatchFeeder, type StepContext } from '../../train/feeds.ts'
import type { TrainingGraph } from '../../train/graph.ts'
import { contextAt, StepTaker } from '../../train/taker.ts'
import { Inspection } from '../inspect.ts'
import type { BackendName } from '../protocol.ts'
import type { Rows } from '../rows.ts'
import type { Sample } from './recorder.ts'
import type { BrokenStep, HistoryOverview } from './types.ts'

export interface HistoryInput {
  readonly document: GraphDocument
  readonly revision: number
  readonly settings: TrainingSettings
  readonly graph: TrainingGraph
  readonly sets: ReadonlyMap<string, DataSet>
  readonly backend: BackendName
  /** How long the weights had learned before. */
  readonly before: TrainingRecord | null
  readonly samples: readonly Sample[]
  readonly bytesPerSample: number
  /** Steps that were begun. */
  readonly steps: number
}

export class History {
  readonly input: HistoryInput
  /** First step with a NaN or an infinity, where the training ended by one. */
  broken: BrokenStep | null = null
  readonly #course: Course
  readonly #feeder: BatchFeeder
  #inspection: Inspection | null = null
  /** The step that was reached last by taking steps again. */
  #reached: Sample | null = null

  readonly #samples: Sample[]

  constructor(input: HistoryInput) {
    this.input = input
    this.#samples = [...input.samples]
    this.#course = new Course(input.settings, input.sets)
    this.#feeder = new BatchFeeder(this.#course.tables)
  }

  /** The graph as it is while it learns: dropout drops, and batches are normalised by themselves. */
  get inspection(): Inspection {
    this.#inspection ??= new Inspection(this.input.document, { training: true })
    return this.#inspection
  }

  get overview(): HistoryOverview {
    const { revision, backend, bytesPerSample, steps } = this.input
    const { samples } = this
    return {
      revision,
      backend,
      sampled: samples.map(({ step }) => step),
      steps,
      planned: this.#course.steps,
      stepsPerEpoch: this.#course.stepsPerEpoch,
      bytes: samples.length * bytesPerSample,
      bytesPerSample,
      broken: this.broken
    }
  }

  /** Ascending by step. */
  get samples(): readonly Sample[] {
    return this.#samples
  }

  /** Keeps one more state. */
  insert(sample: Sample): void {
    if (this.#samples.some(({ step }) => step === sample.step)) return
    this.#samples.push(sample)
    this.#samples.sort((a, b) => a.step - b.step)
  }

  contextAt(step: number): StepContext {
    const { graph, settings } = this.input
    return contextAt({ graph, settings, course: this.#course }, step)
  }

  epochOf(step: number): number {
    return this.#course.epochOf(step)
  }

  learnedBefore(step: number): TrainingRecord {
    const { before } = this.input
    return {
      epochs: (before?.epochs ?? 0) + Math.floor((step - 1) / this.#course.stepsPerEpoch),
      steps: (before?.steps ?? 0) + step - 1,
      loss: null,
      metrics: {}
    }
  }

  /** What a step was fed. */
  rowsAt(step: number): Rows {
    const indices = this.#course.rowsAt(step)
    return { batch: indices.length, open: true, feeds: this.#feeder.gather(indices), context: { step, training: true } }
  }

  /** The latest state that is kept at or before a step. @throws ProblemError history.noStep */
  sampleBefore(step: number): Sample {
    const { steps } = this.input
    const { samples } = this
    const found = samples.findLast((sample) => sample.step <= step)
    if (!found || step > steps) return fail('history.noStep', { step, steps: samples.length === 0 ? 0 : steps })
    return this.#reached && this.#reached.step <= step && this.#reached.step > found.step ? this.#reached : found
  }

  /**
   * Parameters and optimizer state before a step.
   * @param executor steps are taken again on it where need be: it then holds other variables than before
   * @throws AbortError where it was stopped
   */
  async stateAt(step: number, executor: Executor, stop: Stop): Promise<Sample> {
    const from = this.sampleBefore(step)
    if (from.step === step) return from
    const walked = await this.replay(from, step, executor, stop, async () => false)
    this.#reached = walked
    return walked
  }

  /** Takes steps from a sample on until `to`, or until `enough` says so of a step's loss; the state after that. */
  async replay(
    from: Sample,
    to: number,
    executor: Executor,
    stop: Stop,
    enough: (step: number, loss: () => Promise<number>) => Promise<boolean>
  ): Promise<Sample> {
    const { graph, settings } = this.input
    for (const [name, values] of from.values) await executor.setVariable(name, values)
    const taker = new StepTaker({ graph, settings, course: this.#course, executor, stop })
    let step = from.step
    try {
      while (step < to) {
        const taken = await taker.take(step)
        if (!taken || stop()) throw new DOMException('Looking back was cancelled.', 'AbortError')
        const loss = async (): Promise<number> => (await taken.values()).loss as number
        if (await enough(step++, loss)) break
      }
      const values = new Map<string, Numbers>()
      for (const name of from.values.keys()) values.set(name, await executor.getVariable(name))
      return { step, values }
    } finally {
      await taker.dispose()
    }
  }

  dispose(): void {
    this.#inspection?.dispose()
    this.#inspection = null
  }

  /** Its device is gone, and all that lay there. */
  forget(): void {
    this.#inspection = null
  }
}
