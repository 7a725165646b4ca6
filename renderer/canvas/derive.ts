/**
 * What React Flow draws, made from the document. A node or edge that did not change keeps its object, so only what
 * changed is drawn again.
 */
import { type Edge, type Node, type NodeHandle, Position as Side } from '@xyflow/react'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge, GraphNode, GraphNote, Position } from '../../engine/document/types.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { type Body, bodyOf, HANDLE, NODE_WIDTH, portY, titleOf } from './geometry.ts'
import { type Placed, placeLabels } from './places.ts'

export type OpFlowNode = Node<Record<string, unknown> & { readonly body: Body }, 'op'>
export type NoteFlowNode = Node<Record<string, unknown> & { readonly note: GraphNote }, 'note'>
export type FlowNode = OpFlowNode | NoteFlowNode
/** `t` says where along the wire its labels stand, `points` what it is led through. */
export type FlowEdge = Edge<
  Record<string, unknown> & { readonly t: number; readonly points: readonly Position[] | undefined },
  'wire'
>

export interface View {
  readonly document: GraphDocument
  readonly selection: { readonly nodes: ReadonlySet<string>; readonly edges: ReadonlySet<string> }
  /** Positions that a drag in progress has not yet written into the document. */
  readonly moving: ReadonlyMap<string, Position>
  /** A wire one of whose points is being moved. */
  readonly bent: { readonly edge: string; readonly points: readonly Position[] } | null
  /** The one node that Tab reaches. */
  readonly tabStop: string | null
  readonly edgeTypes: ReadonlyMap<string, TensorType>
}

const handlesOf = (body: Body): NodeHandle[] => [
  ...body.inputs.map((port, i) => handle('target', port.name, -HANDLE / 2, portY(i, body.inputs.length, body.height))),
  ...body.outputs.map((port, i) =>
    handle('source', port.name, NODE_WIDTH - HANDLE / 2, portY(i, body.outputs.length, body.height))
  )
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

function opNode(node: GraphNode, body: Body, position: Position, selected: boolean, tabStop: boolean): OpFlowNode {
  const op = opOf(node.op)
  const size = { width: NODE_WIDTH, height: body.height }
  const title = titleOf(node, op)
  return {
    id: node.id,
    type: 'op',
    position,
    selected,
    data: { body },
    ...size,
    measured: size,
    handles: handlesOf(body),
    ariaLabel: op && op.title !== title ? `${title}, ${op.title}` : title,
    domAttributes: { tabIndex: tabStop ? 0 : -1 }
  }
}

const NOTE = { width: 240, height: 96 }

function noteNode(note: GraphNote, position: Position, selected: boolean): NoteFlowNode {
  const size = note.size ?? NOTE
  return {
    id: note.id,
    type: 'note',
    position,
    selected,
    data: { note },
    ...size,
    measured: size,
    zIndex: -1,
    focusable: false
  }
}

const flowEdge = (edge: GraphEdge, selected: boolean, t: number, points: FlowPoints): FlowEdge => ({
  ...edge,
  type: 'wire',
  selected,
  domAttributes: { tabIndex: -1 },
  data: { t, points }
})

const still: Position = { x: 0, y: 0 }

type FlowPoints = readonly Position[] | undefined

/** How far a drag in progress takes both ends of the wire, and its points with them. */
function carried(edge: GraphEdge, { document, moving }: View): Position {
  const [source, target] = [moving.get(edge.source), moving.get(edge.target)]
  if (!source || !target) return still
  const from = indexOf(document).nodes.get(edge.source)?.position ?? source
  return { x: source.x - from.x, y: source.y - from.y }
}

const sameBody = (a: Body, b: Body): boolean =>
  a.height === b.height &&
  a.inputs.length === b.inputs.length &&
  a.outputs.length === b.outputs.length &&
  a.inputs.every((port, i) => port.name === b.inputs[i]?.name)

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

export class FlowView {
  private readonly nodes = new Map<string, Kept<OpFlowNode>>()
  private readonly notes = new Map<string, Kept<NoteFlowNode>>()
  private readonly edges = new Map<string, Kept<FlowEdge>>()
  private readonly bodies = new Map<string, Body>()
  private bodiesOf: GraphDocument | null = null
  private places: ReadonlyMap<string, number> = new Map()
  private placesOf: readonly unknown[] = []

  /** Bodies depend on the node and on how many wires lead to it; a body that says the same stays the same object. */
  private updateBodies(document: GraphDocument): void {
    if (this.bodiesOf === document) return
    this.bodiesOf = document
    for (const node of document.nodes) {
      const body = bodyOf(document, node)
      const old = this.bodies.get(node.id)
      if (!old || !sameBody(old, body)) this.bodies.set(node.id, body)
    }
  }

  private updatePlaces({ document, edgeTypes, moving }: View): void {
    // labels stay where they are along the wire while a card is dragged
    if (moving.size > 0) return
    const key = [document.nodes, document.edges, edgeTypes]
    if (key.every((part, i) => part === this.placesOf[i])) return
    this.placesOf = key
    const placed = new Map<string, Placed>(
      document.nodes.map((node) => [node.id, { position: node.position, body: this.bodies.get(node.id) as Body }])
    )
    this.places = placeLabels(document, placed, edgeTypes)
  }

  nodesOf({ document, selection, moving, tabStop }: View): FlowNode[] {
    this.updateBodies(document)
    const nodes = document.nodes.map((node): FlowNode => {
      const body = this.bodies.get(node.id) as Body
      const position = moving.get(node.id) ?? node.position
      const selected = selection.nodes.has(node.id)
      const stop = tabStop === node.id
      const key = [node.op, node.label, node.id, body, position.x, position.y, selected, stop]
      return keep(this.nodes, node.id, key, () => opNode(node, body, position, selected, stop))
    })
    const notes = document.notes.map((note): FlowNode => {
      const position = moving.get(note.id) ?? note.position
      const selected = selection.nodes.has(note.id)
      return keep(this.notes, note.id, [note, position.x, position.y, selected], () =>
        noteNode(note, position, selected)
      )
    })
    return [...notes, ...nodes]
  }

  edgesOf(view: View): FlowEdge[] {
    this.updateBodies(view.document)
    this.updatePlaces(view)
    return view.document.edges.map((edge) => {
      const selected = view.selection.edges.has(edge.id)
      const t = this.places.get(edge.id) ?? 0.5
      const bent = view.bent?.edge === edge.id ? view.bent.points : edge.points
      const by = bent && view.moving.size > 0 ? carried(edge, view) : still
      return keep(this.edges, edge.id, [edge, selected, t, bent, by.x, by.y], () => {
        const points = by === still ? bent : bent?.map(({ x, y }) => ({ x: x + by.x, y: y + by.y }))
        return flowEdge(edge, selected, t, points)
      })
    })
  }
}
