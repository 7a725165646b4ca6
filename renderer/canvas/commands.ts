/** What the canvas can do, for its own gestures and for the table of actions. Each is one undo step. */

import i18next from 'i18next'
import { withInsides } from '../../engine/document/groups.ts'
import { throughNode as insertThrough } from '../../engine/document/insert.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge, GraphNode, Position } from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import { motion } from '../app/motion.ts'
import { language } from '../i18n/index.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { applyFix, nextFix } from '../problems/fixing.ts'
import { announce, toast } from '../store/announce.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { boundsOf, flow, positionAt, reveal, showBox } from '../store/flow.ts'
import { straightening } from './bending.ts'
import { cornerOf, fragmentText, insertion, linking, readFragment } from './fragment.ts'
import { bodyOf, overlap, titleOf } from './geometry.ts'
import { offerFixes } from './gestures.ts'
import { tidyPositions } from './layout.ts'
import { boxAround, boxOf, levelOf, noteBox } from './level.ts'
import { focusedEdge, focusedNode, focusNode, pointer } from './state.ts'
import { bridgesOver, refusal } from './wires.ts'

const t = i18next.t.bind(i18next)
const editor = () => useEditor.getState()
const duration = (): number => motion(200)

/** Below, room for the zoom's buttons, which would lie on cards. */
const AROUND = { x: 0.09, top: 0.09, bottom: '60px' } as const

/** The whole graph in view; of an empty one, its origin, at full size. */
export function fitView(milliseconds = duration()): void {
  const box = boundsOf()
  if (box) showBox(box, { duration: milliseconds, padding: AROUND, maxZoom: 1.25 })
  else void flow()?.setViewport({ x: 0, y: 0, zoom: 1 }, { duration: milliseconds })
}

export const fitSelection = (): void =>
  showBox(boundsOf(editor().selection.nodes), { duration: duration(), padding: 0.3, maxZoom: 1.5 })
export const zoomIn = (): void => void flow()?.zoomIn({ duration: duration() })
export const zoomOut = (): void => void flow()?.zoomOut({ duration: duration() })
export const zoomTo = (zoom: number): void => void flow()?.zoomTo(zoom, { duration: duration() })

export const hasSelection = (): boolean => editor().selection.nodes.size + editor().selection.edges.size > 0
export const hasSelectedNodes = (): boolean => editor().selection.nodes.size > 0

/** The level that is on the canvas. */
const level = () => levelOf(editor().document, editor().inside)

export function selectAll(): void {
  const { items, notes, links } = level()
  select({
    nodes: [...[...items.values()].filter(({ kind }) => kind !== 'outer'), ...notes].map(({ id }) => id),
    edges: links.map(({ id }) => id)
  })
}

export const selectNone = (): void => select({})

/** Keeps the focus in the graph when the card that has it goes away. */
function neighbourOf(id: string): string | null {
  const { links, items } = level()
  const beside = links.flatMap(({ source, target }) => (target === id ? [source] : source === id ? [target] : []))
  return beside.find((other) => items.get(other)?.kind !== 'outer') ?? null
}

/** Takes away what the ids name; groups go with all that is in them. */
export function removeCommand(document: GraphDocument, ids: Iterable<string>, edges: Iterable<string> = []) {
  const index = indexOf(document)
  const of = (table: { has(id: string): boolean }) => [...ids].filter((id) => table.has(id))
  return {
    type: 'remove' as const,
    nodes: of(index.nodes),
    edges: [...edges],
    notes: of(index.notes),
    groups: of(index.groups)
  }
}

const counted = (nodes: number, edges: number): string =>
  [nodes > 0 && t('canvas.nodes', { count: nodes }), edges > 0 && t('canvas.edges', { count: edges })]
    .filter(Boolean)
    .join(', ')

export function deleteSelection(): void {
  const { document, selection } = editor()
  if (!hasSelection()) return
  const { nodes, edges } = selection
  const next = [...nodes].map(neighbourOf).find((id) => id !== null && !nodes.has(id))
  const refocus = focusedNode() !== null
  const wire = indexOf(document).edges.get(focusedEdge() ?? '')
  dispatch(removeCommand(document, nodes, edges), {
    announce: t('canvas.said.deleted', { what: counted(nodes.size, edges.size) })
  })
  if (refocus && next) focusNode(next)
  else if (wire) focusNode(wire.target)
}

/** Takes nodes out and joins what came before them to what follows. */
export function deleteAndReconnect(): void {
  const { document, selection } = editor()
  const { nodes } = selection
  if (nodes.size === 0) {
    deleteSelection()
    return
  }
  const bridges = bridgesOver(document, new Set(withInsides(document, nodes).nodes))
  dispatch(
    {
      type: 'batch',
      commands: [removeCommand(document, nodes), ...bridges.map((edge) => ({ type: 'addEdge' as const, edge }))]
    },
    { announce: t('canvas.said.deleted', { what: counted(nodes.size, 0) }) }
  )
}

