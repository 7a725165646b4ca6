/** What the outline does to the graph: the same commands as everywhere, each one undo step. */
import i18next from 'i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import { nameOf } from '../canvas/geometry.ts'
import { focusNode } from '../canvas/state.ts'
import { announce } from '../store/announce.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import { placeBeside, type Row } from './rows.ts'

const t = i18next.t.bind(i18next)
const graph = () => useEditor.getState().document

/** Puts a node at a place of the file's list. */
export function reorderTo(node: string, index: number): void {
  const found = indexOf(graph()).nodes.get(node)
  if (!found) return
  dispatch(
    { type: 'reorder', node, index },
    { announce: t('outline.moved', { name: nameOf(found), place: index + 1, count: graph().nodes.length }) }
  )
}

/** One place up or down among its neighbours. */
export function reorderBy({ kind, id }: Row, step: 1 | -1): void {
  const index = kind === 'node' ? placeBeside(graph(), id, step) : null
  if (index === null) announce(t('outline.atEnd'))
  else reorderTo(id, index)
}

/** Deletes what the line stands for; of an input, its wire. */
export function removeRow({ kind, id, port }: Row): void {
  const edge = kind === 'input' ? indexOf(graph()).into(id, port ?? '') : undefined
  const what = kind === 'input' ? t('canvas.edges', { count: 1 }) : t('canvas.nodes', { count: 1 })
  const said = { announce: t('canvas.said.deleted', { what }) }
  if (edge) dispatch({ type: 'remove', edges: [edge.id] }, said)
  else if (kind === 'node') dispatch({ type: 'remove', nodes: [id] }, said)
  else if (kind === 'group') dispatch({ type: 'remove', groups: [id] }, said)
}

export const selectRow = ({ id }: Row): void => select({ nodes: [id] })

/** Brings what the line stands for into view, and puts the focus on its card. */
export function jump(row: Row): void {
  // first into the group that it is in
  reveal(row.id)
  selectRow(row)
  focusNode(row.id)
}
