/** Ways along the wires, from one node to another. */
import { indexOf } from './lookup.ts'
import type { GraphDocument, GraphEdge } from './types.ts'

export interface Ways {
  /** Edges of each way, in the order of the wires; at most as many ways as were asked for. */
  readonly shown: readonly (readonly GraphEdge[])[]
  /** How many there are. Each fork doubles them: it may be a very large number, or Infinity. */
  readonly count: number
}

interface Asked {
  readonly document: GraphDocument
  readonly from: string
  /** Whether a way may begin with this edge: one of several outputs may be meant. */
  readonly starts: (edge: GraphEdge) => boolean
  readonly to: string
  /** Whether a way may lead along an edge. */
  readonly passes: (edge: GraphEdge) => boolean
  readonly most: number
}

/** All ways of an acyclic graph, in file order of their edges. A node has one way to itself, without edges. */
export function waysBetween({ document, from, starts, to, passes, most }: Asked): Ways {
  const index = indexOf(document)
  const counts = new Map<string, number>([[to, 1]])
  const onward = (node: string): GraphEdge[] =>
    index.outgoing(node).filter((edge) => passes(edge) && (node !== from || starts(edge)))

  /** Ways from each node, without recursion: chains may be long. */
  const waiting = [from]
  while (waiting.length > 0) {
    const node = waiting.at(-1) as string
    const next = counts.has(node) ? [] : onward(node)
    const open = next.filter(({ target }) => !counts.has(target))
    if (open.length > 0) {
      waiting.push(...open.map(({ target }) => target))
      continue
    }
    waiting.pop()
    if (!counts.has(node))
      counts.set(
        node,
        next.reduce((sum, { target }) => sum + (counts.get(target) as number), 0)
      )
  }

  // each beginning shares what came before it
  interface Begun {
    readonly node: string
    readonly edge: GraphEdge | null
    readonly before: Begun | null
  }
  const shown: GraphEdge[][] = []
  const begun: Begun[] = [{ node: from, edge: null, before: null }]
  while (begun.length > 0 && shown.length < most) {
    const last = begun.pop() as Begun
    if (last.node === to) {
      const way: GraphEdge[] = []
      for (let at: Begun | null = last; at?.edge; at = at.before) way.push(at.edge)
      shown.push(way.reverse())
      continue
    }
    for (const edge of onward(last.node).reverse())
      if ((counts.get(edge.target) as number) > 0) begun.push({ node: edge.target, edge, before: last })
  }
  return { shown, count: counts.get(from) as number }
}
