/** What nodes do instead of their work, and how much of them is shown. */
import i18next from 'i18next'
import { insideOf } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphNode, Mode } from '../../engine/document/types.ts'
import { dispatch, useEditor } from '../store/editor.ts'

const t = i18next.t.bind(i18next)

/** The selected nodes; of selected groups, those inside where `deep`. */
function selectedNodes(deep: boolean): readonly GraphNode[] {
  const { document, selection } = useEditor.getState()
  const { nodes, groups } = indexOf(document)
  const ids = [...selection.nodes].flatMap((id) => (deep && groups.has(id) ? insideOf(document, id).nodes : [id]))
  return ids.map((id) => nodes.get(id)).filter((node) => node !== undefined)
}

/** Gives the mode to what is selected, or takes it away where all have it. */
export function toggleMode(mode: Mode): void {
  const nodes = selectedNodes(true)
  if (nodes.length === 0) return
  const off = nodes.every((node) => node.mode === mode)
  dispatch(
    { type: 'setMode', nodes: nodes.map(({ id }) => id), mode: off ? null : mode },
    { announce: t(`canvas.said.${off ? 'active' : mode}`, { count: nodes.length }) }
  )
}

export function toggleCollapsed(): void {
  const nodes = selectedNodes(false)
  if (nodes.length === 0) return
  const collapsed = !nodes.every((node) => node.collapsed)
  dispatch(
    { type: 'setCollapsed', nodes: nodes.map(({ id }) => id), collapsed },
    { announce: t(`canvas.said.${collapsed ? 'collapsed' : 'opened'}`, { count: nodes.length }) }
  )
}