const SHIFT = 32

/** Wires that enter the nodes and groups from outside. */
function feedsOf(document: GraphDocument, ids: ReadonlySet<string>): GraphEdge[] {
  const nodes = new Set(withInsides(document, ids).nodes)
  return document.edges.filter((edge) => nodes.has(edge.target) && !nodes.has(edge.source))
}

let copied: { readonly text: string; readonly feeds: readonly GraphEdge[]; pastes: number } | null = null

/** The selected part as text; null where no node is selected. */
export function selectionText(): string | null {
  const { document, selection } = editor()
  if (selection.nodes.size === 0) return null
  const text = fragmentText(document, selection.nodes)
  copied = { text, feeds: feedsOf(document, selection.nodes), pastes: 0 }
  return text
}

export function duplicate(keepInputs = false): void {
  const { document, selection } = editor()
  duplicateAt(selection.nodes, { x: SHIFT, y: SHIFT }, keepInputs ? feedsOf(document, selection.nodes) : [])
}

/** Copies of the nodes, that far from them; the copies are then selected. */
export function duplicateAt(
  nodes: ReadonlySet<string>,
  shift: Position,
  feeds: readonly GraphEdge[] = [],
  linked = false
): void {
  if (nodes.size === 0) return
  const { document } = editor()
  const fragment = readFragment(fragmentText(document, nodes))
  const { command, ids, links } = insertion(document, fragment, shift, feeds)
  const commands = linked ? [command, ...linking(document, links)] : [command]
  dispatch({ type: 'batch', commands }, { announce: t('canvas.said.duplicated', { what: counted(ids.length, 0) }) })
  select({ nodes: ids })
}

/** Copies of the selected groups that stay the same as these inside. */
export function duplicateLinked(): void {
  const { document, selection } = editor()
  const groups = [...selection.nodes].filter((id) => indexOf(document).groups.has(id))
  const box = boxAround(selectedBoxes())
  if (groups.length === 0 || !box) return
  // below, where nothing stands yet
  const taken = [...level().items.values()].map(boxOf)
  let y = box.height + SHIFT
  while (taken.some((other) => overlap(other, { ...box, y: box.y + y }) > 0)) y += SHIFT
  duplicateAt(new Set(groups), { x: 0, y }, [], true)
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    toast('failed', t('canvas.clipboardDenied'))
    return false
  }
}

export async function copy(): Promise<void> {
  const text = selectionText()
  if (text !== null && (await write(text)))
    announce(t('canvas.said.copied', { what: counted(editor().selection.nodes.size, 0) }))
}

export async function cut(): Promise<void> {
  const text = selectionText()
  if (text !== null && (await write(text))) deleteSelection()
}

/** Puts a graph from the clipboard into this one: at the pointer, or beside the original. */
export function pasteText(text: string, keepInputs = false): void {
  const { document } = editor()
  try {
    const fragment = readFragment(text)
    if (fragment.nodes.length + fragment.notes.length === 0) return
    const mine = copied?.text === text ? copied : null
    if (mine) mine.pastes++
    const { command, ids } = insertion(
      document,
      fragment,
      shiftFor(fragment, mine?.pastes ?? 0),
      keepInputs ? mine?.feeds : []
    )
    const problems = dispatch(command, { announce: t('canvas.said.pasted', { what: counted(ids.length, 0) }) })
    if (problems) throw new ProblemError(problems)
    select({ nodes: ids })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const { message, hint } = problemText(error.problem, language())
    toast('failed', t('canvas.pasteFailed'), [message, hint].filter(Boolean).join(' '))
  }
}

function shiftFor(fragment: GraphDocument, pastes: number): Position {
  const hand = pointer()
  const at = hand && positionAt(hand.x, hand.y)
  if (!at) return { x: SHIFT * Math.max(1, pastes), y: SHIFT * Math.max(1, pastes) }
  const corner = cornerOf(fragment)
  return { x: Math.round(at.x - corner.x), y: Math.round(at.y - corner.y) }
}

export async function paste(keepInputs = false): Promise<void> {
  try {
    pasteText(await navigator.clipboard.readText(), keepInputs)
  } catch {
    // without leave to read the clipboard, what was copied here can still be pasted here
    if (copied) pasteText(copied.text, keepInputs)
    else toast('failed', t('canvas.clipboardDenied'))
  }
}

