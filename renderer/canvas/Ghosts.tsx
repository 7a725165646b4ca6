import { ViewportPortal } from '@xyflow/react'
import { indexOf } from '../../engine/document/lookup.ts'
import { useEditor } from '../store/editor.ts'
import { bodyOf, NODE_WIDTH } from './geometry.ts'
import { useCanvas } from './state.ts'

/** Where the cards stay whose copies are being dragged. */
export function Ghosts() {
  const copying = useCanvas((s) => s.copying)
  const moving = useCanvas((s) => s.moving)
  const document = useEditor((s) => s.document)
  if (!copying) return null
  const { nodes } = indexOf(document)
  return (
    <ViewportPortal>
      {[...moving.keys()].map((id) => {
        const node = nodes.get(id)
        if (!node) return null
        const { x, y } = node.position
        const size = { width: NODE_WIDTH, height: bodyOf(document, node).height }
        return <div key={id} className="card-ghost" style={{ ...size, transform: `translate(${x}px, ${y}px)` }} />
      })}
    </ViewportPortal>
  )
}
