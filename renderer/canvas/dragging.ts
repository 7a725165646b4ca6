/** Moving cards: positions stay out of the document until the drag is over, and then are one step. */
import type { NodeChange } from '@xyflow/react'
import i18next from 'i18next'
import type { Command } from '../../engine/document/commands.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge, Position } from '../../engine/document/types.ts'
import { announce } from '../store/announce.ts'
import { dispatch, useEditor } from '../store/editor.ts'
import { settleBend } from './bending.ts'
import { duplicateAt, throughNode } from './commands.ts'
import type { FlowNode } from './derive.ts'
import { snapped } from './geometry.ts'
import { framedBy, levelOf } from './level.ts'
import { wireAt } from './sketch/under.ts'
import { still, useCanvas } from './state.ts'

/** The ids, and what lies in the frames among them. */
function withFramed(graph: GraphDocument, ids: ReadonlySet<string>): ReadonlySet<string> {
  const level = levelOf(graph, useEditor.getState().inside)
  return new Set([...ids, ...[...ids].flatMap((id) => framedBy(level, id))])
}

/** A frame that is dragged takes along what lies in it. */
function carryFramed(moving: Map<string, Position>, dragged: ReadonlySet<string>): void {
  const { document: graph, inside } = useEditor.getState()
  const level = levelOf(graph, inside)
  for (const id of dragged) {
    const [from, to] = [placeIn(graph, id), moving.get(id)]
    if (!from || !to) continue
    for (const framed of framedBy(level, id)) {
      const at = placeIn(graph, framed)
      if (at && !dragged.has(framed)) moving.set(framed, { x: at.x + to.x - from.x, y: at.y + to.y - from.y })
    }
  }
}

/** What is selected besides moves by as much as the card that is dragged: React Flow moves those that it knows. */
function carrySelected(moving: Map<string, Position>, dragged: string | undefined): void {
  const { document: graph, selection } = useEditor.getState()
  if (dragged === undefined || !selection.nodes.has(dragged)) return
  const [from, to] = [placeIn(graph, dragged), moving.get(dragged)]
  if (!from || !to) return
  for (const id of selection.nodes) {
    const at = placeIn(graph, id)
    if (at) moving.set(id, { x: at.x + to.x - from.x, y: at.y + to.y - from.y })
  }
}

export function onPositions(changes: readonly NodeChange<FlowNode>[]): void {
  const moved = changes.filter((change) => change.type === 'position' && change.dragging && change.position)
  if (moved.length === 0) return
  useCanvas.setState(({ moving }) => {
    const next = new Map(moving)
    for (const change of moved) if (change.type === 'position' && change.position) next.set(change.id, change.position)
    const ids = moved.map((change) => ('id' in change ? change.id : ''))
    carrySelected(next, ids[0])
    carryFramed(next, new Set(ids))
    return { moving: next }
  })
}

/** The first wire under a point of the screen that `fits`. */
export function wireUnder(at: Position, fits: (edge: GraphEdge) => boolean): GraphEdge | null {
  const { edges } = indexOf(useEditor.getState().document)
  for (const element of document.elementsFromPoint(at.x, at.y)) {
    const edge = edges.get(element.closest<SVGElement>('.react-flow__edge')?.dataset.id ?? '')
    if (edge && fits(edge)) return edge
  }
  return wireAt(at, (link) => fits(link.edge))?.edge ?? null
}

/** The wire under the pointer through which a card that is dragged alone could lead. */
function wireFor(at: Position, id: string): GraphEdge | null {
  const { document: graph } = useEditor.getState()
  const index = indexOf(graph)
  const node = index.nodes.get(id)
  if (!node || index.incoming(id).length + index.outgoing(id).length > 0) return null
  return wireUnder(at, (edge) => throughNode(graph, edge, node) !== null)
}

const pointOf = (event: MouseEvent | TouchEvent) => ('clientX' in event ? event : event.changedTouches[0])

export function drag(event: unknown, node: FlowNode): void {
  const native = (event as { nativeEvent?: MouseEvent }).nativeEvent ?? (event as MouseEvent | TouchEvent)
  const point = pointOf(native)
  const { moving, target, copying } = useCanvas.getState()
  if (copying !== native.altKey) useCanvas.setState({ copying: native.altKey })
  if (!point || moving.size !== 1 || !indexOf(useEditor.getState().document).nodes.has(node.id)) return
  const over = native.altKey ? null : (wireFor({ x: point.clientX, y: point.clientY }, node.id)?.id ?? null)
  if (target !== over) useCanvas.setState({ target: over })
}

function insertCommands(graph: GraphDocument, node: string, target: string | null): readonly Command[] {
  const index = indexOf(graph)
  const edge = target === null ? undefined : index.edges.get(target)
  const card = index.nodes.get(node)
  const wires = edge && card && throughNode(graph, edge, card)
  if (!wires) return []
  return [{ type: 'remove', edges: [edge.id] }, ...wires.map((wire): Command => ({ type: 'addEdge', edge: wire }))]
}

/** What a hand that clicks moves the mouse by. */
const JITTER = 2

/** Where a card, a group or a note of the open level is. */
function placeIn(graph: GraphDocument, id: string): Position | undefined {
  const { items } = levelOf(graph, useEditor.getState().inside)
  return items.get(id)?.position ?? indexOf(graph).notes.get(id)?.position
}

function isMove(graph: GraphDocument, id: string, { x, y }: Position): boolean {
  const from = placeIn(graph, id)
  return from !== undefined && Math.hypot(x - from.x, y - from.y) > JITTER
}

export function dragStop(): void {
  const { moving, target, copying } = useCanvas.getState()
  useCanvas.setState({ moving: still, target: null, copying: false })
  const { document: graph } = useEditor.getState()
  if (![...moving].some(([id, place]) => isMove(graph, id, place))) return
  if (copying) {
    const [id = '', place] = [...moving][0] ?? []
    const from = placeIn(graph, id)
    if (from && place) duplicateAt(new Set(moving.keys()), snapped({ x: place.x - from.x, y: place.y - from.y }))
    return
  }
  const positions: Record<string, Position> = Object.fromEntries([...moving].map(([id, place]) => [id, snapped(place)]))
  const [first = ''] = moving.keys()
  dispatch({ type: 'batch', commands: [{ type: 'move', positions }, ...insertCommands(graph, first, target)] })
}

/** Milliseconds after the last key of a series of nudges. */
const PAUSE = 700
let timer: ReturnType<typeof setTimeout> | undefined

/** Moves cards by keys; a series of key presses is one step. */
export function nudge(ids: Iterable<string>, by: Position): void {
  const { document: graph } = useEditor.getState()
  useCanvas.setState(({ moving }) => {
    const next = new Map(moving)
    for (const id of withFramed(graph, new Set(ids))) {
      const from = moving.get(id) ?? placeIn(graph, id)
      if (from) next.set(id, { x: from.x + by.x, y: from.y + by.y })
    }
    return { moving: next }
  })
  clearTimeout(timer)
  timer = setTimeout(settle, PAUSE)
}

/** Writes nudges that are still waiting into the document. */
export function settle(): void {
  settleBend()
  clearTimeout(timer)
  timer = undefined
  const [place] = useCanvas.getState().moving.values()
  dragStop()
  if (place) announce(i18next.t('canvas.said.moved', { x: Math.round(place.x), y: Math.round(place.y) }))
}

// an edit, an undo or a save that comes in between must find the nudges in the document
useEditor.subscribe((state, before) => {
  if (timer !== undefined && state.document !== before.document) {
    clearTimeout(timer)
    timer = undefined
    useCanvas.setState({ moving: still })
  }
})
