/** One node of the IR in float64, by its operator's own definition: no kernel text, no fusion. */
import type { IrNode } from '../ir/types.ts'
import type { StaticShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { broadcastReader, tabulate } from './reference.ts'
import { opOf } from './registry.ts'

type Tensor64 = Tensor<Float64Array>

export function evaluate(node: IrNode, inputs: readonly Tensor64[]): Tensor64 {
  const shape = node.type.shape as StaticShape
  const op = opOf(node.op)
  if (op?.scalarReference) {
    const readers = inputs.map(broadcastReader)
    const { scalarReference } = op
    // One list for all elements: no rule keeps it.
    const values = readers.map(() => 0)
    const data = tabulate(shape, (at) => {
      for (const [i, read] of readers.entries()) values[i] = read(at)
      return scalarReference(values, node.attributes)
    })
    return { shape, data }
  }
  if (!op?.reference) throw new Error(`${node.op} has no reference`)
  return { shape, data: Float64Array.from(op.reference(inputs, node.attributes, shape)) }
}
