/**
 * Double precision at the speed of compiled kernels, for what takes hundreds of walks through a small graph: Hessians
 * and Jacobians. The kernels are those of the float32 executors, on arrays of doubles.
 */
import type { Operand, Plan, Step } from '../compile/plan.ts'
import { kernelOf, plainKernels } from '../runtime/array-kernels.ts'
import type { Executor, Program, Stop } from '../runtime/executor.ts'
import { gemm } from '../runtime/gemm.ts'
import { ReferenceExecutor } from '../runtime/reference.ts'

/** Kernels are typed for float32; they do nothing that doubles do not do too. */
type Kernel = (out: Float64Array, inputs: readonly Float64Array[], also: readonly Float64Array[]) => void
const compiled = (step: Step): Kernel => kernelOf(step, plainKernels(gemm)) as unknown as Kernel

const NONE = new Float64Array(0)

/** As much of an executor as derivatives need. */
export type Doubles = Pick<Executor, 'load' | 'setVariable' | 'getVariable'>

class DoubleExecutor implements Doubles {
  readonly #variables = new Map<string, Float64Array>()

  async load(plan: Plan): Promise<Program> {
    if (plan.updates.size > 0) throw new Error('derivatives update nothing')
    const kernels = plan.steps.map(compiled)
    const own = plan.slots.map((slot) => {
      if (slot.role === 'variable' || slot.role === 'next') return NONE
      const array = new Float64Array(slot.size)
      if (slot.role === 'constant')
        array.set(slot.values.length === 1 ? array.map(() => slot.values[0] as number) : slot.values)
      return array
    })
    let arrays: readonly Float64Array[] = own
    const at = (operand: Operand): Float64Array => ('number' in operand ? NONE : (arrays[operand.slot] as Float64Array))
    return {
      plan,
      run: async (feeds, stop?: Stop) => {
        arrays = plan.slots.map((slot, i) =>
          slot.role === 'variable' ? this.#variable(slot.name) : (own[i] as Float64Array)
        )
        for (const [i, slot] of plan.slots.entries()) {
          if (slot.role === 'feed') arrays[i]?.set(feeds[slot.name] ?? fail(slot.name))
        }
        for (const [i, step] of plan.steps.entries()) {
          if (stop?.()) return false
          const also = step.kind === 'elementwise' ? step.also.map((one) => arrays[one.slot] as Float64Array) : []
          kernels[i]?.(arrays[step.output] as Float64Array, step.operands.map(at), also)
        }
        return true
      },
      read: async (id) => {
        const found = plan.results.get(id)
        if (!found) throw new Error(`%${id} is no result of this plan`)
        return 'number' in found ? Float64Array.of(found.number) : at(found).slice()
      },
      dispose: () => undefined
    }
  }

  #variable(name: string): Float64Array {
    return this.#variables.get(name) ?? fail(name)
  }

  async setVariable(name: string, values: ArrayLike<number>): Promise<void> {
    this.#variables.set(name, Float64Array.from(values))
  }

  async getVariable(name: string): Promise<Float64Array> {
    return this.#variable(name).slice()
  }
}

const fail = (name: string): never => {
  throw new Error(`${name} has no numbers`)
}

/** Kernel texts that are exact to a float32 only. */
const COARSE: ReadonlySet<string> = new Set(['Erf', 'Gelu'])

/** For a graph of these operators: the reference where a kernel is not exact enough. */
export const doubleExecutor = (operators: Iterable<string>): Doubles =>
  [...operators].some((op) => COARSE.has(op)) ? new ReferenceExecutor() : new DoubleExecutor()
