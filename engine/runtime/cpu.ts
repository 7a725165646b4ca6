/**
 * Float32 on typed arrays, in plain JavaScript: runs everywhere and gives the same numbers everywhere.
 *
 * Each step becomes one function, compiled once from generated text (built from the operators' own kernel texts and
 * numbers, never from anything a user wrote).
 */
import type { ElementwiseStep, LoopStep, Plan, ProductStep, Slot, Step } from '../compile/plan.ts'
import { type StaticShape, sizeOf, stridesOf } from '../shape.ts'
import type { Executor, Program, Stop } from './executor.ts'
import { gemm, type MatrixView } from './gemm.ts'
import { type Body, broadcastIndex, type Dialect, elementwiseBody, loopBody, wrapLoops } from './kernel-text.ts'

type Kernel = (out: Float32Array, inputs: readonly Float32Array[]) => void

const dialect: Dialect = {
  read: (n, index) => `in${n}[${index}]`,
  div: (a, b) => `((${a}) / ${b} | 0)`,
  mod: (a, b) => `((${a}) % ${b})`,
  whole: (x) => `(${x} | 0)`,
  float: (x) => x,
  literal: (x) => (x < 0 || Object.is(x, -0) ? `(${x})` : String(x))
}

const compiled = new Map<string, Kernel>()

/** Loops over the output, writing elements in order. */
function compile(shape: StaticShape, inputs: number, index: readonly string[], body: Body): Kernel {
  const lines = [
    ...Array.from({ length: inputs }, (_, n) => `const in${n} = inputs[${n}];`),
    'let o = 0;',
    ...wrapLoops(index, shape, [...body.statements, `out[o++] = ${body.result};`])
  ]
  const text = lines.join('\n')
  const known = compiled.get(text)
  if (known) return known
  const kernel = new Function('out', 'inputs', text) as Kernel
  compiled.set(text, kernel)
  return kernel
}

const coordinates = (shape: StaticShape): string[] => shape.map((_, i) => `i${i}`)

function elementwiseKernel(step: ElementwiseStep): Kernel {
  const shapes = step.operands.map((o) => ('number' in o ? [] : o.shape))
  const size = sizeOf(step.shape)
  // Where every operand is whole or a single number, one flat loop serves all.
  const flat = shapes.every((s) => s.every((d) => d === 1) || sizeOf(s) === size)
  const shape = flat ? [size] : step.shape
  const index = coordinates(shape)
  const read = (n: number): string => {
    const s = shapes[n] as StaticShape
    return dialect.read(n, flat ? (sizeOf(s) === size ? 'i0' : '0') : broadcastIndex(s, index))
  }
  return compile(shape, shapes.length, index, elementwiseBody(step, read, dialect))
}

function loopKernel(step: LoopStep): Kernel {
  const index = coordinates(step.shape)
  return compile(step.shape, step.operands.length, index, loopBody(step, index, dialect))
}

/** All products of the leading axes, one matrix at a time; a shared right-hand matrix makes it one tall product. */
function productKernel(step: ProductStep): Kernel {
  const [a, b] = step.operands.map((o) => o.shape) as [StaticShape, StaticShape]
  const lead = step.shape.slice(0, -2)
  const { m, n, k, transA, transB } = step
  const rows = sizeOf(lead) * m
  const view = (data: Float32Array, offset: number, transposed: boolean, height: number, width: number): MatrixView =>
    transposed ? { data, offset, row: 1, column: height } : { data, offset, row: width, column: 1 }
  if (b.length === 2 && !transA && sizeOf(a.slice(0, -2)) === sizeOf(lead)) {
    return (out, [x, y]) =>
      gemm(rows, n, k, view(x as Float32Array, 0, false, rows, k), view(y as Float32Array, 0, transB, k, n), out, 0)
  }
  const batches = sizeOf(lead)
  const offsets = (shape: StaticShape, step2: number): number[] => {
    const own = shape.slice(0, -2)
    const strides = stridesOf(own)
    const shift = lead.length - own.length
    return Array.from({ length: batches }, (_, batch) => {
      const leadStrides = stridesOf(lead)
      return (
        step2 *
        own.reduce(
          (sum, d, i) =>
            sum + (d === 1 ? 0 : (Math.floor(batch / (leadStrides[i + shift] as number)) % d) * (strides[i] as number)),
          0
        )
      )
    })
  }
  const [atA, atB] = [offsets(a, m * k), offsets(b, k * n)]
  return (out, [x, y]) => {
    for (let i = 0; i < batches; i++) {
      gemm(
        m,
        n,
        k,
        view(x as Float32Array, atA[i] as number, transA, m, k),
        view(y as Float32Array, atB[i] as number, transB, k, n),
        out,
        i * m * n
      )
    }
  }
}

