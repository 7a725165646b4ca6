/** Puts the graph of an expression on the canvas: laid out, beside what is there, as one step. */
import i18next from 'i18next'
import type { FormulaGraph } from '../../engine/document/formula.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, Position } from '../../engine/document/types.ts'
import { fitView } from '../canvas/commands.ts'
import { insertion } from '../canvas/fragment.ts'
import { type Box, overlap } from '../canvas/geometry.ts'
import { tidyPositions } from '../canvas/layout.ts'
import { boxOf, levelOf } from '../canvas/level.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { centre } from '../store/flow.ts'

const GAP = 96

interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

function boundsOf(document: GraphDocument): Bounds | null {
  const boxes = boxesOf(document)
  if (boxes.length === 0) return null
  return {
    left: Math.min(...boxes.map((b) => b.x)),
    top: Math.min(...boxes.map((b) => b.y)),
    right: Math.max(...boxes.map((b) => b.x + b.width)),
    bottom: Math.max(...boxes.map((b) => b.y + b.height))
  }
}

/** The cards on the canvas where it is the open document, else all. */
function boxesOf(document: GraphDocument): Box[] {
  const { document: open, inside } = useEditor.getState()
  return [...levelOf(document, document === open ? inside : null).items.values()].map(boxOf)
}

const moved = (document: GraphDocument, by: Position): GraphDocument => ({
  ...document,
  nodes: document.nodes.map((node) => ({
    ...node,
    position: { x: Math.round(node.position.x + by.x), y: Math.round(node.position.y + by.y) }
  }))
})

const isFree = (document: GraphDocument, fragment: GraphDocument): boolean =>
  boxesOf(fragment).every((box) => boxesOf(document).every((other) => overlap(other, box) === 0))

const laidOut = async (document: GraphDocument): Promise<GraphDocument> => {
  const positions = await tidyPositions(levelOf(document, null))
  return {
    ...document,
    nodes: document.nodes.map((node) => ({ ...node, position: positions[node.id] ?? node.position }))
  }
}

const STEPS = [0, 1, -1, 2, -2, 3, -3, 4, 6, 8, 10, 12]
const STEP = 44

/** Laid out together with what feeds it and held to where that stands; a little higher or lower where there is no room. */
async function besideSources(
  document: GraphDocument,
  { fragment, feeds }: FormulaGraph
): Promise<GraphDocument | null> {
  const { nodes } = indexOf(document)
  const sources = [...new Set(feeds.map((wire) => wire.source))].flatMap((id) => nodes.get(id) ?? [])
  if (sources.length === 0) return null
  // an id that no node can have: the fragment may have one of the same name
  const alias = (id: string) => `: ${id}`
  const together = await laidOut({
    ...fragment,
    nodes: [...sources.map((node) => ({ ...node, id: alias(node.id) })), ...fragment.nodes],
    edges: [...fragment.edges, ...feeds.map((wire) => ({ ...wire, source: alias(wire.source) }))]
  })
  const laid = indexOf(together).nodes
  const off = sources.map((node) => {
    const { x, y } = laid.get(alias(node.id))?.position ?? node.position
    return { x: node.position.x - x, y: node.position.y - y }
  })
  const x = Math.max(...off.map((o) => o.x))
  const y = off.reduce((sum, o) => sum + o.y, 0) / off.length
  const own = { ...fragment, nodes: together.nodes.slice(sources.length) }
  for (const step of STEPS) {
    const placed = moved(own, { x, y: y + step * STEP })
    if (isFree(document, placed)) return placed
  }
  return null
}

/** Below what is there; in the middle of an empty canvas. */
async function apart(document: GraphDocument, fragment: GraphDocument): Promise<GraphDocument> {
  const laid = await laidOut(fragment)
  const own = boundsOf(laid) ?? { left: 0, top: 0, right: 0, bottom: 0 }
  const there = boundsOf(document)
  if (there) return moved(laid, { x: there.left - own.left, y: there.bottom + GAP - own.top })
  const { x, y } = centre()
  return moved(laid, { x: x - (own.left + own.right) / 2, y: y - (own.top + own.bottom) / 2 })
}

export async function insertFormula(graph: FormulaGraph): Promise<void> {
  const { generation } = useEditor.getState()
  const before = useEditor.getState().document
  const laid = (await besideSources(before, graph)) ?? (await apart(before, graph.fragment))
  const { document, generation: now } = useEditor.getState()
  // another document was opened in the meantime
  if (now !== generation) return
  const { fragment, feeds, result } = graph
  const { command, ids } = insertion(document, laid, { x: 0, y: 0 }, feeds)
  const count = fragment.nodes.length
  dispatch(command, { announce: i18next.t('expression.inserted', { count }) })
  const at = fragment.nodes.findIndex((node) => node.id === result)
  select({ nodes: ids.slice(at, at + 1) })
  requestAnimationFrame(() => fitView())
}
