/** The order in which training reads rows. */
import { fail } from '../problem.ts'
import { Random } from '../random.ts'
import { type Table, TableView } from './table.ts'

export interface BatchOptions {
  /** A new order in each epoch; else rows come as they stand. */
  readonly shuffle: boolean
  readonly seed: number
  /** Leaves out a last batch that is not full. Default false. */
  readonly dropLast?: boolean
}

/** Cuts the rows of each epoch into batches. The order of an epoch depends on seed and epoch alone, so that training
 * can be resumed at any epoch. */
export class Batches {
  readonly rows: number
  readonly batchSize: number
  /** Batches in one epoch. */
  readonly count: number
  readonly #shuffle: boolean
  readonly #random: Random

  /** @throws ProblemError data.batchSize unless batchSize is a whole number of at least 1. */
  constructor(rows: number, batchSize: number, options: BatchOptions) {
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) fail('data.batchSize', { found: batchSize })
    this.rows = rows
    this.batchSize = batchSize
    this.count = options.dropLast ? Math.floor(rows / batchSize) : Math.ceil(rows / batchSize)
    this.#shuffle = options.shuffle
    this.#random = new Random(options.seed).fork('batches')
  }

  /** Row indices of each batch of epoch `epoch`, counted from any number as long as one counts alike. */
  epoch(epoch: number): Uint32Array[] {
    const order = this.#shuffle
      ? this.#random.fork(`epoch ${epoch}`).permutation(this.rows)
      : Uint32Array.from({ length: this.rows }, (_, i) => i)
    return Array.from({ length: this.count }, (_, b) => order.subarray(b * this.batchSize, (b + 1) * this.batchSize))
  }
}

/**
 * Keeps a share of the rows back, chosen at random by `seed`; both parts keep the order of the table.
 * `validation` has round(share · rows) rows and is null for a share of 0.
 * @param validationSplit share in [0, 1).
 * @throws ProblemError data.split for another share, or one that leaves either part without a row.
 */
export function split(table: Table, validationSplit: number, seed: number): { train: Table; validation: Table | null } {
  if (validationSplit === 0) return { train: table, validation: null }
  const kept = Math.round(validationSplit * table.rows)
  if (!(validationSplit > 0 && validationSplit < 1) || kept < 1 || kept >= table.rows) {
    fail('data.split', { share: validationSplit, rows: table.rows })
  }
  const order = new Random(seed).fork('validation').permutation(table.rows)
  return {
    train: new TableView(table, order.subarray(kept).sort()),
    validation: new TableView(table, order.subarray(0, kept).sort())
  }
}
