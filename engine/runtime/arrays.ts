/** Walks plans over float32 arrays, wherever those live: plain JavaScript memory, or that of a WebAssembly module. */
import { memoryNeeded, type Plan, type Slot, type Step, writtenBy } from '../compile/plan.ts'
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

/** Computes a step, or several, where its slots are now. */
export type Run = (regions: readonly Region[]) => void

/** One step or several. */
export interface Stage {
  /** Number of the first of them. */
  readonly from: number
  readonly run: Run
}

export interface Compiled {
  /** One for each step of the plan. */
  readonly steps: readonly Run[]
  /** The same, small steps together. */
  readonly stages?: readonly Stage[]
  dispose(): void
}

export interface Arithmetic {
  readonly device: string
  /** Most outputs of one kernel. */
  readonly maxOutputs: number
  /** Fewest columns of rows that are worth a kernel of their own. */
  readonly shortestRow: number
  readonly memory: ArrayMemory
  /** @param own where each slot is, as long as the program lives; null for those of variables, which change places */
  compile(plan: Plan, own: readonly (Region | null)[]): Compiled
  dispose(): void
}

/** A kernel at work on the arrays of a step's slots. */
export function runOf(step: Step, kernel: Kernel): Run {
  const also = writtenBy(step).slice(0, -1)
  const array = (regions: readonly Region[], slot: number): Float32Array => (regions[slot] as Region).array
  return (regions) =>
    kernel(
      array(regions, step.output),
      step.operands.map((o) => ('number' in o ? EMPTY : array(regions, o.slot))),
      also.map((o) => array(regions, o.slot))
    )
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
  /** What a row leaves in the nearest cache while the kernel goes over it again. */
  readonly longestRow = 1024
  readonly shortestRow: number
  readonly inPlace = true
  readonly #memory: ArrayMemory
  readonly #arithmetic: Arithmetic
  readonly #variables = new Map<string, Variable>()
  /** Another one with each variable that is made. */
  #version = 0

  constructor(arithmetic: Arithmetic) {
    this.device = arithmetic.device
    this.maxOutputs = arithmetic.maxOutputs
    this.shortestRow = arithmetic.shortestRow
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
      for (const [at, region] of own.entries()) if (region && !ofVariable(plan.slots[at])) this.#memory.free(region)
      own.length = 0
    }
    let compiled: Compiled
    try {
      for (const slot of plan.slots) own.push(this.#allocate(slot))
      compiled = this.#arithmetic.compile(plan, own)
    } catch (error) {
      // what was taken until then would never come back
      release()
      throw error
    }
    const single = compiled.steps.map((run, from) => ({ from, run }))
    const { stages = single, dispose } = compiled
    const fed = plan.slots.flatMap((slot, at) => (slot.role === 'feed' ? { name: slot.name, at } : []))
    /** Where each slot was in the last run: a variable's region changes with each update. */
    const regions = own as Region[]
    const bind = this.#binding(plan)
    let ran = false
    return {
      plan,
      run: async (feeds, stop?: Stop, apart = false) => {
        bind.take(regions)
        ran = true
        for (const { name, at } of fed) fillFeed((regions[at] as Region).array, name, feeds[name])
        for (const { from, run } of apart ? single : stages) {
          if (stop?.() && from <= plan.commit) return false
          run(regions)
        }
        bind.update()
        return true
      },
      read: async (id) => {
        const at = plan.results.get(id)
        if (!at) throw new Error(`%${id} is no result of this plan`)
        if ('number' in at) return Float32Array.of(at.number)
        if (!ran) throw new Error('nothing was run yet')
        return (regions[at.slot] as Region).array.slice()
      },
      dispose: () => {
        release()
        dispose()
      }
    }
  }

  /** The variables of a plan, looked up again only where one of the executor's was made anew. */
  #binding(plan: Plan): { take(regions: Region[]): void; update(): void } {
    const slots = plan.slots.flatMap((slot, at) =>
      slot.role === 'variable' || slot.role === 'next' ? { at, name: slot.name, next: slot.role === 'next', slot } : []
    )
    let [version, variables, updated] = [-1, [] as Variable[], [] as Variable[]]
    return {
      take: (regions) => {
        if (version !== this.#version) {
          variables = slots.map(({ name }) => this.#variable(name))
          updated = variables.filter((_, i) => slots[i]?.next)
          version = this.#version
        }
        for (const [i, { at, next, slot }] of slots.entries()) {
          const variable = variables[i] as Variable
          if (next) variable.next ??= this.#memory.allocate(slot.size)
          regions[at] = (next ? variable.next : variable.current) as Region
        }
      },
      update: () => {
        for (const variable of updated) {
          const { current, next } = variable
          variable.current = next as Region
          variable.next = current
        }
      }
    }
  }

  #allocate(slot: Slot): Region | null {
    if (ofVariable(slot)) return null
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
    this.#version++
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

const ofVariable = (slot: Slot | undefined): boolean => slot?.role === 'variable' || slot?.role === 'next'

function fillFeed(memory: Float32Array, name: string, values: ArrayLike<number> | undefined): void {
  if (!values) throw new Error(`input ${name} is not fed`)
  if (values.length !== memory.length)
    throw new Error(`input ${name} takes ${memory.length} numbers, not ${values.length}`)
  memory.set(values)
}
