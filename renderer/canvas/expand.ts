/** Opens nodes into their parts, laid out where the node stood, with room made around them. */
import i18next from 'i18next'
import { check } from '../../engine/document/check.ts'
import { apply, type Command } from '../../engine/document/commands.ts'
import { type Expansion, expandCommand, expansionOf, openingOf } from '../../engine/document/expand.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { emptyDocument, type GraphDocument, type GraphNode, type Position } from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import { motion } from '../app/motion.ts'
import { language } from '../i18n/index.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { toast } from '../store/announce.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { flow } from '../store/flow.ts'
import { bodyOf, NODE_WIDTH, snapped, titleOf } from './geometry.ts'
import { tidyPositions } from './layout.ts'
import { levelOf } from './level.ts'
import { focusedNode, focusNode } from './state.ts'

type Positions = Record<string, Position>

/** The selected nodes that have parts. */
export function openable(document: GraphDocument, selected: ReadonlySet<string>): readonly string[] {
  const { nodes } = indexOf(document)
  return [...selected].filter((id) => {
    const node = nodes.get(id)
    return node !== undefined && openingOf(node) !== null
  })
}

/** The parts laid out between what feeds the node and what reads it, which stand in for the rest of the graph. */
async function laidOut(document: GraphDocument, { nodes, inner, entries, exits }: Expansion): Promise<Positions> {
  const index = indexOf(document)
  // ids that no node can have, one for each side: a neighbour may be on both
  const stand = (side: 'in' | 'out', ids: readonly string[]): GraphNode[] =>
    [...new Set(ids)].map((id) => ({ ...(index.nodes.get(id) as GraphNode), id: `:${side}:${id}` }))
  const parts = new Set(nodes.map((node) => node.id))
  const outside = inner.filter((edge) => !parts.has(edge.source))
  const fed = [...entries, ...outside]
  const together: GraphDocument = {
    ...emptyDocument,
    nodes: [
      ...stand(
        'in',
        fed.map((e) => e.source)
      ),
      ...nodes,
      ...stand(
        'out',
        exits.map((e) => e.target)
      )
    ],
    edges: [
      ...fed.map((edge) => ({ ...edge, source: `:in:${edge.source}` })),
      ...inner.filter((edge) => parts.has(edge.source)),
      ...exits.map((edge) => ({ ...edge, target: `:out:${edge.target}` }))
    ]
  }
  const laid = await tidyPositions(levelOf(together, null))
  return Object.fromEntries([...parts].map((id) => [id, laid[id] as Position]))
}

/**
 * Where the parts go, and where others go for them: the part that stands for the node has its height, what stands to the
 * right moves along, what is left in the way above and below moves away.
 */
