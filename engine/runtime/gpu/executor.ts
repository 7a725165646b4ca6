/** Walks a plan on a device: weights and optimizer state stay there, temporaries share slots, reads are explicit. */
import type { Plan, Slot } from '../../compile/plan.ts'
import { fail } from '../../problem.ts'
import { showShape, sizeOf } from '../../shape.ts'
import type { Numbers } from '../../tensor.ts'
import type { Executor, Program, Stop } from '../executor.ts'
import { PiecedVariables, readWhole } from '../pieces.ts'
import { callsOf, MOST_INPUTS } from './calls.ts'
import type { Device, Kernel, KernelSource, Memory } from './device.ts'
import type { CallSource, Place } from './text.ts'
import { timeSteps } from './timing.ts'

interface Variable {
  readonly size: number
  current: Memory
  next: Memory | null
}

interface Cached {
  readonly kernel: Promise<Kernel>
  users: number
}

/** One kernel call of a step: which slots it reads and writes. */
interface Call {
  readonly step: number
  readonly kernel: Kernel
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** Compiled kernels that no program uses, kept for the next one. */
const IDLE_KERNELS = 64

const BACKEND = { webgl2: 'WebGL2', webgpu: 'WebGPU' } as const

export class GpuExecutor implements Executor {
  /** WebGPU binds eight buffers: six operands, one in reserve for what a later version fuses, and the output. */
  readonly maxOperands = 6
  readonly maxOutputs = 1
  readonly device: string
  readonly #device: Device
  readonly #variables = new Map<string, Variable>()
  readonly #pieced = new PiecedVariables(this)
  readonly #kernels = new Map<string, Cached>()
  readonly #programs = new Set<{ dispose(): void }>()

  constructor(device: Device) {
    this.#device = device
    this.device = device.name
  }

  /** A device made of software lies in the same memory: gathering there costs more than sending the rows. */
  get dataLimit(): number | undefined {
    return this.#device.serial ? undefined : this.#device.limit
  }

  get mostNumbers(): number {
    return this.#device.limit
  }

  /** Each thread goes over its whole row by itself: all at the same time, but one by one on a device made of software. */
  get longestRow(): number {
    return this.#device.serial ? 0 : 32
  }

  /** Textures or buffers, and kernels, that are held now. */
  get held(): Device['held'] {
    return this.#device.held
  }

