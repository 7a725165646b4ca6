/** The canvas by keys alone: arrows follow the wires, Shift moves cards, Alt and Shift draw wires. */
import i18next from 'i18next'
import type { KeyboardEvent } from 'react'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge, GraphNode } from '../../engine/document/types.ts'
import { inText } from '../app/focus.ts'
import { announce } from '../store/announce.ts'
import { select, useEditor } from '../store/editor.ts'
import { flow, reveal } from '../store/flow.ts'
import { togglePanel } from '../store/settings.ts'
import { nudge, settle } from './dragging.ts'
import { bodyOf, NODE_WIDTH, titleOf } from './geometry.ts'
import { draw } from './gestures.ts'
import { focusedEdge, focusedNode, focusNode, openSearch, openSearchFor, rename, useCanvas } from './state.ts'
import { goToWire, siblingOf, stepOntoWire } from './wire-keys.ts'
import { wireTo } from './wires.ts'

const DIRECTIONS = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 }
} as const
type Arrow = keyof typeof DIRECTIONS

const middle = (document: GraphDocument, node: GraphNode) => ({
  x: node.position.x + NODE_WIDTH / 2,
  y: node.position.y + bodyOf(document, node).height / 2
})

/** The nearest node that way; what lies aside counts double. */
function nearest(
  document: GraphDocument,
  from: GraphNode,
  arrow: Arrow,
  among: readonly GraphNode[]
): GraphNode | undefined {
  const way = DIRECTIONS[arrow]
  const at = middle(document, from)
  let best: { node: GraphNode; cost: number } | undefined
  for (const node of among) {
    if (node.id === from.id) continue
    const to = middle(document, node)
    const [dx, dy] = [to.x - at.x, to.y - at.y]
    const along = dx * way.x + dy * way.y
    const aside = Math.abs(dx * way.y + dy * way.x)
    if (along <= 4) continue
    const cost = along + 2 * aside
    if (!best || cost < best.cost) best = { node, cost }
  }
  return best?.node
}

/** Along the wires to the left and right where there are any; else to what lies that way. */
export function neighbour(document: GraphDocument, id: string, arrow: Arrow): GraphNode | undefined {
  const index = indexOf(document)
  const from = index.nodes.get(id)
  if (!from) return document.nodes[0]
  const ids =
    arrow === 'ArrowLeft'
      ? index.incoming(id).map((e) => e.source)
      : arrow === 'ArrowRight'
        ? index.outgoing(id).map((e) => e.target)
        : []
  const wired = ids.map((other) => index.nodes.get(other)).filter((node) => node !== undefined)
  return nearest(document, from, arrow, wired) ?? wired[0] ?? nearest(document, from, arrow, document.nodes)
}

function goTo(node: GraphNode): void {
  select({ nodes: [node.id] })
  focusNode(node.id)
  const bounds = globalThis.document.querySelector('.react-flow')?.getBoundingClientRect()
  const at = flow()?.flowToScreenPosition(node.position)
  if (bounds && at && (at.x < bounds.x || at.y < bounds.y || at.x + 120 > bounds.right || at.y + 50 > bounds.bottom))
    reveal(node.id)
}

function wire(document: GraphDocument, id: string, arrow: Arrow): void {
  const from = indexOf(document).nodes.get(id)
  const other = from && nearest(document, from, arrow, document.nodes)
  if (!from || !other) {
    announce(i18next.t('canvas.said.nothingThere'))
    return
  }
  const backward = arrow === 'ArrowLeft'
  const [source, target] = backward ? [other, from] : [from, other]
  const output = bodyOf(document, source).outputs[0]
  const found = output && wireTo(document, { node: source.id, handle: output.name, side: 'source' }, target.id)
  if (found) draw(found)
  else announce(i18next.t('canvas.said.cannotConnect', { from: titleOf(source), to: titleOf(target) }))
}