/** Lays out the selected nodes, or all where fewer than two are selected. */
export async function tidy(): Promise<void> {
  const { document, selection, revision, inside } = editor()
  const { items } = level()
  if (items.size === 0) return
  const cards = new Set([...selection.nodes].filter((id) => items.has(id)))
  // it goes on in a worker: of what takes longer than a moment a word is said
  const saying = setTimeout(() => toast('note', t('canvas.tidying')), 800)
  const positions = await tidyPositions(levelOf(document, inside), cards.size > 1 ? cards : undefined)
    .catch((error: unknown) => {
      const deep = String(error).startsWith('RangeError')
      toast('failed', t('canvas.tidyFailed'), deep ? t('canvas.tidyDeep') : String(error))
    })
    .finally(() => clearTimeout(saying))
  if (!positions) return
  if (editor().revision !== revision) return toast('note', t('canvas.tidyStale'))
  // wires that were led around things run straight again: the things are elsewhere now
  const led = document.edges.filter((edge) => edge.source in positions || edge.target in positions)
  dispatch(
    { type: 'batch', commands: [{ type: 'move', positions }, ...straightening(led)] },
    { announce: t('canvas.said.tidied') }
  )
  requestAnimationFrame(() => fitView())
}

/** The cards that are selected, with their sizes. */
function selectedBoxes() {
  const { selection } = editor()
  const { items, notes } = level()
  return [
    ...[...items.values()].map((item) => ({ id: item.id, ...boxOf(item) })),
    ...notes.map((note) => ({ id: note.id, ...noteBox(note) }))
  ].filter(({ id }) => selection.nodes.has(id))
}

/** The gaps between the cards become equal; the outermost stay where they are. */
export function distribute(axis: 'x' | 'y'): void {
  const boxes = selectedBoxes().sort((a, b) => a[axis] - b[axis])
  const [first, last] = [boxes[0], boxes.at(-1)]
  if (boxes.length < 3 || !first || !last) return
  const size = axis === 'x' ? 'width' : 'height'
  const taken = boxes.reduce((sum, box) => sum + box[size], 0)
  const gap = (last[axis] + last[size] - first[axis] - taken) / (boxes.length - 1)
  const positions: Record<string, Position> = {}
  let next = first[axis]
  for (const box of boxes) {
    positions[box.id] = { x: box.x, y: box.y, [axis]: Math.round(next) }
    next += box[size] + gap
  }
  dispatch({ type: 'move', positions }, { announce: t('canvas.said.distributed') })
}

export type Alignment = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom'

export function align(to: Alignment): void {
  const boxes = selectedBoxes()
  if (boxes.length < 2) return
  const left = Math.min(...boxes.map((b) => b.x))
  const right = Math.max(...boxes.map((b) => b.x + b.width))
  const top = Math.min(...boxes.map((b) => b.y))
  const bottom = Math.max(...boxes.map((b) => b.y + b.height))
  const place = (b: (typeof boxes)[number]): Position => {
    switch (to) {
      case 'left':
        return { x: left, y: b.y }
      case 'right':
        return { x: right - b.width, y: b.y }
      case 'centre':
        return { x: Math.round((left + right - b.width) / 2), y: b.y }
      case 'top':
        return { x: b.x, y: top }
      case 'bottom':
        return { x: b.x, y: bottom - b.height }
      case 'middle':
        return { x: b.x, y: Math.round((top + bottom - b.height) / 2) }
    }
  }
  const positions = Object.fromEntries(boxes.map((b) => [b.id, place(b)]))
  dispatch({ type: 'move', positions }, { announce: t('canvas.said.aligned') })
}

/** Mends the problem of the selected node, or the first one: at once where there is one way to, else by asking. */
export function fixNext(): void {
  const next = nextFix()
  if (!next) {
    toast('note', t('fixes.none'))
    return
  }
  reveal(next.node)
  select({ nodes: [next.node] })
  const [only, ...more] = next.fixes
  if (only && more.length === 0) applyFix(only)
  else {
    focusNode(next.node)
    // when the view stands still again
    setTimeout(() => offerFixes(next.node), duration() + 60)
  }
}

export function setObjective(id: string | null): void {
  const node = id === null ? undefined : indexOf(editor().document).nodes.get(id)
  dispatch(
    { type: 'set', setting: 'objective', value: id },
    { announce: node ? t('canvas.said.objective', { node: titleOf(node) }) : t('canvas.said.noObjective') }
  )
}

/** Puts a node that has a free input and an output on a wire: the wire then runs through it. */
export function throughNode(document: GraphDocument, edge: GraphEdge, node: GraphNode): readonly GraphEdge[] | null {
  const { inputs, outputs } = bodyOf(document, node)
  const index = indexOf(document)
  const input = inputs.find((port) => !index.into(node.id, port.name))
  const output = outputs[0]
  if (!input || !output || edge.source === node.id || edge.target === node.id) return null
  const through = { id: node.id, input: input.name, output: output.name }
  const [first, second] = insertThrough(document, edge, through, node.position)
  const without = { ...document, edges: document.edges.filter((e) => e.id !== edge.id) }
  if (refusal(without, first)) return null
  return refusal({ ...without, edges: [...without.edges, first] }, second) ? null : [first, second]
}
