/** What stands for an end of a wire outside the open group; pressed, it leads there. */
import type { NodeProps } from '@xyflow/react'
import { LogIn, LogOut } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import { select, useEditor } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import { RichText } from '../value/RichText.tsx'
import type { OuterFlowNode } from './derive.ts'
import { titleOf } from './geometry.ts'
import { nodeEnd } from './level.ts'
import { Ports } from './Ports.tsx'

export const OuterNode = memo(function OuterNode({ data: { body } }: NodeProps<OuterFlowNode>) {
  const { t } = useTranslation()
  const comes = body.outputs.length > 0
  const id = nodeEnd('', (body.outputs[0] ?? body.inputs[0])?.name ?? '').node
  const node = useEditor((s) => indexOf(s.document).nodes.get(id))
  if (!node) return null
  const name = titleOf(node)
  const Icon = comes ? LogIn : LogOut
  const go = () => {
    reveal(id)
    select({ nodes: [id] })
  }
  return (
    <div className="outer-card">
      <button
        type="button"
        className="outer-name nodrag nopan"
        tabIndex={-1}
        title={t(comes ? 'canvas.group.from' : 'canvas.group.to', { node: name })}
        aria-label={t(comes ? 'canvas.group.from' : 'canvas.group.to', { node: name })}
        onClick={go}
      >
        <Icon size={12} aria-hidden="true" />
        <span>
          <RichText text={name} />
        </span>
      </button>
      <Ports body={body} side="target" />
      <Ports body={body} side="source" />
    </div>
  )
})
