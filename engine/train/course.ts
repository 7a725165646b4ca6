/** Which rows each step of a training reads: the same ones whenever it is asked, so that a step can be looked at again. */
import { Batches, split } from '../data/batches.ts'
import type { DataSet } from '../data/dataset.ts'
import type { Table } from '../data/table.ts'
import type { TrainingSettings } from '../document/types.ts'
import { fail } from '../problem.ts'
import { rowsOf, tablesOf } from './feeds.ts'

export class Course {
  /** What is learned from, and what is held back to validate with, by data set. */
  readonly tables: ReadonlyMap<string, Table>
  readonly held: ReadonlyMap<string, Table>
  /** Rows that are learned from in an epoch. */
  readonly rows: number
  readonly stepsPerEpoch: number
  readonly steps: number
  readonly #batches: Batches
  #last: { readonly epoch: number; readonly batches: readonly Uint32Array[] } | null = null

  /** @throws ProblemError where there are no data, or sets of different lengths */
  constructor(settings: TrainingSettings, sets: ReadonlyMap<string, DataSet>) {
    if (sets.size === 0) fail('train.noData')
    const { batchSize, epochs, shuffle, seed, validationSplit } = settings
    const all = tablesOf(sets, 'train')
    rowsOf(all)
    const parts = new Map([...all].map(([id, table]) => [id, split(table, validationSplit, seed)]))
    this.tables = new Map([...parts].map(([id, part]) => [id, part.train]))
    this.held = new Map([...parts].flatMap(([id, part]) => (part.validation ? [[id, part.validation] as const] : [])))
    this.rows = rowsOf(this.tables) as number
    this.#batches = new Batches(this.rows, Math.min(batchSize, this.rows), { shuffle, seed })
    this.stepsPerEpoch = this.#batches.count
    this.steps = this.stepsPerEpoch * epochs
  }

  /** Steps and epochs count from 1. */
  epochOf(step: number): number {
    return Math.ceil(step / this.stepsPerEpoch)
  }

  isFirstOfEpoch(step: number): boolean {
    return (step - 1) % this.stepsPerEpoch === 0
  }

  /** Numbers of the rows that a step reads. */
  rowsAt(step: number): Uint32Array {
    const epoch = this.epochOf(step)
    if (this.#last?.epoch !== epoch) this.#last = { epoch, batches: this.#batches.epoch(epoch - 1) }
    return this.#last.batches[(step - 1) % this.stepsPerEpoch] as Uint32Array
  }
}
