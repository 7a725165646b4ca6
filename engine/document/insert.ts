/** Putting a node into a wire: the wire then runs through it, and what stands behind makes room. */
import type { Attributes } from '../ir/types.ts'
import { routed, splitPoints } from './arrange.ts'
import { type Command, freeId } from './commands.ts'
import { commonGroup } from './groups.ts'
import { indexOf } from './lookup.ts'
import type { GraphDocument, GraphEdge, Position } from './types.ts'

/** Width of a node's card on the canvas, in pixels at a zoom of 100 %. */
export const CARD_WIDTH = 156
/** Between two cards, so that a wire's labels have room. */
const GAP = 64

/** e1, e2, …: the first number that is free. */
export function freeEdgeId(document: GraphDocument, taken: ReadonlySet<string> = new Set()): string {
  const { edges } = indexOf(document)
  let n = document.edges.length + 1
  while (edges.has(`e${n}`) || taken.has(`e${n}`)) n++
  return `e${n}`
}

/** The node and all that hangs behind it. */
export function downstream(document: GraphDocument, node: string): ReadonlySet<string> {
  const index = indexOf(document)
  const seen = new Set([node])
  for (const id of seen) for (const { target } of index.outgoing(id)) seen.add(target)
  return seen
}

/** Moves what stands behind `node` to the right. */
function makeRoom(document: GraphDocument, node: string, by: number): Command[] {
  if (by <= 0) return []
  const { nodes } = indexOf(document)
  const from = nodes.get(node)?.position.x ?? 0
  const positions: Record<string, Position> = {}
  for (const id of downstream(document, node)) {
    const at = nodes.get(id)?.position
    if (at && at.x >= from) positions[id] = { x: at.x + by, y: at.y }
  }
  return [{ type: 'move', positions }]
}

export interface Through {
  readonly id: string
  /** Handles that the wire goes in and out by. */
  readonly input: string
  readonly output: string
}

/** The two wires that take the place of one that is led through a node at `position`. */
export function throughNode(
  document: GraphDocument,
  edge: GraphEdge,
  { id, input, output }: Through,
  position: Position
): readonly [GraphEdge, GraphEdge] {
  const [before, behind] = splitPoints(edge, { x: position.x + CARD_WIDTH / 2, y: position.y })
  const { source, sourceHandle, target, targetHandle } = edge
  return [
    routed({ id: edge.id, source, sourceHandle, target: id, targetHandle: input }, before),
    routed({ id: freeEdgeId(document), source: id, sourceHandle: output, target, targetHandle }, behind)
  ]
}

export interface Inserted {
  readonly id: string
  readonly commands: readonly Command[]
}

/** A node of one input `x` and one output `out`, put into the wire, and into the group that the wire is in. */
export function insertInto(document: GraphDocument, edge: GraphEdge, op: string, attributes?: Attributes): Inserted {
  const { nodes } = indexOf(document)
  const [source, target] = [nodes.get(edge.source)?.position, nodes.get(edge.target)?.position]
  const [from, to] = [source ?? { x: 0, y: 0 }, target ?? { x: 0, y: 0 }]
  const room = to.x - from.x - CARD_WIDTH
  const missing = Math.max(0, CARD_WIDTH + 2 * GAP - room)
  const id = freeId(indexOf(document), op.charAt(0).toLowerCase() + op.slice(1))
  const position = {
    x: Math.round(from.x + CARD_WIDTH + (room + missing - CARD_WIDTH) / 2),
    y: Math.round((from.y + to.y) / 2)
  }
  const group = commonGroup(document, edge.source, edge.target)
  const node = { id, op, ...(attributes && { attributes }), position }
  return {
    id,
    commands: [
      ...makeRoom(document, edge.target, Math.round(missing)),
      { type: 'addNode', node, ...(group !== null && { group }) },
      { type: 'remove', edges: [edge.id] },
      ...throughNode(document, edge, { id, input: 'x', output: 'out' }, position).map(
        (wire): Command => ({ type: 'addEdge', edge: wire })
      )
    ]
  }
}
