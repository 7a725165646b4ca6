/**
 * Reverse-mode differentiation, as IR.
 *
 * Walks the forward graph from the objective to its leaves; each operator's `vjp` emits the gradients of its inputs
 * from the gradient of its output, and where a value was used several times the parts are added up. Nodes that are
 * emitted inherit the origin of the forward node, so each number on screen knows where it belongs.
 */
import type { Builder, Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import { type IrNode, isLeaf } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'

/** dObjective/dValue by IR id. What is absent has no gradient: nothing differentiable leads from it to the objective. */
export type Gradients = ReadonlyMap<number, Value>

/** By which rule gradients pass an operator. */
export type RuleOf = (op: Op) => Op['vjp']

const ownRule: RuleOf = (op) => op.vjp

/**
 * @param wanted whose gradients are asked for; undefined asks for all.
 * @param upstream where the walk starts, of the objective's shape. Absent: ones, so that a non-scalar objective is summed.
 * @param ruleOf another rule than the operators' own, where what is asked for is not the derivative (`guided.ts`)
 */
export function backward(
  b: Builder,
  objective: Value,
  wanted?: ReadonlySet<number>,
  upstream?: Value,
  ruleOf: RuleOf = ownRule
): Gradients {
  const gradients = new Map<number, Value>()
  if (objective.type.dtype !== 'float') return gradients
  const forward = b.graph().nodes.slice(0, objective.id + 1)
  const needed = wanted ? leadsFrom(forward, wanted) : null
  const parts = new Map<number, Value[]>()
  const before = { phase: b.phase, origin: b.origin }
  b.phase = 'backward'
  b.origin = b.node(objective.id).origin
  parts.set(objective.id, [upstream ?? b.full(objective.type.shape, 1)])

  for (let id = objective.id; id >= 0; id--) {
    const node = forward[id] as IrNode
    const arrived = parts.get(id)
    if (!arrived) continue
    b.origin = node.origin
    const total = arrived.reduce((sum, part) => b.add(sum, part))
    gradients.set(id, total)
    parts.delete(id)
    if (isLeaf(node.op)) continue
    const needs = (i: number): boolean => {
      const input = node.inputs[i] as number
      return (forward[input] as IrNode).type.dtype === 'float' && (needed?.has(input) ?? true)
    }
    const op = opOf(node.op)
    const vjp = op && ruleOf(op)
    if (!vjp || !node.inputs.some((_, i) => needs(i))) continue
    const shares = vjp({
      b,
      inputs: node.inputs.map((i) => b.value(i)),
      output: b.value(id),
      upstream: total,
      attributes: node.attributes,
      needs
    })
    for (const [i, share] of shares.entries()) {
      if (!share || !needs(i)) continue
      const input = node.inputs[i] as number
      const list = parts.get(input)
      if (list) list.push(share)
      else parts.set(input, [share])
    }
  }
  b.phase = before.phase
  b.origin = before.origin
  return gradients
}

/** Nodes from which one of `wanted` can be reached backward, so that gradients must pass through them. */
function leadsFrom(nodes: readonly IrNode[], wanted: ReadonlySet<number>): ReadonlySet<number> {
  const found = new Set<number>()
  for (const node of nodes) {
    if (wanted.has(node.id) || node.inputs.some((i) => found.has(i))) found.add(node.id)
  }
  return found
}
