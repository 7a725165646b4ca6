import { createPortal } from 'react-dom'
import type { Op } from '../../engine/ir/op.ts'
import { OpGlyph } from '../app/OpGlyph.tsx'

interface DragGhostProps {
  readonly op: Op
  readonly x: number
  readonly y: number
  readonly fits: boolean
}

/** The operator under the pointer while it is dragged. */
export function DragGhost({ op, x, y, fits }: DragGhostProps) {
  return createPortal(
    <div
      className="drag-ghost"
      data-fits={fits}
      style={{ transform: `translate(${x}px, ${y}px) translate(-50%, -50%)` }}
    >
      <OpGlyph op={op} />
      {op.title}
    </div>,
    document.body
  )
}
