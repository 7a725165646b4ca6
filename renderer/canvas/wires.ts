/** Which wire may go where, asked while a wire is pulled and by every other way to connect. */

import { check } from '../../engine/document/check.ts'
import { apply, type Command } from '../../engine/document/commands.ts'
import { canConnect, inputsOf, outputsOf, type Wire } from '../../engine/document/connect.ts'
import { freeEdgeId } from '../../engine/document/insert.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge } from '../../engine/document/types.ts'
import type { Port } from '../../engine/ir/op.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { isError, type Problem } from '../../engine/problem.ts'
import { nodesFor } from './level.ts'

export interface End {
  readonly node: string
  readonly handle: string
  readonly side: 'source' | 'target'
}

/** The wire between two ends, whichever was pulled first. Null between two inputs or two outputs. */
export function wireBetween(document: GraphDocument, a: End, b: End): Wire | null {
  if (a.side === b.side) return null
  const [from, to] = a.side === 'source' ? [a, b] : [b, a]
  return {
    id: freeEdgeId(document),
    source: from.node,
    sourceHandle: from.handle,
    target: to.node,
    targetHandle: to.handle
  }
}

const sameWire = (a: Wire, b: Wire): boolean =>
  a.source === b.source &&
  a.sourceHandle === b.sourceHandle &&
  a.target === b.target &&
  a.targetHandle === b.targetHandle

/** The document without the wire that `wire` would take the place of. */
function cleared(document: GraphDocument, wire: Wire, replaced?: string): GraphDocument {
  const taken = indexOf(document).into(wire.target, wire.targetHandle)
  const doomed = [taken?.id, replaced].filter((id) => id !== undefined)
  if (doomed.length === 0) return document
  return { ...document, edges: document.edges.filter((edge) => !doomed.includes(edge.id)) }
}

/** Why the wire cannot be drawn at all: a circle, a node that would feed itself. A taken input is no reason: it gives way. */
export const refusal = (document: GraphDocument, wire: Wire, replaced?: string): Problem | null =>
  canConnect(cleared(document, wire, replaced), wire)

const keyOf = (problem: Problem): string => `${problem.code} ${problem.nodeId ?? ''} ${problem.edgeId ?? ''}`
const UNFINISHED = new Set(['graph.inputMissing', 'graph.incompleteUpstream', 'graph.noObjective'])

const known = new WeakMap<GraphDocument, Map<string, Problem | null>>()

/** Why the shapes do not fit: the first error that the wire would bring. Such a wire may be drawn; the node then says so. */
export function mismatch(document: GraphDocument, wire: Wire, replaced?: string): Problem | null {
  const key = [wire.source, wire.sourceHandle, wire.target, wire.targetHandle, replaced].join(' ')
  const answers = known.get(document) ?? new Map<string, Problem | null>()
  known.set(document, answers)
  const answer = answers.get(key)
  if (answer !== undefined) return answer
  const without = cleared(document, wire, replaced)
  const checked = check(without)
  const before = new Set(checked.problems.map(keyOf))
  const applied = apply(without, { type: 'addEdge', edge: wire })
  const problems = applied.problems ?? check(applied.document, checked).problems
  const found = problems.find((p) => isError(p) && !UNFINISHED.has(p.code) && !before.has(keyOf(p))) ?? null
  answers.set(key, found)
  return found
}

export const reasonAgainst = (document: GraphDocument, wire: Wire, replaced?: string): Problem | null =>
  refusal(document, wire, replaced) ?? mismatch(document, wire, replaced)

/** The ports of a node; of a group, those of the nodes in it. */
const endsOf = (document: GraphDocument, node: string, side: End['side']): readonly End[] => {
  const nodes = nodesFor(document, node)
  if (nodes.length !== 1 || nodes[0] !== node) return nodes.flatMap((inner) => endsOf(document, inner, side))
  const found = indexOf(document).nodes.get(node)
  const op = found && opOf(found.op)
  if (!found || !op) return []
  const ports: readonly Port[] = side === 'target' ? inputsOf(document, found, op) : outputsOf(op, found.attributes)
  return ports.map((port) => ({ node, handle: port.name, side }))
}

/**
 * The wire from `end` to the first port of `node`, which may be a group, that is free and fits; a free one whose shape does not fit before none.
 */
export function wireTo(document: GraphDocument, end: End, node: string): Wire | null {
  if (end.node === node) return null
  const { into } = indexOf(document)
  const wires = endsOf(document, node, end.side === 'source' ? 'target' : 'source')
    .filter((port) => port.side === 'source' || !into(port.node, port.handle))
    .map((port) => wireBetween(document, end, port))
    .filter((wire) => wire !== null)
    .filter((wire) => refusal(document, wire) === null)
  return wires.find((wire) => mismatch(document, wire) === null) ?? wires[0] ?? null
}

/** Why `wireTo` finds nothing. */
export function reasonAgainstNode(document: GraphDocument, end: End, node: string): Problem | null {
  const port = endsOf(document, node, end.side === 'source' ? 'target' : 'source')[0]
  const wire = port && wireBetween(document, end, port)
  return wire ? canConnect(document, wire) : null
}

/** Adds the wire; one that is there already needs nothing. */
export function connectCommand(document: GraphDocument, wire: Wire): Command | null {
  const taken = indexOf(document).into(wire.target, wire.targetHandle)
  return taken && sameWire(taken, wire) ? null : { type: 'addEdge', edge: wire, replace: true }
}

/** Wires that join what a node's inputs came from to what its outputs went to, for taking the node out. */
export function bridgesOver(document: GraphDocument, nodes: ReadonlySet<string>): readonly GraphEdge[] {
  const { incoming } = indexOf(document)
  const origin = (edge: GraphEdge): GraphEdge | undefined => {
    let current: GraphEdge | undefined = edge
    while (current && nodes.has(current.source)) current = incoming(current.source)[0]
    return current
  }
  const taken = new Set<string>()
  return document.edges.flatMap((edge) => {
    if (!nodes.has(edge.source) || nodes.has(edge.target)) return []
    const from = origin(edge)
    if (!from) return []
    const id = freeEdgeId(document, taken)
    taken.add(id)
    return [{ ...edge, id, source: from.source, sourceHandle: from.sourceHandle }]
  })
}
