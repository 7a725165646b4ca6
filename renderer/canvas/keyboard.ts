/** The canvas by keys alone: arrows follow the wires, Shift moves cards, Alt and Shift draw wires. */
import i18next from 'i18next'
import type { KeyboardEvent } from 'react'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge } from '../../engine/document/types.ts'
import { inText } from '../app/focus.ts'
import { announce } from '../store/announce.ts'
import { select, useEditor } from '../store/editor.ts'
import { flow, reveal } from '../store/flow.ts'
import { togglePanel } from '../store/settings.ts'
import { nudge, settle } from './dragging.ts'
import { draw } from './gestures.ts'
import { enterGroup, nameIn, selectedGroups } from './grouping.ts'
import { levelOf, nodeEnd } from './level.ts'
import { type Arrow, DIRECTIONS, nearest, neighbour, type Stop, stopsOf } from './neighbours.ts'
import { focusedEdge, focusedNode, focusNode, openSearch, openSearchFor, pointer, rename, useCanvas } from './state.ts'
import { goToWire, siblingOf, stepOntoWire } from './wire-keys.ts'
import { wireTo } from './wires.ts'

/** The level that is on the canvas. */
const open = () => levelOf(useEditor.getState().document, useEditor.getState().inside)

function goTo({ id, box }: Stop): void {
  select({ nodes: [id] })
  focusNode(id)
  const bounds = globalThis.document.querySelector('.react-flow')?.getBoundingClientRect()
  const at = flow()?.flowToScreenPosition(box)
  if (bounds && at && (at.x < bounds.x || at.y < bounds.y || at.x + 120 > bounds.right || at.y + 50 > bounds.bottom))
    reveal(id)
}

function wire(document: GraphDocument, id: string, arrow: Arrow): void {
  const stops = stopsOf(open()).filter((stop) => open().items.has(stop.id))
  const from = stops.find((stop) => stop.id === id)
  const other = from && nearest(from, arrow, stops)
  if (!from || !other) {
    announce(i18next.t('canvas.said.nothingThere'))
    return
  }
  const backward = arrow === 'ArrowLeft'
  const [source, target] = backward ? [other.id, from.id] : [from.id, other.id]
  const output = open().items.get(source)?.body.outputs[0]
  const found = output && wireTo(document, { ...nodeEnd(source, output.name), side: 'source' }, target)
  if (found) draw(found)
  else
    announce(i18next.t('canvas.said.cannotConnect', { from: nameIn(document, source), to: nameIn(document, target) }))
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
  const link = open().links.find(({ id }) => id === edge.id)
  const end = arrow === 'ArrowLeft' ? link?.source : arrow === 'ArrowRight' ? link?.target : undefined
  const stop = end === undefined ? undefined : stopsOf(open()).find(({ id }) => id === end)
  if (stop) goTo(stop)
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
  if (event.ctrlKey || event.metaKey) {
    // the focus alone goes on, for choosing several with Ctrl and Space
    const next = !event.altKey && !event.shiftKey && id ? neighbour(open(), id, arrow) : undefined
    if (next) focusNode(next.id)
    return next !== undefined
  }
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
  const next = id ? neighbour(open(), id, arrow) : stopsOf(open())[0]
  if (next) goTo(next)
  return true
}

/** The search for an operator: for the wire that has the focus, at the pointer, or in the middle of the canvas. */
export function searchHere(): void {
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  const hand = pointer()
  const wire = focusedEdge()
  const line = document.querySelector(`.react-flow__edge[data-id="${CSS.escape(wire ?? '')}"] .wire`)
  const along = wire === null ? undefined : line?.getBoundingClientRect()
  if (wire !== null && along) {
    openSearchFor(wire, { x: along.x + along.width / 2, y: along.y + along.height / 2 })
    return
  }
  const inside = box && hand && hand.x > box.x && hand.x < box.right && hand.y > box.y && hand.y < box.bottom
  if (inside) openSearch(hand)
  else if (box) openSearch({ x: box.x + box.width / 2, y: box.y + box.height / 3 })
}

/** Adds the card that has the focus to the selection, or takes it out. */
function choose(id: string): void {
  const { document, selection } = useEditor.getState()
  const nodes = new Set(selection.nodes)
  const chosen = !nodes.delete(id)
  if (chosen) nodes.add(id)
  select({ nodes, edges: selection.edges })
  announce(
    i18next.t(chosen ? 'canvas.said.chosen' : 'canvas.said.unchosen', { node: nameIn(document, id), count: nodes.size })
  )
}

function handle(event: KeyboardEvent): boolean {
  if (event.key in DIRECTIONS) return onArrow(event, event.key as Arrow)
  const id = focusedNode()
  if (event.key === ' ' && (event.ctrlKey || event.metaKey) && id) {
    choose(id)
    return true
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  switch (event.key) {
    case 'A':
      searchHere()
      return true
    case 'Tab': {
      const [group] = selectedGroups()
      const { selection } = useEditor.getState()
      if (!event.shiftKey && group && selection.nodes.size === 1 && (!id || id === group.id)) {
        enterGroup(group.id)
        return true
      }
      // for who came by keyboard, Tab goes on
      if (event.shiftKey || id || !useCanvas.getState().clicked) return false
      searchHere()
      return true
    }
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