/** Puts the focus into the inspector. */
export function openInspector(): void {
  togglePanel('inspector', true)
  requestAnimationFrame(() => {
    const inspector = document.querySelector('[data-inspector]')
    const field = inspector?.querySelector<HTMLElement>('[data-attributes] :is(input, textarea, button)')
    ;(field ?? inspector?.querySelector<HTMLElement>('input, textarea, button'))?.focus()
  })
}

const STEP = 10

/** On a wire: to its ends, to the wires beside it. */
function onWireArrow(document: GraphDocument, edge: GraphEdge, arrow: Arrow): void {
  const index = indexOf(document)
  const end = arrow === 'ArrowLeft' ? edge.source : arrow === 'ArrowRight' ? edge.target : null
  const node = end === null ? undefined : index.nodes.get(end)
  if (node) goTo(node)
  else goToWire(siblingOf(document, edge, arrow === 'ArrowUp' ? -1 : 1))
}

function onArrow(event: KeyboardEvent, arrow: Arrow): boolean {
  const { document, selection } = useEditor.getState()
  const edge = indexOf(document).edges.get(focusedEdge() ?? '')
  if (edge && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    onWireArrow(document, edge, arrow)
    return true
  }
  const id = focusedNode() ?? [...selection.nodes][0]
  if (event.ctrlKey || event.metaKey) return false
  if (event.altKey && !event.shiftKey) {
    if (id && (arrow === 'ArrowLeft' || arrow === 'ArrowRight')) stepOntoWire(document, id, arrow)
    return id !== undefined
  }
  if (event.altKey) {
    if (id) wire(document, id, arrow)
    return true
  }
  if (event.shiftKey) {
    const way = DIRECTIONS[arrow]
    const ids = selection.nodes.size > 0 ? selection.nodes : id ? [id] : []
    nudge(ids, { x: way.x * STEP, y: way.y * STEP })
    return true
  }
  const next = id ? neighbour(document, id, arrow) : document.nodes[0]
  if (next) goTo(next)
  return true
}

/** The search for an operator: for the wire that has the focus, at the pointer, or in the middle of the canvas. */
export function searchHere(): void {
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  const { pointer } = useCanvas.getState()
  const wire = focusedEdge()
  const line = document.querySelector(`.react-flow__edge[data-id="${CSS.escape(wire ?? '')}"] .wire`)
  const along = wire === null ? undefined : line?.getBoundingClientRect()
  if (wire !== null && along) {
    openSearchFor(wire, { x: along.x + along.width / 2, y: along.y + along.height / 2 })
    return
  }
  const inside =
    box && pointer && pointer.x > box.x && pointer.x < box.right && pointer.y > box.y && pointer.y < box.bottom
  if (inside) openSearch(pointer)
  else if (box) openSearch({ x: box.x + box.width / 2, y: box.y + box.height / 3 })
}

function handle(event: KeyboardEvent): boolean {
  if (event.key in DIRECTIONS) return onArrow(event, event.key as Arrow)
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const id = focusedNode()
  switch (event.key) {
    case 'A':
      searchHere()
      return true
    case 'Tab':
      // for who came by keyboard, Tab goes on
      if (event.shiftKey || id || !(event.target as Element).matches('.canvas:not(:focus-visible)')) return false
      searchHere()
      return true
    case 'Enter': {
      const edge = focusedEdge()
      if (!id && !edge) return false
      select(id ? { nodes: [id] } : { edges: [edge as string] })
      openInspector()
      return true
    }
    case ' ':
      if (!id) return false
      select({ nodes: [id] })
      return true
    case 'F2':
      if (id) rename(id)
      return id !== null
    case 'Escape':
      if (useEditor.getState().selection.nodes.size + useEditor.getState().selection.edges.size === 0) return false
      select({})
      return true
    default:
      return false
  }
}

export function onCanvasKey(event: KeyboardEvent): void {
  if (event.nativeEvent.isComposing || event.defaultPrevented || inText(event.target)) return
  if ((event.target as Element).closest('[role="dialog"], [role="menu"]')) return
  if (!(event.shiftKey && event.key in DIRECTIONS) && !event.key.startsWith('Shift')) settle()
  if (handle(event)) event.preventDefault()
}
