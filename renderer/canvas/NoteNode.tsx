/** A remark beside the graph, or a frame behind a part of it. */
import { type NodeProps, NodeResizer } from '@xyflow/react'
import { memo, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GraphNote } from '../../engine/document/types.ts'
import { Markdown } from '../value/Markdown.tsx'
import { RichText } from '../value/RichText.tsx'
import type { NoteFlowNode } from './derive.ts'
import { editNote, finishNote, SMALLEST, sizeNote } from './notes.ts'
import { TitleField } from './RenameField.tsx'
import { useCanvas } from './state.ts'

export const NoteNode = memo(function NoteNode({ id, data: { note }, selected }: NodeProps<NoteFlowNode>) {
  const editing = useCanvas((s) => s.renaming === id)
  const least = SMALLEST[note.kind ?? 'note']
  const Body = note.kind === 'frame' ? Frame : Note
  return (
    <>
      <NodeResizer
        isVisible={selected && !editing}
        minWidth={least.width}
        minHeight={least.height}
        onResize={(_, box) => useCanvas.setState({ sizing: { id, box } })}
        onResizeEnd={(_, box) => {
          useCanvas.setState({ sizing: null })
          sizeNote(note, box)
        }}
      />
      <Body note={note} editing={editing} selected={selected} />
    </>
  )
})

interface BodyProps {
  readonly note: GraphNote
  readonly editing: boolean
  readonly selected: boolean
}

function Note({ note, editing, selected }: BodyProps) {
  const { t } = useTranslation()
  return (
    // the wheel scrolls a note that was chosen, and moves the view over any other
    <div className={selected ? 'note-card nowheel' : 'note-card'} data-colour={note.colour ?? 'yellow'}>
      {editing ? (
        <NoteField note={note} />
      ) : note.text.trim() === '' ? (
        <p className="note-empty">{t('canvas.note.empty')}</p>
      ) : (
        <Markdown text={note.text} />
      )}
    </div>
  )
}

function Frame({ note, editing }: BodyProps) {
  return (
    <div className="frame-card" data-colour={note.colour ?? 'yellow'}>
      <div className="frame-title">
        {editing ? (
          <TitleField id={note.id} label={note.text} onCommit={(text) => editNote(note, { text })} />
        ) : (
          <RichText text={note.text} />
        )}
      </div>
    </div>
  )
}

/** The text of a note, while it is typed: Escape and Ctrl+Enter end it, and so does a click elsewhere. */
function NoteField({ note }: { readonly note: GraphNote }) {
  const { t } = useTranslation()
  const [text, setText] = useState(note.text)
  const field = useRef<HTMLTextAreaElement>(null)
  const done = useRef(false)
  useEffect(() => {
    const at = field.current
    at?.setSelectionRange(at.value.length, at.value.length)
  }, [])
  const finish = () => {
    if (done.current) return
    done.current = true
    finishNote(note, text)
  }
  return (
    <textarea
      ref={field}
      className="note-field nodrag nopan nowheel"
      aria-label={t('canvas.note.text')}
      placeholder={t('canvas.note.placeholder')}
      value={text}
      // biome-ignore lint/a11y/noAutofocus: the field appears because the person asked to type into it
      autoFocus
      onChange={(event) => setText(event.target.value)}
      onBlur={finish}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Escape' || (event.key === 'Enter' && (event.ctrlKey || event.metaKey))) {
          event.preventDefault()
          finish()
        }
      }}
    />
  )
}
