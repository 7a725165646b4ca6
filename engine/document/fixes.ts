/**
 * One-click fixes of shape errors: edits that were tried, and after which the node has a shape and nothing that was
 * right before is wrong.
 */
import { isError, type Problem } from '../problem.ts'
import { type Shape, showShape } from '../shape.ts'
import { type Checked, check } from './check.ts'
import { apply, type Command } from './commands.ts'
import type { Wire } from './connect.ts'
import { type Candidate, candidatesFor, type FixKey } from './fix-candidates.ts'
import { indexOf } from './lookup.ts'
import type { GraphDocument } from './types.ts'

export interface Fix {
  /** How it is called: `insert` an operator before an input, `set` an attribute of a node. */
  readonly key: FixKey
  /** insert: op, input, from, to (shapes); set: node, attribute, value. */
  readonly params: Readonly<Record<string, string | number>>
  /** All of it is one undo step. */
  readonly commands: readonly Command[]
}

/** Fixes that are offered; more would be a riddle. */
const OFFERED = 4

const keyOf = ({ code, nodeId, edgeId }: Problem): string => `${code} ${nodeId ?? ''} ${edgeId ?? ''}`

interface Tried {
  readonly fix: Fix
  /** Errors that came to light further down, where no shape was known before. */
  readonly revealed: number
}

function attempt(document: GraphDocument, before: Checked, node: string, candidate: Candidate): Tried | null {
  const applied = apply(document, { type: 'batch', commands: candidate.commands })
  if (applied.problems) return null
  const after = check(applied.document, before)
  if (!after.types.has(node)) return null
  const known = new Set(before.problems.map(keyOf))
  const fresh = after.problems.filter((p) => isError(p) && !known.has(keyOf(p)))
  if (fresh.some((p) => p.nodeId === undefined || p.nodeId === node || before.types.has(p.nodeId))) return null
  const shapeOf = (checked: Checked, id: string): Shape => Object.values(checked.types.get(id) ?? {})[0]?.shape ?? []
  const { inserted } = candidate
  if (inserted === undefined) return { fix: candidate, revealed: fresh.length }
  const feed = indexOf(applied.document).incoming(inserted)[0]
  const from = feed ? (after.edgeTypes.get(feed.id)?.shape ?? []) : []
  const params = { ...candidate.params, from: showShape(from), to: showShape(shapeOf(after, inserted)) }
  return { fix: { ...candidate, params }, revealed: fresh.length }
}

const answers = new WeakMap<GraphDocument, Map<string, readonly Fix[]>>()

/** Edits that mend this problem, best first; none where nobody knows better than the person. */
export function fixesFor(document: GraphDocument, problem: Problem): readonly Fix[] {
  const node = problem.nodeId === undefined ? undefined : indexOf(document).nodes.get(problem.nodeId)
  if (!node || !isError(problem) || !problem.code.startsWith('shape.')) return []
  const known = answers.get(document) ?? new Map<string, readonly Fix[]>()
  answers.set(document, known)
  const answer = known.get(keyOf(problem))
  if (answer) return answer
  const before = check(document)
  const tried: Tried[] = []
  const seen = new Set<string>()
  for (const candidate of candidatesFor(document, node, problem, (id) => before.types.get(id))) {
    const name = JSON.stringify(candidate.commands)
    if (seen.has(name)) continue
    seen.add(name)
    const found = attempt(document, before, node.id, candidate)
    if (found) tried.push(found)
    if (tried.filter(({ revealed }) => revealed === 0).length === OFFERED) break
  }
  const fixes = tried
    .sort((a, b) => a.revealed - b.revealed)
    .slice(0, OFFERED)
    .map(({ fix: { key, params, commands } }) => ({ key, params, commands }))
  known.set(keyOf(problem), fixes)
  return fixes
}

/** Fixes for the wire that is about to be drawn: their commands draw it too. */
export function fixesForWire(document: GraphDocument, wire: Wire): readonly Fix[] {
  const drawn: Command = { type: 'addEdge', edge: wire, replace: true }
  const applied = apply(document, drawn)
  if (applied.problems) return []
  const problem = check(applied.document).problems.find(
    (p) => p.nodeId === wire.target && isError(p) && p.code.startsWith('shape.')
  )
  if (!problem) return []
  return fixesFor(applied.document, problem).map((fix) => ({ ...fix, commands: [drawn, ...fix.commands] }))
}
