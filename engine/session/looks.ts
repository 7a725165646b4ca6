/** Looks at a training on its way: live values and gradients, on the training's own executor, whose weights are the newest. */
import type { Table } from '../data/table.ts'
import type { Stop } from '../runtime/executor.ts'
import { BatchFeeder } from '../train/feeds.ts'
import { refusalOf } from '../train/steps.ts'
import type { Chosen } from './backends.ts'
import type { Inspection } from './inspect.ts'
import type { RunResult, TrainEvent, TrainRequest } from './protocol.ts'
import type { Rows } from './rows.ts'

/** Share of a training's time that looking at its numbers may take. */
const LOOKING = 0.04

/** Runs an inspection whose weights are on the executor. */
export type Show = (
  inspection: Inspection,
  chosen: Chosen,
  revision: number,
  rows: Rows,
  stop: Stop,
  began: number
) => Promise<RunResult>

interface Of {
  readonly inspection: Inspection
  readonly chosen: Chosen
  readonly request: TrainRequest
  readonly tables: ReadonlyMap<string, Table>
  /** How many are looked at, if they fit. */
  readonly rows: number
  readonly show: Show
  readonly now: () => number
  readonly on: (event: TrainEvent) => void
  readonly stop: Stop
}

export class Looks {
  readonly #of: Of
  readonly #feeder: BatchFeeder
  #rows: number
  #lookedAt = 0
  #pause: number

  constructor(of: Of) {
    this.#of = of
    this.#feeder = new BatchFeeder(of.tables)
    this.#rows = of.rows
    this.#pause = of.request.snapshotEvery
  }

  async lookIfDue(): Promise<void> {
    if (this.#of.now() - this.#lookedAt >= this.#pause) await this.look()
  }

  async look(): Promise<void> {
    const { now, stop, request } = this.#of
    const began = now()
    try {
      // a look keeps more than a step: it may have to be at fewer rows
      for (let refusal = await refusalOf(() => this.#run()); refusal; refusal = await refusalOf(() => this.#run())) {
        if (this.#rows === 1) throw refusal
        this.#rows = Math.ceil(this.#rows / 2)
      }
    } catch (error) {
      // stopped in the middle of a look: the training then ends as stopped, with the weights of its last step
      if (!stop()) throw error
    }
    this.#lookedAt = now()
    this.#pause = Math.max(request.snapshotEvery, (this.#lookedAt - began) / LOOKING)
  }

  /** The same rows at every look, so that what changes is the network and not the batch. */
  async #run(): Promise<void> {
    const { inspection, chosen, request, show, now, on, stop } = this.#of
    const batch = this.#rows
    const feeds = this.#feeder.gather(Uint32Array.from({ length: batch }, (_, i) => i))
    on({
      type: 'snapshot',
      run: await show(inspection, chosen, request.revision, { batch, open: true, feeds }, stop, now())
    })
  }
}
