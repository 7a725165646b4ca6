import { indexOf } from '../../engine/document/lookup.ts'
import type { Problem } from '../../engine/problem.ts'
import { goTo } from '../history/state.ts'
import { select, useEditor } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'

/** Selects what a problem is about and brings it into view; goes to the step of the training in which it arose. */
export function jumpTo({ code, params, nodeId, edgeId }: Problem): void {
  if (code.startsWith('broken.')) void goTo(Number(params.step))
  const index = indexOf(useEditor.getState().document)
  const edge = edgeId === undefined ? undefined : index.edges.get(edgeId)
  const node = nodeId ?? edge?.target
  if (node === undefined || !index.nodes.has(node)) return
  reveal(node)
  select(edge && nodeId === undefined ? { edges: [edge.id] } : { nodes: [node] })
}
