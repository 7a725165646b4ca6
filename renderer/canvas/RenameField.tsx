import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GraphNode } from '../../engine/document/types.ts'
import { dispatch } from '../store/editor.ts'
import { focusNode, rename } from './state.ts'

/** A node's label, edited on the card itself. */
export const RenameField = ({ node }: { readonly node: GraphNode }) => (
  <TitleField
    id={node.id}
    label={node.label ?? ''}
    onCommit={(label) => dispatch({ type: 'setLabel', node: node.id, label })}
  />
)

interface TitleFieldProps {
  readonly id: string
  readonly label: string
  readonly onCommit: (label: string) => unknown
}

/** The title of a card, while it is typed. */
export function TitleField({ id, label, onCommit }: TitleFieldProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(label)
  const field = useRef<HTMLInputElement>(null)
  const done = useRef(false)
  useEffect(() => field.current?.select(), [])

  const finish = (keep: boolean) => {
    if (done.current) return
    done.current = true
    if (keep && text.trim() !== label) onCommit(text.trim())
    rename(null)
  }
  return (
    <input
      ref={field}
      className="node-rename nodrag nopan"
      aria-label={t('canvas.rename')}
      placeholder={id}
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
        focusNode(id)
      }}
    />
  )
}
