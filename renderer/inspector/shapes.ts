/** A new shape for a node that holds its own numbers: the numbers follow, so that the two agree. */
import type { Command } from '../../engine/document/commands.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphNode } from '../../engine/document/types.ts'
import type { AttributeValue } from '../../engine/ir/types.ts'
import { withDefaults } from '../../engine/ops/attributes.ts'
import { opOf } from '../../engine/ops/registry.ts'

/** More numbers than this are not written out one by one. */
const WRITTEN = 4096

const numbersOf = (value: unknown): readonly number[] | null =>
  Array.isArray(value) && value.every((x) => typeof x === 'number') ? (value as readonly number[]) : null

/**
 * What else has to change with the shape. Numbers that are all the same fill the new shape; others stay as they are,
 * and the node says how many are missing.
 */
export function follow(node: GraphNode, shape: AttributeValue): readonly Command[] {
  const sizes = numbersOf(shape)
  if (!sizes) return []
  const count = sizes.reduce((product, d) => product * d, 1)
  const init = node.attributes?.init as { kind?: string; values?: unknown } | undefined
  const held = node.op === 'Parameter' ? numbersOf(init ? init.kind === 'values' && init.values : [0]) : null
  const values = node.op === 'Constant' ? (numbersOf(node.attributes?.values ?? [0]) ?? null) : held
  const [first] = values ?? []
  if (!values || first === undefined || values.length === count || values.some((x) => x !== first)) return []
  const filled = Array<number>(Math.min(count, WRITTEN)).fill(first)
  if (node.op === 'Constant') {
    return count > WRITTEN ? [] : [{ type: 'setAttribute', node: node.id, attribute: 'values', value: filled }]
  }
  const value: AttributeValue = count === 1 ? { kind: 'values', values: filled } : { kind: 'constant', value: first }
  return [{ type: 'setAttribute', node: node.id, attribute: 'init', value }]
}

/** Whether the node's shape has place for one number only. */
export function holdsOne(document: GraphDocument, id: string): boolean {
  const node = indexOf(document).nodes.get(id)
  const op = node && opOf(node.op)
  const shape = op && withDefaults(op, node.attributes).shape
  return Array.isArray(shape) && shape.length === 0
}
