/** Why no gradient arrives somewhere. */
import type { IrGraph, IrNode } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type Problem, problem } from '../problem.ts'

/** Answers for one graph and objective: what each value without a gradient lacks. */
export function explainer(ir: IrGraph, objective: number | null): (id: number) => Problem {
  if (objective === null) return () => problem('gradient.noObjective')
  // First reader on a way to the objective, for each node from which it can be reached.
  const onward = new Map<number, IrNode | null>([[objective, null]])
  for (let id = objective; id >= 0; id--) {
    if (!onward.has(id)) continue
    const node = ir.nodes[id] as IrNode
    for (const input of node.inputs) onward.set(input, node)
  }
  return (id) => {
    if (!onward.has(id)) return problem('gradient.independent')
    for (let at: IrNode | null = ir.nodes[id] as IrNode; at; at = onward.get(at.id) ?? null) {
      const op = opOf(at.op)
      if (op?.notDifferentiable && at.id !== id)
        return problem('gradient.blocked', { op: op.title, reason: op.notDifferentiable })
    }
    return problem('gradient.notFloat')
  }
}
