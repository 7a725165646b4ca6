/**
 * What a training leaves behind: parameters, optimizer state and sums as they were before steps that are spread evenly
 * over the run. From a sample every later step can be taken again, so nothing else is kept.
 *
 * Where the memory is full, or taking samples takes too much time, every second one is dropped and the distance doubles:
 * the first stays, and the spread.
 */
import type { Executor } from '../../runtime/executor.ts'
import { sizeOf } from '../../shape.ts'
import type { Numbers } from '../../tensor.ts'
import type { Variable } from '../../train/graph.ts'

/** Bytes of all samples. */
const BUDGET = 160 * 2 ** 20
/** More of them say nothing more on a curve as wide as a screen. */
const MOST = 240
/** Fewer than these show no course. */
const FEWEST = 3
/** A whole run takes at most so many times the samples that are kept: the rest are dropped as it goes on. */
const TAKEN_PER_KEPT = 4
/** Share of the training's time that copying may take, beyond some milliseconds. */
const SHARE = 0.015
const FREE = 20

export interface Sample {
  /** Counted from 1; the numbers are those before it. */
  readonly step: number
  readonly values: ReadonlyMap<string, Numbers>
}

export interface RecorderLimits {
  /** Bytes of all samples, and most of them. */
  readonly budget?: number
  readonly most?: number
}

export interface RecorderInput extends RecorderLimits {
  readonly variables: readonly Variable[]
  readonly steps: number
  readonly executor: Executor
  readonly now: () => number
}

export class Recorder {
  readonly #input: RecorderInput
  readonly #capacity: number
  readonly bytesPerSample: number
  #samples: Sample[] = []
  #stride: number
  #begun = 0
  readonly #since: number
  /** Milliseconds that copying took, or held up the device. */
  #spent = 0
  /** Of one copy: what it takes where nothing else held it up. */
  #quickest = Number.POSITIVE_INFINITY
  /** A sample on its way back from the device; the steps go on meanwhile. */
  #coming: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | null = null

  constructor(input: RecorderInput) {
    const { variables, steps, budget = BUDGET, most = MOST } = input
    this.#input = input
    this.#since = input.now()
    this.bytesPerSample = variables.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)
    // one in reserve for that which makes it too many
    const fit = Math.min(most, Math.floor(budget / Math.max(1, this.bytesPerSample))) - 1
    this.#capacity = fit >= FEWEST ? fit : 0
    this.#stride = Math.max(1, Math.floor(steps / (TAKEN_PER_KEPT * Math.max(1, this.#capacity))))
  }

  /** Ascending by step. Empty where a single sample takes too much memory. */
  get samples(): readonly Sample[] {
    return this.#samples
  }

  /** The last step that was begun. */
  get begun(): number {
    return this.#begun
  }

  /** Called before each step. Copies are asked for at once; only the copies before them are waited for. */
  before(step: number): Promise<void> | null {
    this.#begun = step
    if (this.#capacity === 0) return null
    while (this.#keeps(step) && step > 1 && step < this.#input.steps && this.#isCostly(step)) this.#widen()
    return this.#keeps(step) ? this.#take(step) : null
  }

  /** Waits for the last sample. @throws what reading it failed with */
  async finish(): Promise<void> {
    await this.#coming
    if (this.#failure) throw this.#failure.error
  }

  /** The first step is on the grid; the last one need not be. */
  #keeps(step: number): boolean {
    return (step - 1) % this.#stride === 0 || step === this.#input.steps
  }

  #add(sample: Sample): void {
    // while it was on its way the grid may have become wider
    if (this.#keeps(sample.step)) this.#samples.push(sample)
    if (this.#samples.length > this.#capacity) this.#widen()
  }

  #isCostly(step: number): boolean {
    const perStep = (this.#input.now() - this.#since - this.#spent) / (step - 1)
    return this.#spent > FREE && this.#quickest > SHARE * this.#stride * perStep
  }

  #widen(): void {
    this.#stride *= 2
    this.#samples = this.#samples.filter(({ step }) => this.#keeps(step))
  }

  async #take(step: number): Promise<void> {
    const { variables, executor, now } = this.#input
    const began = now()
    const names = variables.map((variable) => variable.name)
    // asked for now, before the next step is: a device copies them in this place of its queue
    const copies = Promise.all(names.map((name) => executor.getVariable(name)))
    // handled below; a failure must not be taken for nobody's while the sample before is waited for
    copies.catch(() => undefined)
    const took = now() - began
    this.#spent += took
    this.#quickest = Math.min(this.#quickest, took)
    await this.finish()
    this.#coming = copies.then(
      (numbers) => this.#add({ step, values: new Map(names.map((name, i) => [name, numbers[i] as Numbers])) }),
      (error) => {
        this.#failure = { error }
      }
    )
  }
}
