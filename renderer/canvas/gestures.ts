/** Pulling wires with the pointer. */
import type { Connection, Edge, FinalConnectionState, Handle, IsValidConnection } from '@xyflow/react'
import i18next from 'i18next'
import { routed } from '../../engine/document/arrange.ts'
import type { Command } from '../../engine/document/commands.ts'
import type { Wire } from '../../engine/document/connect.ts'
import { fixesFor } from '../../engine/document/fixes.ts'
import { freeEdgeId } from '../../engine/document/insert.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { Problem } from '../../engine/problem.ts'
import { language } from '../i18n/index.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { mayHaveFixes } from '../problems/fixing.ts'
import { toast } from '../store/announce.ts'
import { dispatch, useEditor } from '../store/editor.ts'
import type { FlowEdge } from './derive.ts'
import { titleOf } from './geometry.ts'
import { nodeEnd } from './level.ts'
import { cardAt } from './sketch/under.ts'
import { focusedNode, openSearch, pointer, useCanvas } from './state.ts'
import { connectCommand, type End, mismatch, reasonAgainstNode, refusal, wireTo } from './wires.ts'

const graph = () => useEditor.getState().document

/** The edge whose end is being moved. */
let moved: string | undefined

export const endOf = (handle: Handle | null): End | null =>
  handle?.id ? { ...nodeEnd(handle.nodeId, handle.id), side: handle.type } : null

function wireOf(c: Connection | Edge): Wire {
  const from = nodeEnd(c.source, c.sourceHandle ?? '')
  const to = nodeEnd(c.target, c.targetHandle ?? '')
  return {
    id: moved ?? freeEdgeId(graph()),
    source: from.node,
    sourceHandle: from.handle,
    target: to.node,
    targetHandle: to.handle
  }
}

export const isValidConnection: IsValidConnection<FlowEdge> = (connection) =>
  refusal(graph(), wireOf(connection), moved) === null

function complain(problem: Problem): void {
  const { message, hint } = problemText(problem, language())
  toast('note', message, hint ?? undefined)
}

/** "x connected to Add, input a". */
function connectedText(wire: Wire): string {
  const { nodes } = indexOf(graph())
  const name = (id: string) => {
    const node = nodes.get(id)
    return node ? titleOf(node) : id
  }
  return i18next.t('canvas.said.connected', { from: name(wire.source), to: name(wire.target), port: wire.targetHandle })
}

/** Draws the wire; one whose shapes do not fit is drawn too, and says why. */
export function draw(wire: Wire): boolean {
  const document = graph()
  const command = connectCommand(document, wire)
  if (!command) return false
  const found = mismatch(document, wire)
  const problems = dispatch(command, { announce: connectedText(wire) })
  const reason = problems?.[0] ?? found
  if (reason && (problems || !offerFixes(wire.target))) complain(reason)
  return problems === null
}

/** Shows what would mend the node, at the pointer or beside the card that has the focus. False where nothing would. */
export function offerFixes(node: string): boolean {
  const { checked } = useEditor.getState()
  const problem = checked.byNode.get(node)?.find(mayHaveFixes)
  if (!problem || fixesFor(graph(), problem).length === 0) return false
  const focus = focusedNode() !== null
  const card = document.querySelector(`.react-flow__node[data-id="${CSS.escape(node)}"]`)?.getBoundingClientRect()
  const hand = pointer()
  const at = focus || !hand ? { x: card?.x ?? 0, y: card?.bottom ?? 0 } : hand
  useCanvas.setState({ offer: { at, node, focus } })
  return true
}

export const reconnectStart = (_event: unknown, edge: FlowEdge): void => {
  moved = edge.id
}

export const connect = (connection: Connection): void => void draw(wireOf(connection))

const pointOf = (event: MouseEvent | TouchEvent): { x: number; y: number } | null => {
  const point = 'clientX' in event ? event : event.changedTouches[0]
  return point ? { x: point.clientX, y: point.clientY } : null
}

/** The node or the group whose card is under a point of the screen. */
export function nodeUnder({ x, y }: { x: number; y: number }): string | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const id = element.closest<HTMLElement>('.react-flow__node-op, .react-flow__node-subgraph')?.dataset.id
    if (id) return id
  }
  return cardAt({ x, y })
}

/** Released elsewhere than on a port: a card takes the wire on its first free port that fits, the empty canvas asks what for. */
export function connectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  const from = endOf(state.fromHandle)
  const at = pointOf(event)
  if (state.isValid || !from || !at || moved !== undefined) return
  const document = graph()
  const to = endOf(state.toHandle)
  const node = to?.node ?? nodeUnder(at)
  if (node === null || node === undefined) {
    const pane = globalThis.document.elementFromPoint(at.x, at.y)?.closest('.react-flow')
    if (pane) openSearch(at, from)
    return
  }
  if (node === from.node) return
  const wire = to ? null : wireTo(document, from, node)
  if (wire) draw(wire)
  else {
    const problem = reasonAgainstNode(document, from, node)
    if (problem) complain(problem)
    else toast('note', i18next.t(from.side === 'source' ? 'canvas.noInput' : 'canvas.noOutput'))
  }
}

export function reconnect(old: FlowEdge, connection: Connection): void {
  // its points stay: most of the way is the same
  const wire = routed({ ...wireOf(connection), id: old.id }, indexOf(graph()).edges.get(old.id)?.points ?? [])
  const taken = indexOf(graph()).into(wire.target, wire.targetHandle)
  const gone = taken && taken.id !== old.id ? [old.id, taken.id] : [old.id]
  const commands: Command[] = [
    { type: 'remove', edges: gone },
    { type: 'addEdge', edge: wire }
  ]
  const refused = dispatch({ type: 'batch', commands }, { announce: connectedText(wire) })
  if (refused) complain(refused[0] as Problem)
  else offerFixes(wire.target)
}

/** An end that is let go over the empty canvas takes the wire away. */
export function reconnectEnd(
  event: MouseEvent | TouchEvent,
  edge: FlowEdge,
  _type: unknown,
  state: FinalConnectionState
): void {
  moved = undefined
  const at = pointOf(event)
  if (!state.isValid && !state.toHandle && at && nodeUnder(at) === null) {
    const what = i18next.t('canvas.edges', { count: 1 })
    dispatch({ type: 'remove', edges: [edge.id] }, { announce: i18next.t('canvas.said.deleted', { what }) })
  }
}
