/** Everything about what is selected; about the graph where nothing is. */
import './inspector.css'
import type { KeyboardEvent } from 'react'
import { indexOf } from '../../engine/document/lookup.ts'
import { focusSelected } from '../canvas/state.ts'
import { PastMark } from '../history/PastMark.tsx'
import { useEditor } from '../store/editor.ts'
import { DocumentPanel } from './DocumentPanel.tsx'
import { EdgePanel } from './EdgePanel.tsx'
import { GroupPanel } from './GroupPanel.tsx'
import { ManyPanel } from './ManyPanel.tsx'
import { NodePanel } from './NodePanel.tsx'
import { NotePanel } from './NotePanel.tsx'

function Panel() {
  const selection = useEditor((s) => s.selection)
  const document = useEditor((s) => s.document)
  const { nodes, edges, groups, notes } = indexOf(document)
  const [node] = selection.nodes
  const [edge] = selection.edges
  if (selection.nodes.size + selection.edges.size > 1)
    return <ManyPanel nodes={selection.nodes} edges={selection.edges} />
  const oneNode = node === undefined ? undefined : nodes.get(node)
  if (oneNode) return <NodePanel key={oneNode.id} node={oneNode} />
  const group = groups.get(node ?? '')
  if (group) return <GroupPanel key={group.id} group={group} />
  const note = notes.get(node ?? '')
  if (note) return <NotePanel key={note.id} note={note} />
  const oneEdge = edge === undefined ? undefined : edges.get(edge)
  if (oneEdge) return <EdgePanel edge={oneEdge} />
  return <DocumentPanel key={document.name} />
}

/** Escape that no field needs leads back to what is shown. */
function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'Escape' || event.nativeEvent.isComposing || event.defaultPrevented) return
  // what floats above the page is a child of this one only for React
  if (!event.currentTarget.contains(event.target as Node)) return
  event.preventDefault()
  focusSelected()
}

export function Inspector() {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the key only moves the focus back
    <div className="inspector" data-inspector onKeyDown={onKeyDown}>
      <PastMark />
      <Panel />
    </div>
  )
}
