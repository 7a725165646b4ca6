/**
 * Double precision at the speed of compiled kernels, for what takes hundreds of walks through a small graph: Hessians
 * and Jacobians. The kernels are those of the float32 executors, on arrays of doubles.
 */
import { DIRECTION } from '../compile/jacobian.ts'
import { type Plan, type Slot, type Step, type Written, writtenBy } from '../compile/plan.ts'
import { kernelOf } from '../runtime/array-kernels.ts'
import type { Executor, Program, Stop } from '../runtime/executor.ts'
import { gemm } from '../runtime/gemm.ts'
import { ReferenceExecutor } from '../runtime/reference.ts'
import { sizeOf } from '../shape.ts'

/** Kernels are typed for float32; they do nothing that doubles do not do too. */
type Kernel = (out: Float64Array, inputs: readonly Float64Array[], also: readonly Float64Array[]) => void
const compiled = (step: Step): Kernel => kernelOf(step, gemm) as unknown as Kernel

const NONE = new Float64Array(0)

/** As much of an executor as derivatives need. */
export type Doubles = Pick<Executor, 'load' | 'setVariable' | 'getVariable'>

/** A step with its places among the buffers; -1 for an operand that is a number. */
interface Placed {
  readonly kernel: Kernel
  readonly operands: readonly number[]
  readonly output: number
  readonly also: readonly number[]
  /** Whether a direction reaches it: the others compute the same in each walk. */
  readonly moves: boolean
}

class DoubleExecutor implements Doubles {
  readonly #variables = new Map<string, Float64Array>()
  #version = 0

  async load(plan: Plan): Promise<Program> {
    if (plan.updates.size > 0) throw new Error('derivatives update nothing')
    const buffers = plan.slots.map((slot): Float64Array => {
      if (slot.role === 'variable' || slot.role === 'next') return NONE
      const array = new Float64Array(slot.size)
      if (slot.role === 'constant')
        array.set(slot.values.length === 1 ? array.map(() => slot.values[0] as number) : slot.values)
      return array
    })
    const { steps, end } = place(plan, buffers)
    const still = plan.slots.flatMap((slot) => (slot.role === 'feed' && !isDirection(slot) ? slot.name : []))
    let seen: { readonly version: number; readonly feeds: readonly unknown[] } | null = null
    return {
      plan,
      run: async (feeds, stop?: Stop) => {
        const given = still.map((name) => feeds[name])
        const same = seen?.version === this.#version && given.every((feed, i) => feed === seen?.feeds[i])
        seen = null
        for (const [i, slot] of plan.slots.entries()) {
          if (slot.role === 'feed' && !(same && !isDirection(slot)))
            buffers[i]?.set(feeds[slot.name] ?? fail(slot.name))
          if (slot.role === 'variable') buffers[i] = this.#variable(slot.name)
        }
        const at = (i: number): Float64Array => (i < 0 ? NONE : (buffers[i] as Float64Array))
        for (const { kernel, operands, output, also, moves } of steps) {
          if (same && !moves) continue
          if (stop?.()) return false
          kernel(at(output), operands.map(at), also.map(at))
        }
        seen = { version: this.#version, feeds: given }
        return true
      },
      read: async (id) => {
        const found = plan.results.get(id)
        if (!found) throw new Error(`%${id} is no result of this plan`)
        if ('number' in found) return Float64Array.of(found.number)
        return (buffers[end[found.slot] as number] as Float64Array).slice(0, sizeOf(found.shape))
      },
      dispose: () => undefined
    }
  }

  #variable(name: string): Float64Array {
    return this.#variables.get(name) ?? fail(name)
  }

  async setVariable(name: string, values: ArrayLike<number>): Promise<void> {
    this.#variables.set(name, Float64Array.from(values))
    this.#version++
  }

  async getVariable(name: string): Promise<Float64Array> {
    return this.#variable(name).slice()
  }
}

const isDirection = (slot: Slot): boolean => slot.role === 'feed' && slot.name.startsWith(DIRECTION)

/**
 * The steps with their places. Those that no direction reaches write to memory of their own, which no other step uses:
 * what they compute stays from walk to walk. `end` says where each slot is after the last step.
 */
function place(
  plan: Plan,
  buffers: Float64Array[]
): { readonly steps: readonly Placed[]; readonly end: readonly number[] } {
  const now = plan.slots.map((_, i) => i)
  const moving = plan.slots.map(isDirection)
  const steps = plan.steps.map((step): Placed => {
    const operands = step.operands.map((operand) => ('number' in operand ? -1 : (now[operand.slot] as number)))
    const moves = operands.some((i) => moving[i])
    const put = ({ slot, shape }: Written): number => {
      const at = moves ? slot : buffers.push(new Float64Array(sizeOf(shape))) - 1
      now[slot] = at
      moving[at] = moves
      return at
    }
    const written = writtenBy(step).map(put)
    return { kernel: compiled(step), operands, output: written.at(-1) as number, also: written.slice(0, -1), moves }
  })
  return { steps, end: now }
}

const fail = (name: string): never => {
  throw new Error(`${name} has no numbers`)
}

/** Kernel texts that are exact to a float32 only. */
const COARSE: ReadonlySet<string> = new Set(['Erf', 'Gelu'])

/** For a graph of these operators: the reference where a kernel is not exact enough. */
export const doubleExecutor = (operators: Iterable<string>): Doubles =>
  [...operators].some((op) => COARSE.has(op)) ? new ReferenceExecutor() : new DoubleExecutor()
