/** Planes of inputs, also between the steps of a training, and the executor on which large plots are computed. */
import { fail } from '../../problem.ts'
import type { Executor, Stop } from '../../runtime/executor.ts'
import type { Variable } from '../../train/graph.ts'
import type { Backends } from '../backends.ts'
import type { DataSets } from '../data.ts'
import type { Model } from '../model.ts'
import { Planes } from './plane.ts'
import type { PlaneRequest, PlaneResult } from './types.ts'

/** What trains now: the executor that has its weights, and what the document computes. */
export interface Training {
  readonly executor: Executor
  readonly meaning: string
}

interface Tools {
  readonly backends: Backends
  readonly data: DataSets
  readonly model: Model
  readonly now: () => number
}

export class Plots {
  readonly #tools: Tools
  readonly #planes = new Planes()
  /** Trainings that are asked for and not over. */
  #trainings = 0
  /** What is to be looked at between two of their steps, or after them. */
  readonly #looks: ((training: Training | null) => Promise<void>)[] = []

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** What looks at every value, with the weights on it. */
  async looker(variables: readonly Variable[]): Promise<Executor> {
    const { executor } = await this.#tools.backends.choose('auto', { kind: 'look' })
    await this.#tools.model.send(executor, variables)
    return executor
  }

  /** During a training the plane is read between two steps on the training's own executor; otherwise by `exclusive`. */
  plane(
    request: PlaneRequest,
    meaning: string,
    stop: Stop,
    exclusive: (work: () => Promise<PlaneResult>) => Promise<PlaneResult>
  ): Promise<PlaneResult> {
    const { data, model, now } = this.#tools
    const sets = (nodes: readonly string[]) => data.of(request.document, nodes)
    const read = (executor: Executor) => this.#planes.read(request, { meaning, executor, sets, stop, now })
    if (this.#trainings > 0)
      return new Promise((resolve, reject) => {
        const answer = async (training: Training | null): Promise<PlaneResult> => {
          if (!training) return this.plane(request, meaning, stop, exclusive)
          return training.meaning === meaning ? read(training.executor) : fail('run.stale')
        }
        this.#looks.push((training) => answer(training).then(resolve, reject))
      })
    return exclusive(async () => {
      const variables = this.#planes.variables(request.document, meaning)
      model.prepare(variables, request.document.training?.seed ?? 0)
      return read(await this.looker(variables))
    })
  }

  /** From here on planes wait for `look`. Gives back the function that says that the training is over. */
  trains(): () => void {
    this.#trainings++
    return () => {
      this.#trainings--
      void this.look(null)
    }
  }

  /** Answers what was asked for meanwhile. */
  async look(training: Training | null): Promise<void> {
    for (const one of this.#looks.splice(0)) await one(training)
  }

  /** A device is gone, and all memory with it. */
  forget(): void {
    this.#planes.forget()
  }
}
