/** Takes the steps of a training, each by its number: in the loop, or once more from a state that was kept. */
import type { TrainingSettings } from '../document/types.ts'
import type { Executor, Stop } from '../runtime/executor.ts'
import type { Course } from './course.ts'
import { BatchFeeder, feedAll, type StepContext } from './feeds.ts'
import type { TrainingGraph } from './graph.ts'
import { type Loaded, Programs } from './programs.ts'
import { type ResidentData, release, residentData, rowFeeds, upload } from './resident.ts'
import { rateAt } from './schedules.ts'
import { Solver } from './second-order.ts'
import { compileStep } from './step.ts'

export interface TakerInput {
  readonly graph: TrainingGraph
  readonly settings: TrainingSettings
  readonly course: Course
  readonly executor: Executor
  readonly stop: Stop
  readonly breathe?: (() => Promise<void>) | undefined
}

/** The executor's variables hold parameters and optimizer state before and after each step. */
export class StepTaker {
  readonly #input: TakerInput
  readonly #resident: ResidentData | null
  readonly #programs: Programs
  readonly #feeder: BatchFeeder
  readonly #solver: Solver | null
  #uploaded = false

  constructor(input: TakerInput) {
    const { graph, course, executor, stop, breathe } = input
    const { ir, secondOrder: order, parameters } = graph
    this.#input = input
    // steps that are taken on the host read the rows there
    this.#resident = order ? null : residentData(ir, course.tables, executor.dataLimit)
    this.#programs = new Programs(executor, (batch) => compileStep(graph, batch, executor, this.#resident))
    this.#feeder = new BatchFeeder(course.tables)
    this.#solver = order && new Solver({ ir, order, variables: parameters.map((p) => p.name), stop, breathe })
  }

  /** Takes step `step`, counted from 1; gives the program that holds its numbers, or null where it was stopped. */
  async take(step: number): Promise<Loaded | null> {
    const { graph, settings, course, executor, stop } = this.#input
    if (this.#resident && !this.#uploaded) await upload(executor, this.#resident)
    this.#uploaded = true
    if (course.isFirstOfEpoch(step)) {
      for (const sum of Object.values(graph.sums)) await executor.setVariable(sum, [0])
    }
    const indices = course.rowsAt(step)
    const loaded = await this.#programs.get(indices.length)
    const rate = rateAt(settings, { step: step - 1, epoch: course.epochOf(step) - 1, steps: course.steps })
    const context: StepContext = {
      step,
      training: true,
      rows: indices.length,
      scalars: graph.optimizer.scalars(step, rate)
    }
    const data = this.#resident ? rowFeeds(this.#resident, indices) : this.#feeder.gather(indices)
    const next = this.#solver && (await this.#solver.step(executor, data, context, rate))
    if (this.#solver && !next) return null
    if (!(await loaded.program.run(feedAll(loaded.compiled.plan, data, context), stop))) return null
    for (const [name, values] of next ?? []) await executor.setVariable(name, values)
    return loaded
  }

  async dispose(): Promise<void> {
    this.#programs.dispose()
    // a device that is lost has taken its memory along
    if (this.#resident) await release(this.#input.executor, this.#resident).catch(() => undefined)
  }
}
