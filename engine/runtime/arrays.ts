/** Walks plans over float32 arrays, wherever those live: plain JavaScript memory, or that of a WebAssembly module. */
import { memoryNeeded, type Plan, type Slot } from '../compile/plan.ts'
import { fail } from '../problem.ts'
import type { Kernel } from './array-kernels.ts'
import type { Executor, Program, Stop } from './executor.ts'

/** A piece of memory. Its array may change from run to run (memory that grows moves), never during one. */
export interface Region {
  readonly array: Float32Array
}

export interface ArrayMemory {
  allocate(size: number): Region
  free(region: Region): void
}

export interface Arithmetic {
  readonly device: string
  /** Most outputs of one elementwise kernel. */
  readonly maxOutputs: number
  readonly memory: ArrayMemory
  /** One kernel per step of the plan, until they are disposed of. */
  compile(plan: Plan): { readonly kernels: readonly Kernel[]; dispose(): void }
  dispose(): void
}

/** What one plan may take: more would make the whole machine swap. A 32-bit WebAssembly memory ends there too. */
const MOST_BYTES = 4 * 2 ** 30

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`

interface Variable {
  current: Region
  next: Region | null
}

export class ArrayExecutor implements Executor {
  readonly device: string
  readonly maxOperands = 12
  readonly maxOutputs: number
  readonly inTurn = true
  readonly looseSlots = true
  readonly #memory: ArrayMemory
  readonly #arithmetic: Arithmetic
  readonly #variables = new Map<string, Variable>()

  constructor(arithmetic: Arithmetic) {
    this.device = arithmetic.device
    this.maxOutputs = arithmetic.maxOutputs
    this.#memory = arithmetic.memory
    this.#arithmetic = arithmetic
  }

  check(plan: Plan): void {
    const needed = memoryNeeded(plan)
    if (needed > MOST_BYTES) fail('run.outOfMemory', { needed: gigabytes(needed), available: gigabytes(MOST_BYTES) })
  }

  async load(plan: Plan): Promise<Program> {
    this.check(plan)
    const own: (Region | null)[] = []
    const release = (): void => {
      for (const region of own) if (region) this.#memory.free(region)
      own.length = 0
    }
    let compiled: ReturnType<Arithmetic['compile']>
    try {
      for (const slot of plan.slots) own.push(this.#allocate(slot))
      compiled = this.#arithmetic.compile(plan)
    } catch (error) {
      // what was taken until then would never come back
      release()
      throw error
    }
    const { kernels, dispose } = compiled
    /** Where each slot was in the last run: a variable's region changes with each update. */
    let regions: readonly Region[] = []
    const bind = (slot: Slot, at: number): Region => {
      if (slot.role !== 'variable' && slot.role !== 'next') return own[at] as Region
      const variable = this.#variable(slot.name)
      if (slot.role === 'variable') return variable.current
      variable.next ??= this.#memory.allocate(slot.size)
      return variable.next
    }
    return {
      plan,
      run: async (feeds, stop?: Stop) => {
        regions = plan.slots.map(bind)
        const arrays = regions.map((region) => region.array)
        for (const [at, slot] of plan.slots.entries()) {
          if (slot.role === 'feed') fillFeed(arrays[at] as Float32Array, slot.name, feeds[slot.name])
        }
        for (const [at, step] of plan.steps.entries()) {
          if (stop?.()) return false
          const operands = step.operands.map((o) => ('number' in o ? EMPTY : (arrays[o.slot] as Float32Array)))
          const kernel = kernels[at] as Kernel
          const also = step.kind === 'elementwise' ? step.also.map((o) => arrays[o.slot] as Float32Array) : []
          kernel(arrays[step.output] as Float32Array, operands, also)
        }
        for (const name of plan.updates.keys()) {
          const variable = this.#variable(name)
          const { current, next } = variable
          variable.current = next as Region
          variable.next = current
        }
        return true
      },
      read: async (id) => {
        const at = plan.results.get(id)
        if (!at) throw new Error(`%${id} is no result of this plan`)
        if ('number' in at) return Float32Array.of(at.number)
        const region = regions[at.slot]
        if (!region) throw new Error('nothing was run yet')
        return region.array.slice()
      },
      dispose: () => {
        release()
        dispose()
      }
    }
  }

  #allocate(slot: Slot): Region | null {
    if (slot.role === 'variable' || slot.role === 'next') return null
    const region = this.#memory.allocate(slot.size)
    if (slot.role === 'constant') {
      const { array } = region
      if (slot.values.length === 1) array.fill(slot.values[0] as number)
      else array.set(slot.values)
    }
    return region
  }

  #variable(name: string): Variable {
    const variable = this.#variables.get(name)
    if (!variable) throw new Error(`variable ${name} has no numbers`)
    return variable
  }

  async setVariable(name: string, values: ArrayLike<number>): Promise<void> {
    const known = this.#variables.get(name)
    if (known?.current.array.length === values.length) {
      known.current.array.set(values)
      return
    }
    if (known) this.#release(known)
    const current = this.#memory.allocate(values.length)
    current.array.set(values)
    this.#variables.set(name, { current, next: null })
  }

  #release({ current, next }: Variable): void {
    this.#memory.free(current)
    if (next) this.#memory.free(next)
  }

  async getVariable(name: string): Promise<Float32Array> {
    return this.#variable(name).current.array.slice()
  }

  async dispose(): Promise<void> {
    for (const variable of this.#variables.values()) this.#release(variable)
    this.#variables.clear()
    this.#arithmetic.dispose()
  }
}

const EMPTY = new Float32Array(0)

function fillFeed(memory: Float32Array, name: string, values: ArrayLike<number> | undefined): void {
  if (!values) throw new Error(`input ${name} is not fed`)
  if (values.length !== memory.length)
    throw new Error(`input ${name} takes ${memory.length} numbers, not ${values.length}`)
  memory.set(values)
}
