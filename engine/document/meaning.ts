import type { GraphDocument } from './types.ts'

/** What a graph computes, without what only people see: edits that leave it the same need no new compilation. */
export const meaningOf = (document: GraphDocument): string =>
  JSON.stringify([
    document.nodes.map(({ id, op, attributes, mode }) => [id, op, attributes, mode]),
    document.edges.map(({ points: _, ...ends }) => ends),
    document.objective
  ])
