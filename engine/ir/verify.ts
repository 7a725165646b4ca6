/** What must hold of every IR graph, after every pass. Run under test; says the first thing that is wrong. */
import { sameShape, showShape } from '../shape.ts'
import type { OpLookup } from './op.ts'
import { printNode } from './print.ts'
import { type IrGraph, isLeaf } from './types.ts'

export function verify(graph: IrGraph, lookup: OpLookup): void {
  for (const [index, node] of graph.nodes.entries()) {
    const wrong = (why: string): never => {
      throw new Error(`IR is broken: ${why}\n  ${printNode(node)}`)
    }
    if (node.id !== index) wrong(`node ${node.id} stands at place ${index}`)
    for (const input of node.inputs) {
      if (!(input >= 0 && input < index)) wrong(`input %${input} does not come before it`)
    }
    if (isLeaf(node.op)) continue
    const op = lookup(node.op)
    if (!op?.infer) throw new Error(`IR is broken: ${node.op} has no shape rule`)
    const inferred = op.infer(
      node.inputs.map((i) => (graph.nodes[i] as (typeof graph.nodes)[number]).type),
      node.attributes
    )
    if (!sameShape(inferred.shape, node.type.shape) || inferred.dtype !== node.type.dtype) {
      wrong(`inferred ${showShape(inferred.shape)} ${inferred.dtype}`)
    }
  }
}
