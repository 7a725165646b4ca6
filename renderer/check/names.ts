/** What a row of the check is called. */
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import { nameOf } from '../canvas/geometry.ts'
import type { Row } from './state.ts'

/** "x → product · a": where an edge starts and the input that it leads to; a parameter's own name. */
export function rowName(document: GraphDocument, { kind, check }: Row): string {
  if (kind === 'parameter') return check.name
  const { nodes, edges } = indexOf(document)
  const edge = edges.get(check.name)
  if (!edge) return check.name
  const [from, to] = [edge.source, edge.target].map((id) => {
    const node = nodes.get(id)
    return node ? nameOf(node).replaceAll('$', '') : id
  })
  return `${from} → ${to} · ${edge.targetHandle}`
}
