/** Commands that change how a graph lies and is listed, not what it computes: points of wires, the order of nodes. */
import { problem } from '../problem.ts'
import type { Applied } from './commands.ts'
import { indexOf } from './lookup.ts'
import { applyPatch, type Change, type Patch } from './patch.ts'
import type { GraphDocument, GraphEdge, Position } from './types.ts'

export type ArrangeCommand =
  /** The points that a wire is led through; none leads it straight. */
  | { readonly type: 'route'; readonly edge: string; readonly points: readonly Position[] }
  /** Puts a node at a place of the list, counted from 0. */
  | { readonly type: 'reorder'; readonly node: string; readonly index: number }

const changed = (document: GraphDocument, patch: Patch): Applied => ({ document: applyPatch(document, patch), patch })

/** Without points the key is not there, so that a wire that was straightened is written as before. */
export function routed({ points: _, ...edge }: GraphEdge, points: readonly Position[]): GraphEdge {
  return points.length === 0 ? edge : { ...edge, points }
}

export function applyArrange(document: GraphDocument, command: ArrangeCommand): Applied {
  const index = indexOf(document)
  if (command.type === 'route') {
    const at = document.edges.findIndex((edge) => edge.id === command.edge)
    const before = document.edges[at]
    if (!before) return { problems: [problem('graph.noSuchThing', { what: 'edge', id: command.edge })] }
    const bad = command.points.flatMap(({ x, y }) => [x, y]).find((number) => !Number.isFinite(number))
    if (bad !== undefined) return { problems: [problem('graph.position', { id: command.edge, found: String(bad) })] }
    return changed(document, [{ table: 'edges', index: at, before, after: routed(before, command.points) }])
  }
  const from = index.nodeIndex.get(command.node)
  const row = from === undefined ? undefined : document.nodes[from]
  if (from === undefined || !row)
    return { problems: [problem('graph.noSuchThing', { what: 'node', id: command.node })] }
  const to = Math.max(0, Math.min(document.nodes.length - 1, Math.trunc(command.index)))
  if (to === from) return { document, patch: [] }
  return changed(document, [
    { table: 'nodes', index: from, before: row, after: null },
    { table: 'nodes', index: to, before: null, after: row }
  ])
}

/** Points of the wires whose two ends move by the same way move along. */
export function pointsAlong(document: GraphDocument, positions: Readonly<Record<string, Position>>): Change[] {
  const { nodes } = indexOf(document)
  const wayOf = (id: string): Position | null => {
    const [from, to] = [nodes.get(id)?.position, Object.hasOwn(positions, id) ? positions[id] : undefined]
    return from && to ? { x: to.x - from.x, y: to.y - from.y } : null
  }
  return document.edges.flatMap((edge, index): Change[] => {
    if (!edge.points) return []
    const [a, b] = [wayOf(edge.source), wayOf(edge.target)]
    if (!a || !b || a.x !== b.x || a.y !== b.y) return []
    const after = routed(
      edge,
      edge.points.map(({ x, y }) => ({ x: x + a.x, y: y + a.y }))
    )
    return [{ table: 'edges', index, before: edge, after }]
  })
}

/** The points of a wire that is cut in two at `at`: each part keeps those on its side. */
export function splitPoints(edge: GraphEdge, at: Position): readonly [readonly Position[], readonly Position[]] {
  const points = edge.points ?? []
  const cut = points.findIndex((point) => point.x > at.x)
  return cut < 0 ? [points, []] : [points.slice(0, cut), points.slice(cut)]
}
