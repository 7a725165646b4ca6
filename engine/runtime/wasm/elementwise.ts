/**
 * Elementwise steps of a plan, and those that take one row at a time, as functions of one WebAssembly module, on the
 * memory that the plan's tensors are in.
 */
import { type ElementwiseStep, operationsOf, type RowsStep } from '../../compile/plan.ts'
import { opOf } from '../../ops/registry.ts'
import { sizeOf } from '../../shape.ts'
import { type Call, pointer } from './calls.ts'
import { encodeModule, type FunctionBody } from './emit/bytes.ts'
import { emitKernel, HOST_FUNCTIONS, turnsOf } from './emit/kernel.ts'
import { LaneBuilder, type Lanes } from './emit/lanes.ts'
import { nestOf } from './emit/nest.ts'
import { lanesOf } from './emit/text.ts'
import { MOST_PAGES } from './heap.ts'
import type { Machine } from './machine.ts'
import { rowSourceOf } from './rows.ts'

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

/** What a step's function is emitted from. */
export interface Source {
  /** The same for steps that come to the same function. */
  readonly key: string
  readonly emit: () => FunctionBody
  /** Which operands of the step are in memory, in the order of the function's parameters. */
  readonly reads: readonly number[]
  /** How far the outermost loop goes. */
  readonly turns: number
}

function sourceOf(step: ElementwiseStep, fused: boolean): Source {
  const reads = step.operands.flatMap((o, i) => ('slot' in o ? [i] : []))
  const shapes = reads.flatMap((i) => {
    const operand = step.operands[i]
    return operand && 'shape' in operand ? [operand.shape] : []
  })
  const nest = nestOf(step.shape, shapes)
  const b = new LaneBuilder(fused)
  const values = valuesOf(b, step, reads)
  const outputs = [values.at(-1) as Lanes, ...step.also.map((o) => values[o.expression] as Lanes)]
  return {
    key: JSON.stringify([b.key, outputs.map((o) => o.id), nest]),
    emit: () => emitKernel(outputs, b.nodes, nest),
    reads,
    turns: turnsOf(nest)
  }
}

/** Instructions that are worth a thread of their own: to tell it costs some microseconds. */
const WORTH_A_THREAD = 60_000

/** Steps whose kernels are emitted. */
export type EmittedStep = ElementwiseStep | RowsStep

export interface ElementwiseKernels {
  readonly of: (step: EmittedStep) => Call[]
  dispose(): void
}

/** All these steps of a plan as one module. Steps that come to the same instructions share a function. */
export function elementwiseKernels(
  steps: readonly EmittedStep[],
  machine: Machine,
  fused: boolean
): ElementwiseKernels {
  const functions: FunctionBody[] = []
  const known = new Map<string, number>()
  const emitted = new Map<EmittedStep, { readonly name: string } & Pick<Source, 'reads' | 'turns'>>()
  for (const step of steps) {
    const { key, emit, reads, turns } = step.kind === 'rows' ? rowSourceOf(step, fused) : sourceOf(step, fused)
    const index = known.get(key) ?? functions.push(emit()) - 1
    known.set(key, index)
    emitted.set(step, { name: String(index), reads, turns })
  }
  const code = machine.load(encodeModule({ imports: HOST_FUNCTIONS, functions, sharedPages: MOST_PAGES }))
  return {
    of: (step) => {
      const { name, reads, turns } = emitted.get(step) as NonNullable<ReturnType<typeof emitted.get>>
      if (sizeOf(step.shape) === 0) return []
      const read = reads.map((i) => (step.operands[i] as { readonly slot: number }).slot)
      const list = [step.output, ...step.also.map((o) => o.slot), ...read].map((slot) => pointer(slot))
      return [{ code, name, list, turns, cut: machine.cut(operationsOf({ steps: [step] }), WORTH_A_THREAD) }]
    },
    dispose: code.dispose
  }
}
