/** Programs of one graph on one executor: one per batch size. */
import type { Compiled } from '../compile/compile.ts'
import type { Executor, Program } from '../runtime/executor.ts'
import { refusalOf } from './steps.ts'

export interface Loaded {
  readonly compiled: Compiled
  readonly program: Program
}

export class Programs {
  readonly #executor: Executor
  readonly #make: (batch: number) => Compiled
  readonly #loaded = new Map<number, Loaded>()

  constructor(executor: Executor, make: (batch: number) => Compiled) {
    this.#executor = executor
    this.#make = make
  }

  async get(batch: number): Promise<Loaded> {
    const known = this.#loaded.get(batch)
    if (known) return known
    const compiled = this.#make(batch)
    const loaded = { compiled, program: await this.#executor.load(compiled.plan) }
    this.#loaded.set(batch, loaded)
    return loaded
  }

  /** Loads the program of this batch, or of the largest that fits: half of it, a quarter, … */
  async fit(batch: number): Promise<number> {
    const refusal = await refusalOf(() => this.get(batch))
    for (let rows = batch; refusal && rows > 1; ) {
      rows = Math.ceil(rows / 2)
      if (!(await refusalOf(() => this.get(rows)))) return rows
    }
    if (refusal) throw refusal
    return batch
  }

  dispose(): void {
    for (const { program } of this.#loaded.values()) program.dispose()
    this.#loaded.clear()
  }
}
