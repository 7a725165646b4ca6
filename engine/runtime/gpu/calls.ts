/** Which kernel calls compute a step. Most take one; long reductions, large products and wide joins take several. */
import type { LoopStep, Step } from '../../compile/plan.ts'
import { sizeOf } from '../../shape.ts'
import { type Device, type GpuMode, MAX_INDEX } from './device.ts'
import { inFours } from './epilogue.ts'
import { splitReduction } from './reduce.ts'
import { type CallSource, elementwiseSource, loopSource, productSource, rowsSource } from './text.ts'
import { tiledForWebGl2, tiledForWebGpu } from './tiles.ts'

/** Most arrays that one kernel reads: WebGPU promises eight, one of them being the output. */
export const MOST_INPUTS = 7

/** Joins more tensors than one kernel can read in groups, then the groups. */
function concatCalls(step: LoopStep, mode: GpuMode): CallSource[] {
  const { operands, shape } = step
  if (operands.length <= MOST_INPUTS) return [loopSource(step, mode)]
  const named = step.nodes[0]?.attributes.axis as number
  const axis = named < 0 ? named + shape.length : named
  const calls: CallSource[] = []
  const groups = Array.from({ length: Math.ceil(operands.length / MOST_INPUTS) }, (_, n) => {
    const group = operands.slice(n * MOST_INPUTS, (n + 1) * MOST_INPUTS)
    const size = group.reduce((sum, o) => sum + (o.shape[axis] as number), 0)
    // groups of groups need names of their own
    const slot = -1 - n - operands.length * MAX_INDEX
    const joined = { slot, shape: shape.map((d, i) => (i === axis ? size : d)) }
    if (sizeOf(joined.shape) > 0)
      calls.push(loopSource({ ...step, operands: group, output: slot, shape: joined.shape }, mode))
    return joined
  })
  return [...calls, ...concatCalls({ ...step, operands: groups }, mode)]
}

/** The calls that compute a step. */
export function callsOf(step: Step, { mode, serial }: Pick<Device, 'mode' | 'serial'>): readonly CallSource[] {
  if (step.kind === 'elementwise') return [(mode === 'webgpu' ? inFours(step) : null) ?? elementwiseSource(step, mode)]
  if (step.kind === 'loop')
    return step.nodes[0]?.op === 'Concat' ? concatCalls(step, mode) : (splitReduction(step) ?? [loopSource(step, mode)])
  if (step.kind === 'rows') return [rowsSource(step, mode)]
  return (mode === 'webgpu' ? tiledForWebGpu(step, serial) : tiledForWebGl2(step)) ?? [productSource(step, mode)]
}
