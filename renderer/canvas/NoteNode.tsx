import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import { RichText } from '../value/RichText.tsx'
import type { NoteFlowNode } from './derive.ts'

/** A remark beside the graph. */
export const NoteNode = memo(function NoteNode({ data }: NodeProps<NoteFlowNode>) {
  return (
    <div className="note-card">
      <RichText text={data.note.text} />
    </div>
  )
})
