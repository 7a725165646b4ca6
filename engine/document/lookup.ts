/** Indices over a document, made once for each: documents never change, so neither do they. */
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

/** A function of what never changes: each is asked once. */
export function once<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const known = new WeakMap<Of, { readonly made: Made }>()
  return (of) => {
    const answer = known.get(of)
    if (answer) return answer.made
    const made = make(of)
    known.set(of, { made })
    return made
  }
}

const rowsById = once(
  (rows: readonly { readonly id: string }[]): ReadonlyMap<string, unknown> => new Map(rows.map((row) => [row.id, row]))
)

export const byId = <T extends { readonly id: string }>(rows: readonly T[]) => rowsById(rows) as ReadonlyMap<string, T>

const placesOf = once((nodes: readonly GraphNode[]) => new Map(nodes.map(({ id }, i) => [id, i])))

const NONE: readonly GraphEdge[] = []

const wiringOf = once((edges: readonly GraphEdge[]) => {
  const incoming = Map.groupBy(edges, (e) => e.target)
  const outgoing = Map.groupBy(edges, (e) => e.source)
  return {
    outgoing: (node: string) => outgoing.get(node) ?? NONE,
    incoming: (node: string) => incoming.get(node) ?? NONE,
    into: (node: string, handle: string) => incoming.get(node)?.find((e) => e.targetHandle === handle)
  }
})

/** Table by table: an edit of nodes leaves what is known of the edges. */
export const indexOf = once((document: GraphDocument): DocumentIndex => {
  const [nodes, groups, notes] = [byId(document.nodes), byId(document.groups), byId(document.notes)]
  return {
    nodes,
    groups,
    notes,
    has: (id) => nodes.has(id) || groups.has(id) || notes.has(id),
    nodeIndex: placesOf(document.nodes),
    edges: byId(document.edges),
    ...wiringOf(document.edges)
  }
})
