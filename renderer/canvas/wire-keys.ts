/** Wires by keys: Alt and an arrow steps from a card onto a wire, arrows go on from there. */
import i18next from 'i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge } from '../../engine/document/types.ts'
import { announce } from '../store/announce.ts'
import { select, useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'
import { titleOf } from './geometry.ts'
import { levelOf } from './level.ts'
import { focusEdge } from './state.ts'
import { textOf } from './WireLabel.tsx'

const t = i18next.t.bind(i18next)

/** What a wire says of itself: from where to where, what it carries, what comes back. */
export function wireText(edge: GraphEdge): string {
  const { document, checked } = useEditor.getState()
  const { nodes } = indexOf(document)
  const name = (id: string) => {
    const node = nodes.get(id)
    return node ? titleOf(node) : id
  }
  const type = checked.edgeTypes.get(edge.id)
  const cell = useRun.getState().result?.edges[edge.id]
  const parts = [
    t('canvas.said.wire', { from: name(edge.source), to: name(edge.target), port: edge.targetHandle }),
    type && t('canvas.valueIs', { text: textOf(cell?.value, type) }),
    type && cell?.gradient && t('canvas.gradientIs', { text: textOf(cell.gradient, type) })
  ]
  return parts.filter(Boolean).join('. ')
}

export function goToWire(edge: GraphEdge): void {
  select({ edges: [edge.id] })
  focusEdge(edge.id)
  announce(wireText(edge))
}

/** From a card onto its first wire that way. */
export function stepOntoWire(document: GraphDocument, node: string, way: 'ArrowLeft' | 'ArrowRight'): void {
  const { links } = levelOf(document, useEditor.getState().inside)
  const edge = links.find(({ source, target }) => (way === 'ArrowLeft' ? target : source) === node)?.edge
  if (edge) goToWire(edge)
  else announce(t('canvas.said.noWire'))
}

/** The wire above or below: those that end where this one ends, then those that begin where it begins. */
export function siblingOf(document: GraphDocument, edge: GraphEdge, step: 1 | -1): GraphEdge {
  const index = indexOf(document)
  const into = index.incoming(edge.target)
  const siblings = into.length > 1 ? into : index.outgoing(edge.source)
  const at = siblings.findIndex(({ id }) => id === edge.id)
  return siblings[(at + step + siblings.length) % siblings.length] ?? edge
}