async function placesFor(document: GraphDocument, node: GraphNode, expansion: Expansion): Promise<Positions> {
  const laid = await laidOut(document, expansion)
  const grown: GraphDocument = {
    ...document,
    nodes: [...document.nodes, ...expansion.nodes],
    edges: [...document.edges, ...expansion.inner]
  }
  const heightOf = (one: GraphNode): number => bodyOf(grown, one).height
  const output = expansion.nodes.find((one) => one.id === expansion.output) as GraphNode
  const at = laid[output.id] as Position
  const boxes = expansion.nodes.map((one) => ({ ...(laid[one.id] as Position), height: heightOf(one) }))
  const left = Math.min(...boxes.map((box) => box.x))
  const middle = node.position.y + heightOf(node) / 2
  const shift = { x: node.position.x - left, y: middle - (at.y + heightOf(output) / 2) }
  const places: Positions = Object.fromEntries(
    Object.entries(laid).map(([id, { x, y }]) => [id, snapped({ x: x + shift.x, y: y + shift.y })])
  )

  const wider = Math.max(...boxes.map((box) => box.x)) - left
  const [top, bottom] = [
    Math.min(...boxes.map((box) => box.y)) + shift.y,
    Math.max(...boxes.map((box) => box.y + box.height)) + shift.y
  ]
  const around = [
    ...document.nodes
      .filter((one) => one.id !== node.id)
      .map((one) => ({ id: one.id, ...one.position, width: NODE_WIDTH, height: heightOf(one) })),
    ...document.notes.map(({ id, position, size }) => ({ id, ...position, width: 0, height: 0, ...size }))
  ]
  const isRight = (x: number): boolean => x >= node.position.x + NODE_WIDTH / 2
  const column = around.filter(
    ({ x, width }) => !isRight(x) && x + width > node.position.x && x < node.position.x + NODE_WIDTH
  )
  const above = column.filter(({ y, height }) => y + height / 2 < middle)
  const below = column.filter(({ y, height }) => y + height / 2 >= middle)
  const GAP = 24
  const up = Math.max(0, ...above.map(({ y, height }) => y + height + GAP - top))
  const down = Math.max(0, ...below.map(({ y }) => bottom + GAP - y))
  const move = (id: string, x: number, y: number, by: Position): void => {
    if (by.x !== 0 || by.y !== 0) places[id] = snapped({ x: x + by.x, y: y + by.y })
  }
  for (const { id, x, y } of around) if (isRight(x)) move(id, x, y, { x: wider, y: 0 })
  for (const { id, x, y } of above) move(id, x, y, { x: 0, y: -up })
  for (const { id, x, y } of below) move(id, x, y, { x: 0, y: down })
  return places
}

/** Brings the parts into view where they are not, without coming closer. */
function show(ids: readonly string[]): void {
  const canvas = flow()
  const box = window.document.querySelector('.react-flow')?.getBoundingClientRect()
  if (!canvas || !box) return
  const { document } = useEditor.getState()
  const corners = ids.flatMap((id) => {
    const node = indexOf(document).nodes.get(id)
    if (!node) return []
    const { x, y } = node.position
    return [
      { x, y },
      { x: x + NODE_WIDTH, y: y + bodyOf(document, node).height }
    ].map(canvas.flowToScreenPosition)
  })
  const seen = corners.every(({ x, y }) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom)
  if (seen) return
  void canvas.fitView({
    nodes: ids.map((id) => ({ id })),
    duration: motion(200),
    padding: 0.15,
    maxZoom: canvas.getZoom()
  })
}

/** Opens what is selected, as one step; all of it, or nothing where a part does not fit. */
export async function expandSelection(): Promise<void> {
  const { document, selection, revision } = useEditor.getState()
  const ids = openable(document, selection.nodes)
  if (ids.length === 0) return
  const commands: Command[] = []
  const parts: string[] = []
  const titles = ids.map((id) => titleOf(indexOf(document).nodes.get(id) as GraphNode))
  let [current, output] = [document, '']
  try {
    for (const id of ids) {
      const node = indexOf(current).nodes.get(id) as GraphNode
      const expansion = expansionOf(current, check(current).edgeTypes, id)
      const command = expandCommand(current, id, expansion, await placesFor(current, node, expansion))
      const applied = apply(current, command)
      if (applied.problems) throw new ProblemError(applied.problems)
      current = applied.document
      output = expansion.output
      commands.push(command)
      parts.push(...expansion.nodes.map((one) => one.id))
    }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const { message, hint } = problemText(error.problem, language())
    toast('failed', i18next.t('canvas.expandFailed'), [message, hint].filter(Boolean).join(' '))
    return
  }
  // the graph was changed while the parts were laid out
  if (useEditor.getState().revision !== revision) return
  const focused = focusedNode() !== null
  const what = i18next.t('canvas.nodes', { count: parts.length })
  dispatch(
    { type: 'batch', commands },
    { announce: i18next.t('canvas.said.expanded', { node: titles.join(', '), what }) }
  )
  select({ nodes: parts })
  if (focused) focusNode(output)
  requestAnimationFrame(() => show(parts))
}