const kernelOf = (step: Step): Kernel =>
  step.kind === 'elementwise' ? elementwiseKernel(step) : step.kind === 'loop' ? loopKernel(step) : productKernel(step)

interface Variable {
  current: Float32Array
  next: Float32Array | null
}

export class CpuExecutor implements Executor {
  readonly device = 'Float32 typed arrays (JavaScript)'
  readonly maxOperands = 12
  readonly #variables = new Map<string, Variable>()

  async load(plan: Plan): Promise<Program> {
    const memory = plan.slots.map(allocate)
    const steps = plan.steps.map((step) => ({ step, kernel: kernelOf(step) }))
    const bind = (slot: Slot, at: number): Float32Array => {
      if (slot.role !== 'variable' && slot.role !== 'next') return memory[at] as Float32Array
      const variable = this.#variable(slot.name)
      if (slot.role === 'variable') return variable.current
      variable.next ??= new Float32Array(variable.current.length)
      return variable.next
    }
    return {
      plan,
      run: async (feeds, stop?: Stop) => {
        for (const [at, slot] of plan.slots.entries()) {
          if (slot.role === 'feed') fillFeed(memory[at] as Float32Array, slot.name, feeds[slot.name])
          if (slot.role === 'variable' || slot.role === 'next') memory[at] = bind(slot, at)
        }
        for (const { step, kernel } of steps) {
          if (stop?.()) return false
          kernel(
            memory[step.output] as Float32Array,
            step.operands.map((o) => ('number' in o ? EMPTY : (memory[o.slot] as Float32Array)))
          )
        }
        for (const name of plan.updates.keys()) {
          const variable = this.#variable(name)
          const { current } = variable
          variable.current = variable.next as Float32Array
          variable.next = current
        }
        return true
      },
      read: async (id) => {
        const at = plan.results.get(id)
        if (!at) throw new Error(`%${id} is no result of this plan`)
        return 'number' in at ? Float32Array.of(at.number) : (memory[at.slot] as Float32Array).slice()
      },
      dispose() {
        memory.length = 0
      }
    }
  }

  #variable(name: string): Variable {
    const variable = this.#variables.get(name)
    if (!variable) throw new Error(`variable ${name} has no numbers`)
    return variable
  }

  async setVariable(name: string, values: ArrayLike<number>): Promise<void> {
    this.#variables.set(name, { current: Float32Array.from(values), next: null })
  }

  async getVariable(name: string): Promise<Float32Array> {
    return this.#variable(name).current.slice()
  }

  async dispose(): Promise<void> {
    this.#variables.clear()
  }
}

const EMPTY = new Float32Array(0)

function allocate(slot: Slot): Float32Array {
  if (slot.role === 'variable' || slot.role === 'next') return EMPTY
  const data = new Float32Array(slot.size)
  if (slot.role === 'constant') slot.values.length === 1 ? data.fill(slot.values[0] as number) : data.set(slot.values)
  return data
}

function fillFeed(memory: Float32Array, name: string, values: ArrayLike<number> | undefined): void {
  if (!values) throw new Error(`input ${name} is not fed`)
  if (values.length !== memory.length)
    throw new Error(`input ${name} takes ${memory.length} numbers, not ${values.length}`)
  memory.set(values)
}
