/** Elementwise steps of a plan as functions of one WebAssembly module, on the memory that the plan's tensors are in. */
import type { ElementwiseStep } from '../../compile/plan.ts'
import { opOf } from '../../ops/registry.ts'
import { sizeOf } from '../../shape.ts'
import type { Kernel } from '../array-kernels.ts'
import { encodeModule, type FunctionBody } from './emit/bytes.ts'
import { emitKernel, HOST_FUNCTIONS, turnsOf } from './emit/kernel.ts'
import { LaneBuilder, type Lanes } from './emit/lanes.ts'
import { nestOf } from './emit/nest.ts'
import { lanesOf } from './emit/text.ts'

interface Emitted {
  readonly body: FunctionBody
  /** Which operands of the step are in memory, in the order of the function's parameters. */
  readonly reads: readonly number[]
  /** How far the outermost loop goes. */
  readonly turns: number
}

/** The values of a step's expressions. Numbers among the operands become constants. */
function valuesOf(b: LaneBuilder, step: ElementwiseStep, reads: readonly number[]): Lanes[] {
  const values: Lanes[] = []
  const argument = (at: number): Lanes => {
    const operand = step.operands[at]
    if (!operand) return values[-1 - at] as Lanes
    return 'number' in operand ? b.number(operand.number) : b.operand(reads.indexOf(at))
  }
  for (const { node, arguments: args } of step.expressions) {
    const names = args.map((_, i) => `x${i}`)
    const text = opOf(node.op)?.scalar?.(names, node.attributes)
    if (text === undefined) throw new Error(`${node.op} has no elementwise kernel`)
    values.push(lanesOf(b, text, (name) => argument(args[names.indexOf(name)] as number)))
  }
  return values
}

function emit(step: ElementwiseStep): Emitted {
  const reads = step.operands.flatMap((o, i) => ('slot' in o ? [i] : []))
  const shapes = reads.flatMap((i) => {
    const operand = step.operands[i]
    return operand && 'shape' in operand ? [operand.shape] : []
  })
  const nest = nestOf(step.shape, shapes)
  const b = new LaneBuilder()
  const values = valuesOf(b, step, reads)
  const outputs = [values.at(-1) as Lanes, ...step.also.map((o) => values[o.expression] as Lanes)]
  return { body: emitKernel(outputs, b.nodes, nest), reads, turns: turnsOf(nest) }
}

/** One kernel per step. Steps that come to the same instructions share a function. */
export function elementwiseKernels(steps: readonly ElementwiseStep[], memory: WebAssembly.Memory): Kernel[] {
  const functions: FunctionBody[] = []
  const known = new Map<string, number>()
  const emitted = steps.map((step) => {
    const { body, reads, turns } = emit(step)
    const key = String.fromCharCode(body.parameters.length, ...body.code)
    const index = known.get(key) ?? functions.push(body) - 1
    known.set(key, index)
    return { index, reads, turns: sizeOf(step.shape) === 0 ? 0 : turns }
  })
  if (functions.length === 0) return []
  const module = new WebAssembly.Module(encodeModule({ imports: HOST_FUNCTIONS, functions, sharedPages: null }))
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory },
    math: Math as unknown as Record<string, never>
  })
  return emitted.map(({ index, reads, turns }) => {
    const run = exports[index] as (...pointers: number[]) => void
    return (out, inputs, also = []) => {
      const tensors = [out, ...also, ...reads.map((i) => inputs[i] as Float32Array)]
      run(...tensors.map((t) => t.byteOffset), 0, turns)
    }
  })
}
