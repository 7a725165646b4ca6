import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GraphNode } from '../../engine/document/types.ts'
import { dispatch } from '../store/editor.ts'
import { focusNode, rename } from './state.ts'

/** The label, edited on the card itself. */
export function RenameField({ node }: { readonly node: GraphNode }) {
  const { t } = useTranslation()
  const [text, setText] = useState(node.label ?? '')
  const field = useRef<HTMLInputElement>(null)
  const done = useRef(false)
  useEffect(() => field.current?.select(), [])

  const finish = (keep: boolean) => {
    if (done.current) return
    done.current = true
    const label = text.trim()
    if (keep && label !== (node.label ?? '')) dispatch({ type: 'setLabel', node: node.id, label })
    rename(null)
  }
  return (
    <input
      ref={field}
      className="node-rename nodrag nopan"
      aria-label={t('canvas.rename')}
      placeholder={node.id}
      value={text}
      // biome-ignore lint/a11y/noAutofocus: the field appears because the person asked to type into it
      autoFocus
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(true)}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.nativeEvent.isComposing) return
        if (event.key !== 'Enter' && event.key !== 'Escape') return
        finish(event.key === 'Enter')
        focusNode(node.id)
      }}
    />
  )
}
