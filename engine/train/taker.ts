/** Takes the steps of a training, each by its number: in the loop, or once more from a state that was kept. */
import type { TrainingSettings } from '../document/types.ts'
import type { Executor, Stop } from '../runtime/executor.ts'
import type { Course } from './course.ts'
import { BatchFeeder, type StepContext } from './feeds.ts'
import type { TrainingGraph } from './graph.ts'
import { rowFeeds } from './resident.ts'
import { rateAt } from './schedules.ts'
import { Solver } from './second-order.ts'
import { Steps, type Values } from './steps.ts'

export interface TakerInput {
  readonly graph: TrainingGraph
  readonly settings: TrainingSettings
  readonly course: Course
  readonly executor: Executor
  readonly stop: Stop
  readonly breathe?: (() => Promise<void>) | undefined
}

/** A step that was taken: its loss and metrics, before the next one is. */
export interface Taken {
  readonly values: () => Promise<Values>
}

type About = Pick<TakerInput, 'graph' | 'settings' | 'course'>

export const learningRateAt = ({ settings, course }: Omit<About, 'graph'>, step: number): number =>
  rateAt(settings, { step: step - 1, epoch: course.epochOf(step) - 1, steps: course.steps })

/** What a step is fed besides its rows. */
export const contextAt = (about: About, step: number): StepContext => ({
  step,
  training: true,
  rows: about.course.rowsAt(step).length,
  scalars: about.graph.optimizer.scalars(step, learningRateAt(about, step))
})

/** The executor's variables hold parameters and optimizer state before and after each step. */
export class StepTaker {
  readonly #input: TakerInput
  readonly #feeder: BatchFeeder
  readonly #solver: Solver | null
  #steps: Steps | null = null

  constructor(input: TakerInput) {
    const { graph, course, stop, breathe } = input
    const { ir, secondOrder: order, parameters } = graph
    this.#input = input
    this.#feeder = new BatchFeeder(course.tables)
    this.#solver = order && new Solver({ ir, order, variables: parameters.map((p) => p.name), stop, breathe })
  }

  /** Takes step `step`, counted from 1; null where it was stopped. */
  async take(step: number): Promise<Taken | null> {
    const { graph, settings, course, executor, stop } = this.#input
    const { tables } = course
    this.#steps ??= await Steps.open({ graph, executor, stop, tables }, Math.min(settings.batchSize, course.rows))
    const steps = this.#steps
    if (course.isFirstOfEpoch(step)) {
      for (const sum of Object.values(graph.sums)) await executor.setVariable(sum, [0])
    }
    const indices = course.rowsAt(step)
    const context = contextAt(this.#input, step)
    const data = steps.resident ? rowFeeds(steps.resident, indices) : this.#feeder.gather(indices)
    const next = this.#solver && (await this.#solver.step(executor, data, context, learningRateAt(this.#input, step)))
    if (this.#solver && !next) return null
    if (!(await steps.run(data, context))) return null
    for (const [name, values] of next ?? []) await executor.setVariable(name, values)
    return { values: () => steps.values(indices.length) }
  }

  async dispose(): Promise<void> {
    await this.#steps?.dispose()
  }
}
