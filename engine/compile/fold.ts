/** Constants are computed when a plan is made, not in each step. */
import type { Builder, Value } from '../ir/builder.ts'
import type { IrNode } from '../ir/types.ts'
import { evaluate } from '../ops/evaluate.ts'
import { opOf } from '../ops/registry.ts'
import { type StaticShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/** Largest tensor that is written out number by number: what takes longer to write than to compute stays a kernel. */
const MOST_NUMBERS = 1024

/** The number that a constant is everywhere, or null. */
export function fillOf(node: IrNode): number | null {
  const values = node.op === 'Const' ? (node.attributes.values as readonly number[]) : null
  return values?.length === 1 ? (values[0] as number) : null
}

function tensorOf(node: IrNode): Tensor<Float64Array> {
  const shape = node.type.shape as StaticShape
  const fill = fillOf(node)
  const size = sizeOf(shape)
  return {
    shape,
    data:
      fill === null ? Float64Array.from(node.attributes.values as readonly number[]) : new Float64Array(size).fill(fill)
  }
}

/**
 * A node of nothing but constants as a constant, in float64 as the reference computes it; executors round it once, where
 * they would have rounded the result of the kernel. Null where it is none, or too large.
 */
export function folded(node: IrNode, inputs: readonly Value[], b: Builder): Value | null {
  if (inputs.length === 0) return null
  const constants = inputs.map((v) => b.node(v.id))
  if (constants.some((c) => c.op !== 'Const')) return null
  const op = opOf(node.op)
  if (!op || op.lower) return null
  const { type } = node
  const fills = constants.map(fillOf)
  const emit = (values: readonly number[]): Value => b.leaf('Const', type, { values })
  // one number everywhere stays one number, whatever the size
  if (fills.every((x) => x !== null)) {
    if (op.scalarReference) return emit([op.scalarReference(fills, node.attributes)])
    if (op.view || node.op === 'BroadcastTo') return emit(fills as number[])
  }
  const sizes = [type, ...constants.map((c) => c.type)].map((t) => sizeOf(t.shape as StaticShape))
  if (sizes.some((size) => size > MOST_NUMBERS) || !(op.scalarReference || op.reference)) return null
  return emit(Array.from(evaluate({ ...node, inputs: [] }, constants.map(tensorOf)).data))
}
