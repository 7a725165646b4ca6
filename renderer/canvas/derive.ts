/**
 * What React Flow draws, made from the document. A node or edge that did not change keeps its object, so only what
 * changed is drawn again.
 */

import { type Edge, type Node, type NodeHandle, Position as Side } from '@xyflow/react'
import i18next from 'i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphGroup, GraphNode, GraphNote, Position } from '../../engine/document/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { type Body, type Box, HANDLE, NOTE_SIZE, portY, sameBody, titleOf } from './geometry.ts'
import { type Level, type Link, levelOf } from './level.ts'
import type { Near } from './near.ts'

export type OpFlowNode = Node<Record<string, unknown> & { readonly body: Body }, 'op'>
export type NoteFlowNode = Node<Record<string, unknown> & { readonly note: GraphNote }, 'note'>
export type GroupFlowNode = Node<Record<string, unknown> & { readonly body: Body }, 'subgraph'>
/** An end of a wire outside the open group. */
export type OuterFlowNode = Node<Record<string, unknown> & { readonly body: Body }, 'outer'>
export type FlowNode = OpFlowNode | GroupFlowNode | OuterFlowNode | NoteFlowNode
/** `t` says where along the wire its labels stand, `points` what it is led through. */
export type FlowEdge = Edge<
  Record<string, unknown> & { readonly t: number; readonly points: readonly Position[] | undefined },
  'wire'
>

export interface View {
  readonly document: GraphDocument
  /** The open group. */
  readonly inside: string | null
  readonly selection: { readonly nodes: ReadonlySet<string>; readonly edges: ReadonlySet<string> }
  /** Positions that a drag in progress has not yet written into the document. */
  readonly moving: ReadonlyMap<string, Position>
  /** A wire one of whose points is being moved. */
  readonly bent: { readonly edge: string; readonly points: readonly Position[] } | null
  /** A note whose border is being dragged. */
  readonly sizing: { readonly id: string; readonly box: Box } | null
  /** The one node that Tab reaches. */
  readonly tabStop: string | null
  /** Where along each wire its labels stand. */
  readonly places: ReadonlyMap<string, number>
  /** What of a large graph is in the page. */
  readonly near: Near
}

const handlesOf = (body: Body): NodeHandle[] => [
  ...body.inputs.map((port, i) => handle('target', port.name, -HANDLE / 2, portY(body, 'inputs', i))),
  ...body.outputs.map((port, i) => handle('source', port.name, body.width - HANDLE / 2, portY(body, 'outputs', i)))
]

const handle = (type: 'source' | 'target', id: string, x: number, y: number): NodeHandle => ({
  id,
  type,
  position: type === 'source' ? Side.Right : Side.Left,
  x,
  y: y - HANDLE / 2,
  width: HANDLE,
  height: HANDLE
})

/**
 * Where an element stands: by its edges and not by React Flow's transform, which the browser would keep a layer for, a
 * thousand layers to put together at each frame of a pan.
 */
const at = (position: Position) => ({ position, style: { transform: 'none', left: position.x, top: position.y } })

interface Card {
  readonly id: string
  readonly body: Body
  readonly position: Position
  readonly selected: boolean
  /** Tab reaches it. */
  readonly stop: boolean
  /** It is not in the page: a wire of it is. */
  readonly hidden: boolean
}

function card({ id, body, position, selected, stop, hidden }: Card) {
  const size = { width: body.width, height: body.height }
  return {
    id,
    ...at(position),
    hidden,
    selected,
    data: { body },
    ...size,
    measured: size,
    handles: handlesOf(body),
    domAttributes: { tabIndex: stop ? 0 : -1 }
  }
}

function opNode(made: Card, node: GraphNode): OpFlowNode {
  const op = opOf(node.op)
  const title = titleOf(node, op)
  return { ...card(made), type: 'op', ariaLabel: op && op.title !== title ? `${title}, ${op.title}` : title }
}

const groupNode = (made: Card, group: GraphGroup): GroupFlowNode => ({
  ...card(made),
  type: 'subgraph',
  ariaLabel: group.label || group.id
})

const outerNode = (made: Card): OuterFlowNode => ({
  ...card(made),
  type: 'outer',
  draggable: false,
  selectable: false,
  focusable: false,
  domAttributes: {}
})

function noteNode(note: GraphNote, { x, y, width, height }: Box, selected: boolean, stop: boolean): NoteFlowNode {
  const size = { width, height }
  return {
    id: note.id,
    type: 'note',
    ...at({ x, y }),
    selected,
    data: { note },
    ...size,
    measured: size,
    zIndex: note.kind === 'frame' ? -2 : -1,
    ariaLabel: note.text,
    domAttributes: { tabIndex: stop ? 0 : -1 }
  }
}

const flowEdge = (
  { id, source, sourceHandle, target, targetHandle }: Link,
  selected: boolean,
  t: number,
  points: FlowPoints
): FlowEdge => ({
  id,
  source,
  sourceHandle,
  target,
  targetHandle,
  type: 'wire',
  selected,
  ariaRole: 'group',
  ariaLabel: i18next.t('canvas.wireFromTo', { from: source, to: target }),
  domAttributes: { tabIndex: -1 },
  data: { t, points }
})

