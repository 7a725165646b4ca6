/** Everything about what is selected; about the graph where nothing is. */
import './inspector.css'
import { indexOf } from '../../engine/document/lookup.ts'
import { useEditor } from '../store/editor.ts'
import { DocumentPanel } from './DocumentPanel.tsx'
import { EdgePanel } from './EdgePanel.tsx'
import { ManyPanel } from './ManyPanel.tsx'
import { NodePanel } from './NodePanel.tsx'

function Panel() {
  const selection = useEditor((s) => s.selection)
  const document = useEditor((s) => s.document)
  const { nodes, edges } = indexOf(document)
  const [node] = selection.nodes
  const [edge] = selection.edges
  if (selection.nodes.size + selection.edges.size > 1)
    return <ManyPanel nodes={selection.nodes} edges={selection.edges} />
  const oneNode = node === undefined ? undefined : nodes.get(node)
  if (oneNode) return <NodePanel key={oneNode.id} node={oneNode} />
  const oneEdge = edge === undefined ? undefined : edges.get(edge)
  if (oneEdge) return <EdgePanel edge={oneEdge} />
  return <DocumentPanel key={document.name} />
}

export function Inspector() {
  return (
    <div className="inspector" data-inspector>
      <Panel />
    </div>
  )
}
