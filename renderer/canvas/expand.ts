/** Opens nodes into their parts: a group in the node's place, laid out inside. */
import i18next from 'i18next'
import { check } from '../../engine/document/check.ts'
import { apply, type Command } from '../../engine/document/commands.ts'
import { type Expansion, expandCommand, expansionOf, openingOf } from '../../engine/document/expand.ts'
import { groupOf } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { emptyDocument, type GraphDocument, type GraphNode, type Position } from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import { language } from '../i18n/index.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { announce, toast } from '../store/announce.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { boundsOf, showBox } from '../store/flow.ts'
import { snapped, titleOf } from './geometry.ts'
import { enterGroup } from './grouping.ts'
import { tidyPositions } from './layout.ts'
import { levelOf } from './level.ts'

type Positions = Record<string, Position>

const hasParts = (document: GraphDocument, id: string): boolean => {
  const node = indexOf(document).nodes.get(id)
  return node !== undefined && openingOf(node) !== null
}

/** Whether any of the selected nodes has parts: asked with each change, so the first is enough. */
export function canExpand(document: GraphDocument, selected: ReadonlySet<string>): boolean {
  for (const id of selected) if (hasParts(document, id)) return true
  return false
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

/** Where the parts go inside the group: what stands for the node has the node's height. */
async function placesFor(document: GraphDocument, node: GraphNode, expansion: Expansion): Promise<Positions> {
  if (expansion.nodes.length === 1) return {}
  const laid = await laidOut(document, expansion)
  const out = laid[expansion.output] as Position
  const left = Math.min(...Object.values(laid).map(({ x }) => x))
  const by = { x: node.position.x - left, y: node.position.y - out.y }
  return Object.fromEntries(Object.entries(laid).map(([id, { x, y }]) => [id, snapped({ x: x + by.x, y: y + by.y })]))
}

/** Fills the view with the parts, so that their numbers can be read; what is around them may be out of it. */
function show(parts: readonly string[]): void {
  const frames = (left: number): void =>
    void requestAnimationFrame(() => {
      // the canvas fits the whole level first
      if (left > 0) frames(left - 1)
      else showBox(boundsOf(parts), { padding: 0.12, maxZoom: 1.25 })
    })
  frames(2)
}

/**
 * Opens what is selected, as one step; all of it, or nothing where a part does not fit. The parts of a single node are
 * then on the canvas, and leaving their group closes it.
 */
export async function expandSelection(): Promise<void> {
  const { document, selection, revision } = useEditor.getState()
  const ids = [...selection.nodes].filter((id) => hasParts(document, id))
  if (ids.length === 0) return
  const commands: Command[] = []
  const parts: string[] = []
  const titles = ids.map((id) => titleOf(indexOf(document).nodes.get(id) as GraphNode))
  let current = document
  try {
    for (const id of ids) {
      const node = indexOf(current).nodes.get(id) as GraphNode
      const expansion = expansionOf(current, check(current).edgeTypes, id)
      const command = expandCommand(current, id, expansion, await placesFor(current, node, expansion))
      const applied = apply(current, command)
      if (applied.problems) throw new ProblemError(applied.problems)
      current = applied.document
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
  const what = i18next.t('canvas.nodes', { count: parts.length })
  const said = i18next.t('canvas.said.expanded', { node: titles.join(', '), what })
  dispatch({ type: 'batch', commands })
  const { groups } = indexOf(current)
  const made = ids.filter((id) => groups.has(id))
  if (made.length === 1 && ids.length === 1) {
    enterGroup(made[0] as string)
    show(parts)
  } else
    select({
      nodes: [...made, ...parts.filter((part) => groupOf(current, part) === groupOf(document, ids[0] as string))]
    })
  announce(said)
}
