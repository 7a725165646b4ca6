/** What the engine says of a document, arranged by id, with unchanged parts kept so that only touched nodes redraw. */
import { type Checked, check } from '../../engine/document/check.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import type { Problem } from '../../engine/problem.ts'

export type NodeTypes = Readonly<Record<string, TensorType>>

export interface CheckedDocument extends Checked {
  readonly byNode: ReadonlyMap<string, readonly Problem[]>
  readonly byEdge: ReadonlyMap<string, readonly Problem[]>
  readonly errors: number
  readonly warnings: number
}

/** Whether two values of the same kind, as JSON has them, say the same. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [keys, others] = [Object.keys(a), Object.keys(b)]
  return (
    keys.length === others.length &&
    keys.every((key) => key in b && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  )
}

/** `next`, with each entry that says what the entry before said replaced by that one. */
function settle<V>(before: ReadonlyMap<string, V> | undefined, next: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  if (!before) return next
  const settled = new Map<string, V>()
  for (const [id, value] of next) {
    const old = before.get(id)
    settled.set(id, old !== undefined && same(old, value) ? old : value)
  }
  return settled
}

function arrange(problems: readonly Problem[], key: 'nodeId' | 'edgeId'): ReadonlyMap<string, readonly Problem[]> {
  const placed = new Map<string, Problem[]>()
  for (const one of problems) {
    const id = one[key]
    if (id === undefined) continue
    const list = placed.get(id)
    if (list) list.push(one)
    else placed.set(id, [one])
  }
  return placed
}

export function checkDocument(document: GraphDocument, before?: CheckedDocument): CheckedDocument {
  const checked = check(document, before)
  if (before && same(before.problems, checked.problems)) {
    const { problems, byNode, byEdge, errors, warnings } = before
    return { ...checked, problems, byNode, byEdge, errors, warnings }
  }
  const errors = checked.problems.filter((p) => p.severity === 'error').length
  return {
    ...checked,
    byNode: settle(before?.byNode, arrange(checked.problems, 'nodeId')),
    byEdge: settle(before?.byEdge, arrange(checked.problems, 'edgeId')),
    errors,
    warnings: checked.problems.length - errors
  }
}
