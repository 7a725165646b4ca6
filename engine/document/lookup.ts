/** Indices over a document, made once per document object: documents never change, so neither do they. */
import type { GraphDocument, GraphEdge, GraphGroup, GraphNode, GraphNote } from './types.ts'

export interface DocumentIndex {
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly nodeIndex: ReadonlyMap<string, number>
  readonly edges: ReadonlyMap<string, GraphEdge>
  readonly groups: ReadonlyMap<string, GraphGroup>
  readonly notes: ReadonlyMap<string, GraphNote>
  /** Whether a node, a group or a note has the id: they share one set. */
  has(id: string): boolean
  /** Edges that leave and enter a node, in file order. */
  outgoing(node: string): readonly GraphEdge[]
  incoming(node: string): readonly GraphEdge[]
  /** The edge on one input. */
  into(node: string, handle: string): GraphEdge | undefined
}

const cache = new WeakMap<GraphDocument, DocumentIndex>()

export function indexOf(document: GraphDocument): DocumentIndex {
  const known = cache.get(document)
  if (known) return known
  const incoming = Map.groupBy(document.edges, (e) => e.target)
  const outgoing = Map.groupBy(document.edges, (e) => e.source)
  const nodes = new Map(document.nodes.map((n) => [n.id, n]))
  const groups = new Map(document.groups.map((g) => [g.id, g]))
  const notes = new Map(document.notes.map((n) => [n.id, n]))
  const made: DocumentIndex = {
    nodes,
    groups,
    notes,
    has: (id) => nodes.has(id) || groups.has(id) || notes.has(id),
    nodeIndex: new Map(document.nodes.map((n, i) => [n.id, i])),
    edges: new Map(document.edges.map((e) => [e.id, e])),
    outgoing: (node) => outgoing.get(node) ?? [],
    incoming: (node) => incoming.get(node) ?? [],
    into: (node, handle) => incoming.get(node)?.find((e) => e.targetHandle === handle)
  }
  cache.set(document, made)
  return made
}