  async load(plan: Plan): Promise<Program> {
    this.check(plan)
    await this.#pieced.cut(plan.pieces)
    const device = this.#device
    const memory: (Memory | null)[] = plan.slots.map(() => null)
    const used: string[] = []
    // behind the slots, shared by all steps that want the same
    const scratch = new Map<string, number>()
    const release = (): void => {
      for (const [at, own] of memory.entries()) {
        const role = plan.slots[at]?.role
        if (own && role !== 'variable' && role !== 'next') device.release(own)
      }
      memory.length = 0
      for (const key of used.splice(0)) this.#letGo(key)
    }
    const calls: Call[] = []
    try {
      for (const [at, slot] of plan.slots.entries()) memory[at] = this.#place(slot)
      const sources = plan.steps.flatMap((step, at) =>
        sizeOf(step.shape) === 0 ? [] : callsOf(step, device).map((source) => ({ source, at }))
      )
      // All at once: a device compiles one while the next is translated.
      const made = await Promise.allSettled(
        sources.map(({ source, at }) => this.#call(at, source, memory, scratch, used))
      )
      for (const one of made) {
        if (one.status === 'rejected') throw one.reason
        calls.push(one.value)
      }
      device.check()
    } catch (error) {
      release()
      throw error
    }
    type Feeds = Readonly<Record<string, ArrayLike<number>>>
    const bind = (feeds: Feeds): void => {
      for (const [at, slot] of plan.slots.entries()) {
        if (slot.role === 'feed') this.#feed(memory[at] as Memory, slot, feeds[slot.name])
        if (slot.role === 'variable' || slot.role === 'next') memory[at] = this.#place(slot)
      }
    }
    const at = (n: number): Memory => memory[n] as Memory
    const start = ({ kernel, inputs, outputs }: Call): void => kernel.run(outputs.map(at), inputs.map(at))
    const program = {
      plan,
      run: async (feeds: Feeds, stop?: Stop): Promise<boolean> => {
        bind(feeds)
        for (const call of calls) {
          if (stop?.()) return false
          start(call)
        }
        device.submit()
        device.check()
        for (const name of plan.updates.keys()) {
          const variable = this.#variable(name)
          const { current } = variable
          variable.current = variable.next as Memory
          variable.next = current
        }
        return true
      },
      read: (id: number): Promise<Numbers> =>
        readWhole(plan, id, async (one) => {
          const at = plan.results.get(one)
          if (!at) throw new Error(`%${one} is no result of this plan`)
          if ('number' in at) return Float32Array.of(at.number)
          return this.#download(memory[at.slot] as Memory, (plan.slots[at.slot] as Slot).size)
        }),
      time: async (feeds: Feeds, milliseconds: number, stop: Stop): Promise<readonly number[] | null> => {
        bind(feeds)
        const byStep = Map.groupBy(calls, ({ step }) => step)
        const steps = plan.steps.map((_, step) => () => byStep.get(step)?.forEach(start))
        return timeSteps(device, steps, milliseconds, stop)
      },
      dispose: (): void => {
        release()
        this.#programs.delete(program)
      }
    }
    this.#programs.add(program)
    return program
  }

  async setVariable(name: string, values: ArrayLike<number>): Promise<void> {
    if (values.length > this.#device.limit) return this.#pieced.set(name, values)
    await this.#pieced.drop(name)
    const known = this.#variables.get(name)
    const length = Math.max(1, values.length)
    if (known && known.size !== values.length) this.#forget(name)
    const variable = this.#variables.get(name) ?? {
      size: values.length,
      current: this.#device.allocate(length),
      next: null
    }
    this.#variables.set(name, variable)
    if (values.length > 0) this.#device.upload(variable.current, values)
  }

  async getVariable(name: string): Promise<Numbers> {
    if (this.#pieced.has(name)) return this.#pieced.get(name)
    const { current, size } = this.#variable(name)
    return this.#download(current, size)
  }

  async dispose(): Promise<void> {
    for (const program of [...this.#programs]) program.dispose()
    for (const name of [...this.#variables.keys()]) this.#forget(name)
    for (const { kernel } of this.#kernels.values()) (await kernel).destroy()
    this.#kernels.clear()
    await this.#device.dispose()
  }

  #variable(name: string): Variable {
    const variable = this.#variables.get(name)
    if (!variable) throw new Error(`variable ${name} has no numbers`)
    return variable
  }

  #forget(name: string): void {
    const { current, next } = this.#variable(name)
    this.#device.release(current)
    if (next) this.#device.release(next)
    this.#variables.delete(name)
  }

  /** A tensor without elements still has a place on the device: no kernel writes it. */
  #place(slot: Slot): Memory {
    const length = Math.max(1, slot.size)
    if (slot.role === 'variable') return this.#variable(slot.name).current
    if (slot.role === 'next') {
      const variable = this.#variable(slot.name)
      variable.next ??= this.#device.allocate(length)
      return variable.next
    }
    const memory = this.#device.allocate(length)
    if (slot.role === 'constant' && slot.size > 0) {
      const { values } = slot
      this.#device.upload(
        memory,
        values.length === 1 ? new Float32Array(length).fill(values[0] as number) : Float32Array.from(values)
      )
    }
    return memory
  }

  #feed(memory: Memory, slot: Slot & { role: 'feed' }, values: ArrayLike<number> | undefined): void {
    if (!values) throw new Error(`input ${slot.name} is not fed`)
    if (values.length !== slot.size)
      throw new Error(`input ${slot.name} takes ${slot.size} numbers, not ${values.length}`)
    if (slot.size > 0) this.#device.upload(memory, values)
  }

  async #call(
    step: number,
    source: CallSource,
    memory: (Memory | null)[],
    scratch: Map<string, number>,
    used: string[]
  ): Promise<Call> {
    if (source.inputs.length > MOST_INPUTS) this.#refuse('a kernel', `${source.inputs.length} inputs`, MOST_INPUTS)
    const place = (p: Place): number => {
      if ('slot' in p) return p.slot
      const key = `${p.scratch} ${p.count}`
      const known = scratch.get(key)
      if (known !== undefined) return known
      const at = memory.push(this.#device.allocate(p.count, p.wide)) - 1
      scratch.set(key, at)
      return at
    }
    const [inputs, outputs] = [source.inputs.map(place), source.outputs.map(place)]
    const at = (n: number): Memory => memory[n] as Memory
    return { step, kernel: await this.#kernel(source, outputs.map(at), inputs.map(at), used), inputs, outputs }
  }

  /** From the cache, by text and sizes; sizes are part of what gpu.js compiles. */
  #kernel(
    source: KernelSource,
    outputs: readonly Memory[],
    inputs: readonly Memory[],
    used: string[]
  ): Promise<Kernel> {
    const key = [
      source.threads,
      ...inputs.map((m) => `${m.count}${m.wide ? 'w' : ''}`),
      source.own?.wgsl ?? source.text
    ].join('|')
    const known = this.#kernels.get(key)
    const cached = known ?? { kernel: this.#device.compile(source, outputs, inputs), users: 0 }
    if (!known) cached.kernel.catch(() => this.#kernels.delete(key))
    // last in the map is last used
    this.#kernels.delete(key)
    this.#kernels.set(key, cached)
    cached.users++
    used.push(key)
    return cached.kernel
  }

  #letGo(key: string): void {
    const cached = this.#kernels.get(key)
    if (cached) cached.users--
    const idle = [...this.#kernels].filter(([, k]) => k.users === 0)
    for (const [old, { kernel }] of idle.slice(0, Math.max(0, idle.length - IDLE_KERNELS))) {
      this.#kernels.delete(old)
      void kernel.then((k) => k.destroy()).catch(() => {})
    }
  }

  async #download(memory: Memory, size: number): Promise<Float32Array> {
    return size === 0 ? new Float32Array(0) : this.#device.download(memory)
  }

  /** @throws ProblemError run.backendLimit where a tensor is larger than the device takes */
  check(plan: Plan): void {
    const { limit } = this.#device
    for (const { shape, nodes } of plan.steps)
      if (sizeOf(shape) > limit)
        this.#refuse(`a tensor of shape ${showShape(shape)} (${nodes.at(-1)?.op})`, sizeOf(shape))
    for (const slot of plan.slots)
      if (slot.size > limit) this.#refuse('name' in slot ? `"${slot.name}"` : 'a constant', slot.size)
  }

  #refuse(what: string, size: number | string, limit = this.#device.limit): never {
    return fail('run.backendLimit', {
      backend: BACKEND[this.#device.mode],
      what,
      size: typeof size === 'number' ? `${size} elements` : size,
      limit: String(limit)
    })
  }
}
