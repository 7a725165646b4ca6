/** The parameters between runs: what was initialised, trained or imported, by name. */
import type { TrainingRecord, WeightsFile, WeightTensor } from '../io/weights.ts'
import { type Problem, ProblemError, problem } from '../problem.ts'
import type { Executor } from '../runtime/executor.ts'
import { showShape } from '../shape.ts'
import type { Numbers } from '../tensor.ts'
import type { Variable } from '../train/graph.ts'
import { initialValues } from '../train/init.ts'
import type { EpochResult } from '../train/loop.ts'

interface Entry {
  /** Shape and initialiser: while they stay, so do the numbers. */
  readonly recipe: string
  /** Of numbers that nobody has trained or imported yet; null once somebody has. A new seed only redraws the former. */
  seed: number | null
  data: Numbers
}

export class Model {
  /** How the numbers were learned, as the weights file says it; null where nobody has trained them. */
  record: TrainingRecord | null = null
  readonly #entries = new Map<string, Entry>()
  /** Numbers that are looked at in the place of the model's own: a step of a training that is over. */
  #shown: ReadonlyMap<string, Numbers> | null = null
  /** What each executor holds, so that nothing is sent twice. */
  readonly #sent = new WeakMap<Executor, Map<string, Numbers>>()

  /** Makes what is not there yet, or would be drawn otherwise now. Learned numbers stay until `clear`. */
  prepare(variables: readonly Variable[], seed: number): void {
    for (const { name, shape, init } of variables) {
      const recipe = JSON.stringify([shape, init])
      const known = this.#entries.get(name)
      if (known?.recipe === recipe && (known.seed === null || known.seed === seed)) continue
      this.#entries.set(name, { recipe, seed, data: initialValues(name, shape, init, seed) })
    }
  }

  async send(executor: Executor, variables: readonly Variable[]): Promise<void> {
    const sent = this.#sent.get(executor) ?? new Map<string, Numbers>()
    this.#sent.set(executor, sent)
    for (const { name } of variables) {
      const data = this.#shown?.get(name) ?? this.#entry(name).data
      if (sent.get(name) === data) continue
      await executor.setVariable(name, data)
      sent.set(name, data)
    }
  }

  /** Takes back what an executor has learned. */
  async receive(executor: Executor, variables: readonly Variable[]): Promise<void> {
    const sent = this.#sent.get(executor)
    for (const { name } of variables) {
      const data = await executor.getVariable(name)
      Object.assign(this.#entry(name), { data, seed: null })
      sent?.set(name, data)
    }
  }

  /** Shows other numbers until null is shown; the model's own stay as they are. */
  show(values: ReadonlyMap<string, Numbers> | null): void {
    this.#shown = values
  }

  /** Whether numbers of the past are shown. */
  get showsOthers(): boolean {
    return this.#shown !== null
  }

  /** Makes the numbers that are shown its own. */
  keepShown(): void {
    for (const [name, entry] of this.#entries) {
      const data = this.#shown?.get(name)
      if (data) Object.assign(entry, { data, seed: null })
    }
    this.#shown = null
  }

  /** What an executor holds is not known any more: work on it broke off. */
  forget(executor: Executor): void {
    this.#sent.delete(executor)
  }

  tensors(variables: readonly Variable[]): WeightTensor[] {
    return variables.map(({ name, shape }) => ({ name, shape, data: Float32Array.from(this.#entry(name).data) }))
  }

  /** Replaces all parameters, or none. @throws ProblemError with every tensor that does not fit. */
  load(file: WeightsFile, variables: readonly Variable[]): void {
    const given = new Map(file.tensors.map((t) => [t.name, t]))
    const wanted = new Set(variables.map((variable) => variable.name))
    const problems: Problem[] = []
    for (const { name, shape } of variables) {
      const tensor = given.get(name)
      if (!tensor) problems.push(problem('weights.missing', { name }))
      else if (showShape(tensor.shape) !== showShape(shape)) {
        problems.push(problem('weights.shape', { name, found: showShape(tensor.shape), expected: showShape(shape) }))
      }
    }
    for (const name of given.keys()) if (!wanted.has(name)) problems.push(problem('weights.unknown', { name }))
    if (problems.length > 0) throw new ProblemError(problems)
    for (const { name } of variables) Object.assign(this.#entry(name), { data: given.get(name)?.data, seed: null })
    this.record = file.training
  }

  /** Adds a training to the record. */
  learned(epochs: readonly Pick<EpochResult, 'loss' | 'metrics'>[], steps: number): void {
    const [before, last] = [this.record, epochs.at(-1)]
    this.record = {
      epochs: (before?.epochs ?? 0) + epochs.length,
      steps: (before?.steps ?? 0) + steps,
      loss: last?.loss ?? before?.loss ?? null,
      metrics: last?.metrics ?? before?.metrics ?? {}
    }
  }

  clear(): void {
    this.#shown = null
    this.record = null
    this.#entries.clear()
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name)
    if (!entry) throw new Error(`parameter ${name} was never prepared`)
    return entry
  }
}
