/** Indices over a document, made once per document object: documents never change, so neither do they. */
import type { GraphDocument, GraphEdge, GraphNode } from './types.ts'

export interface DocumentIndex {
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly nodeIndex: ReadonlyMap<string, number>
  readonly edges: ReadonlyMap<string, GraphEdge>
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
  const made: DocumentIndex = {
    nodes: new Map(document.nodes.map((n) => [n.id, n])),
    nodeIndex: new Map(document.nodes.map((n, i) => [n.id, i])),
    edges: new Map(document.edges.map((e) => [e.id, e])),
    outgoing: (node) => outgoing.get(node) ?? [],
    incoming: (node) => incoming.get(node) ?? [],
    into: (node, handle) => incoming.get(node)?.find((e) => e.targetHandle === handle)
  }
  cache.set(document, made)
  return made
}
