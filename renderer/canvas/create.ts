/** New nodes: their ids, where they stand, and wires that come with them. */

import { check } from '../../engine/document/check.ts'
import { apply, type Command } from '../../engine/document/commands.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import {
  emptyDocument,
  type GraphDocument,
  type GraphEdge,
  type GraphNode,
  type Position
} from '../../engine/document/types.ts'
import { type Op, portsOf } from '../../engine/ir/op.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import { nodeIdFor } from '../app/addNode.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { throughNode } from './commands.ts'
import { bodyOf, NODE_WIDTH, overlap, snapped } from './geometry.ts'
import { boxOf, levelOf } from './level.ts'
import { type End, wireTo } from './wires.ts'

/** A card of the operator with its middle at `middle`. */
export function nodeAround(document: GraphDocument, op: Op, middle: Position): GraphNode {
  const node: GraphNode = { id: nodeIdFor(document, op), op: op.kind, position: middle }
  const { height } = bodyOf(document, node)
  return { ...node, position: snapped({ x: middle.x - NODE_WIDTH / 2, y: middle.y - height / 2 }) }
}

const STEP = 24

/** The first place at or below `position`, stepwise, where the card covers no other. */
export function freePlace(document: GraphDocument, node: GraphNode): GraphNode {
  const boxes = [...levelOf(document, useEditor.getState().inside).items.values()].map(boxOf)
  const body = bodyOf(document, node)
  const covers = (place: GraphNode) => boxes.some((box) => overlap(box, boxOf({ position: place.position, body })) > 0)
  let placed = node
  for (let tries = 0; tries < 40 && covers(placed); tries++) {
    placed = { ...placed, position: { x: placed.position.x + STEP, y: placed.position.y + STEP } }
  }
  return placed
}

/** Adds the operator, wired to `from` where there is one, as one step; the new node is then selected. */
export function addOp(op: Op, middle: Position, from?: End | null): string {
  const { document } = useEditor.getState()
  const gap = NODE_WIDTH / 2
  const at = from ? { x: middle.x + (from.side === 'source' ? gap : -gap), y: middle.y } : middle
  const node = freePlace(document, nodeAround(document, op, at))
  const commands: Command[] = [{ type: 'addNode', node }]
  const grown = from && apply(document, commands[0] as Command).document
  const wire = grown && wireTo(grown, from, node.id)
  if (wire) commands.push({ type: 'addEdge', edge: wire, replace: true })
  dispatch({ type: 'batch', commands })
  select({ nodes: [node.id] })
  return node.id
}

/** Commands that put a new node of the operator into the wire; null where it has no way through. */
function intoWire(document: GraphDocument, node: GraphNode, edge: GraphEdge): readonly Command[] | null {
  const add: Command = { type: 'addNode', node }
  const grown = apply(document, add).document
  const wires = grown && throughNode(grown, edge, node)
  if (!wires) return null
  return [add, { type: 'remove', edges: [edge.id] }, ...wires.map((wire): Command => ({ type: 'addEdge', edge: wire }))]
}

/** Whether a node of the operator could be put into the wire. */
export function fitsInto(op: Op, edge: GraphEdge): boolean {
  const { document } = useEditor.getState()
  return intoWire(document, nodeAround(document, op, { x: 0, y: 0 }), edge) !== null
}

/** Adds the operator and leads the wire through it, as one step; null where it has no way through. */
export function addOpInto(op: Op, middle: Position, id: string): string | null {
  const { document } = useEditor.getState()
  const edge = indexOf(document).edges.get(id)
  const node = nodeAround(document, op, middle)
  const commands = edge && intoWire(document, node, edge)
  if (!commands) return null
  dispatch({ type: 'batch', commands })
  select({ nodes: [node.id] })
  return node.id
}

/** Whether a wire from an output of this type can go into the operator, found by trying it in a graph of the two. */
export function takes(op: Op, type: TensorType | undefined): boolean {
  if (portsOf(op).length === 0 && !op.variadic) return false
  if (!type) return true
  const source: GraphNode = {
    id: 'source',
    op: 'Input',
    attributes: { shape: type.shape.map((d, i) => (typeof d === 'number' ? d : i === 0 ? null : 1)) },
    position: { x: 0, y: 0 }
  }
  const node = { id: 'node', op: op.kind, position: { x: 0, y: 0 } }
  const document: GraphDocument = { ...emptyDocument, nodes: [source, node] }
  const wire = wireTo(document, { node: 'source', handle: 'out', side: 'source' }, 'node')
  if (!wire) return false
  const { problems } = check({ ...document, edges: [wire] })
  return !problems.some((p) => p.severity === 'error' && p.code.startsWith('shape.'))
}
