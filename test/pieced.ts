/** The CPU as a device that takes no large tensor: it holds and computes those in pieces. */
import type { Plan } from '../engine/compile/plan.ts'
import { CpuExecutor } from '../engine/runtime/cpu.ts'
import type { Program } from '../engine/runtime/executor.ts'
import { PiecedVariables, readWhole } from '../engine/runtime/pieces.ts'

export class PiecedExecutor extends CpuExecutor {
  readonly mostNumbers: number
  readonly #pieced = new PiecedVariables(this)
  /** Sizes of all tensors of the plans that were loaded. */
  readonly sizes = new Set<number>()

  constructor(mostNumbers: number) {
    super()
    this.mostNumbers = mostNumbers
  }

  override async load(plan: Plan): Promise<Program> {
    for (const { size } of plan.slots) this.sizes.add(size)
    await this.#pieced.cut(plan.pieces)
    // what cannot be cut is refused by a device; this one takes it
    for (const { name } of plan.variables)
      if (this.#pieced.has(name)) await super.setVariable(name, await this.#pieced.get(name))
    const program = await super.load(plan)
    return { ...program, read: (id) => readWhole(plan, id, (one) => program.read(one)) }
  }

  override async setVariable(name: string, values: ArrayLike<number>): Promise<void> {
    if (values.length > this.mostNumbers) return this.#pieced.set(name, values)
    await this.#pieced.drop(name)
    await super.setVariable(name, values)
  }

  override async getVariable(name: string): Promise<Float32Array> {
    return this.#pieced.has(name) ? Float32Array.from(await this.#pieced.get(name)) : super.getVariable(name)
  }
}
