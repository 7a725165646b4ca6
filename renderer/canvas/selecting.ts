/** What is selected, by React Flow's gestures: of a large graph it knows only the cards that are near. */
import { type EdgeChange, type NodeChange, type ReactFlowState, useStoreApi } from '@xyflow/react'
import { useCallback, useEffect } from 'react'
import { select, useEditor } from '../store/editor.ts'
import type { FlowEdge, FlowNode } from './derive.ts'
import type { Box } from './geometry.ts'
import { boxOf, levelOf, noteBox } from './level.ts'
import { inWindow, meet } from './sketch/view.ts'

type Kind = 'nodes' | 'edges'
type Changes = readonly (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[]

/** What a rectangle touches, and the wires that begin or end there. */
function selectIn(box: Box): void {
  const { document, inside, selection } = useEditor.getState()
  const { items, notes, links } = levelOf(document, inside)
  const nodes = new Set([
    ...[...items.values()].filter((item) => item.kind !== 'outer' && meet(boxOf(item), box)).map(({ id }) => id),
    ...notes.filter((note) => meet(noteBox(note), box)).map(({ id }) => id)
  ])
  if (nodes.size === selection.nodes.size && [...nodes].every((id) => selection.nodes.has(id))) return
  const edges = links.filter(({ source, target }) => nodes.has(source) || nodes.has(target)).map(({ id }) => id)
  select({ nodes, edges })
}

/** The rectangle that is drawn, in the document. */
function drawnBox({ userSelectionRect, transform }: ReactFlowState): Box | null {
  if (!userSelectionRect) return null
  const { x, y, width, height } = userSelectionRect
  return inWindow([transform[0] - x, transform[1] - y, transform[2]], { width, height })
}

function afterChanges(
  changes: Changes,
  kind: Kind,
  { multiSelectionActive, nodeLookup, edgeLookup }: ReactFlowState
): Set<string> {
  const known = kind === 'nodes' ? nodeLookup : edgeLookup
  const ids = [...useEditor.getState().selection[kind]]
  // a click without a key beside it leaves nothing selected elsewhere
  const selected = new Set(multiSelectionActive ? ids : ids.filter((id) => known.has(id)))
  for (const change of changes) {
    if (change.type !== 'select') continue
    if (change.selected) selected.add(change.id)
    else selected.delete(change.id)
  }
  return selected
}

export function useSelecting() {
  const store = useStoreApi()
  useEffect(
    () =>
      store.subscribe((state, before) => {
        if (state.userSelectionRect === before.userSelectionRect || !state.userSelectionActive) return
        const box = drawnBox(state)
        if (box) selectIn(box)
      }),
    [store]
  )
  return useCallback(
    (changes: Changes, kind: Kind): void => {
      const state = store.getState()
      // of a click on the canvas, and of a rectangle that is drawn there, nothing is left to React Flow
      if (state.userSelectionRect || !changes.some(({ type }) => type === 'select')) return
      select({ ...useEditor.getState().selection, [kind]: afterChanges(changes, kind, state) })
    },
    [store]
  )
}