const still: Position = { x: 0, y: 0 }

type FlowPoints = readonly Position[] | undefined

/** How far a drag in progress takes both ends of the wire, and its points with them. */
function carried(link: Link, { moving }: View, level: Level): Position {
  const [source, target] = [moving.get(link.source), moving.get(link.target)]
  if (!source || !target) return still
  const from = level.items.get(link.source)?.position ?? source
  return { x: source.x - from.x, y: source.y - from.y }
}

interface Kept<T> {
  readonly key: readonly unknown[]
  readonly made: T
}

function keep<T>(cache: Map<string, Kept<T>>, id: string, key: readonly unknown[], make: () => T): T {
  const kept = cache.get(id)
  if (kept?.key.every((part, i) => part === key[i])) return kept.made
  const made = make()
  cache.set(id, { key, made })
  return made
}

/** The row as it was, where nothing in it is new: React Flow looks through a new one from end to end. */
const settled = <T>(before: T[] | undefined, now: T[]): T[] =>
  before && before.length === now.length && now.every((one, i) => one === before[i]) ? before : now

export class FlowView {
  private readonly nodes = new Map<string, Kept<FlowNode>>()
  private readonly edges = new Map<string, Kept<FlowEdge>>()
  private readonly bodies = new Map<string, Body>()
  private level: Level | null = null
  private lastEdges: FlowEdge[] = []
  private last: { readonly view: View; readonly made: FlowNode[] } | null = null

  /** Bodies depend on the node and on how many wires lead to it; a body that says the same stays the same object. */
  private update({ document, inside }: View): Level {
    const level = levelOf(document, inside)
    if (this.level === level) return level
    this.level = level
    for (const { id, body } of level.items.values()) {
      const old = this.bodies.get(id)
      if (!old || !sameBody(old, body)) this.bodies.set(id, body)
    }
    return level
  }

  nodesOf(view: View): FlowNode[] {
    const made = settled(this.last?.made, this.onlyMoved(view) ?? this.allNodes(view))
    this.last = { view, made }
    return made
  }

  /** While cards are dragged the others are as they were: null where more has changed. */
  private onlyMoved(view: View): FlowNode[] | null {
    if (!this.last || view.moving.size === 0) return null
    const { view: before, made } = this.last
    const parts = ['document', 'inside', 'selection', 'sizing', 'tabStop', 'near'] as const
    if (before.moving.size !== view.moving.size || parts.some((part) => view[part] !== before[part])) return null
    return made.map((node) => {
      const position = view.moving.get(node.id)
      return position && position !== before.moving.get(node.id) ? ({ ...node, ...at(position) } as FlowNode) : node
    })
  }

  private allNodes(view: View): FlowNode[] {
    const { document, selection, moving, tabStop, near } = view
    const level = this.update(view)
    const index = indexOf(document)
    const items = [...level.items.values()].filter(({ id }) => near.nodes?.has(id) !== false || near.ends.has(id))
    const cards = items.map(({ id, kind, position: there }): FlowNode => {
      const body = this.bodies.get(id) as Body
      const position = moving.get(id) ?? there
      const [selected, stop, hidden] = [selection.nodes.has(id), tabStop === id, near.ends.has(id)]
      const card: Card = { id, body, position, selected, stop, hidden }
      const node = index.nodes.get(id)
      const group = index.groups.get(id)
      const key = [kind, node?.op, node?.label, group?.label, body, position.x, position.y, selected, stop, hidden]
      return keep(this.nodes, id, key, () =>
        node ? opNode(card, node) : group ? groupNode(card, group) : outerNode(card)
      )
    })
    const notes = level.notes.map((note): FlowNode => {
      const box = view.sizing?.id === note.id ? view.sizing.box : null
      const position = box ?? moving.get(note.id) ?? note.position
      const selected = selection.nodes.has(note.id)
      const stop = tabStop === note.id
      return keep(this.nodes, note.id, [note, box, position.x, position.y, selected, stop], () =>
        noteNode(note, box ?? { ...position, ...(note.size ?? NOTE_SIZE) }, selected, stop)
      )
    })
    return [...notes, ...cards]
  }

  edgesOf(view: View): FlowEdge[] {
    const level = this.update(view)
    const { edges } = view.near
    const links = edges ? level.links.filter(({ id }) => edges.has(id)) : level.links
    const made = links.map((link) => {
      const { edge, source, sourceHandle, target, targetHandle } = link
      const selected = view.selection.edges.has(edge.id)
      const t = view.places.get(edge.id) ?? 0.5
      const bent = view.bent?.edge === edge.id ? view.bent.points : link.points
      const by = bent && view.moving.size > 0 ? carried(link, view, level) : still
      const key = [edge, selected, t, bent, by.x, by.y, source, sourceHandle, target, targetHandle, i18next.language]
      return keep(this.edges, edge.id, key, () => {
        const points = by === still ? bent : bent?.map(({ x, y }) => ({ x: x + by.x, y: y + by.y }))
        return flowEdge(link, selected, t, points)
      })
    })
    this.lastEdges = settled(this.lastEdges, made)
    return this.lastEdges
  }
}
