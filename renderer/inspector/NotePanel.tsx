/** A note or a frame: its text, colour and size. */
import { StickyNote, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type GraphNote, NOTE_COLOURS } from '../../engine/document/types.ts'
import { deleteSelection } from '../canvas/commands.ts'
import { noteBox } from '../canvas/level.ts'
import { editNote, SMALLEST, sizeNote } from '../canvas/notes.ts'
import { Button } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { CommitField } from './CommitField.tsx'
import { Section } from './parts.tsx'

export function NotePanel({ note }: { readonly note: GraphNote }) {
  const { t } = useTranslation()
  const frame = note.kind === 'frame'
  const box = noteBox(note)
  const least = SMALLEST[note.kind ?? 'note']
  const text = t(frame ? 'inspector.note.title' : 'inspector.note.text')
  const size = (side: 'width' | 'height') => (typed: string) => {
    const value = Number(typed)
    if (!Number.isFinite(value) || value < least[side]) return t('inspector.note.least', { least: least[side] })
    sizeNote(note, { ...box, [side]: value })
    return null
  }
  return (
    <>
      <header className="inspector-head">
        <span className="node-icon" aria-hidden="true">
          <StickyNote size={17} />
        </span>
        <div>
          <h2 className="inspector-title">{t(frame ? 'canvas.note.frame' : 'inspector.note.note')}</h2>
        </div>
      </header>
      <Section>
        <div className="stacked-field">
          <span aria-hidden="true">{text}</span>
          <CommitField
            label={text}
            value={note.text}
            lines={frame ? 1 : 8}
            onCommit={(typed) => {
              editNote(note, { text: typed })
              return null
            }}
          />
        </div>
        <div className="stacked-field">
          <span aria-hidden="true">{t('inspector.note.colour')}</span>
          <Choice
            label={t('inspector.note.colour')}
            value={note.colour ?? 'yellow'}
            options={NOTE_COLOURS.map((colour) => ({ value: colour, text: t(`canvas.note.colour.${colour}`) }))}
            onChange={(colour) => editNote(note, { colour })}
          />
        </div>
        {(['width', 'height'] as const).map((side) => (
          <div key={side} className="stacked-field">
            <span aria-hidden="true">{t(`inspector.note.${side}`)}</span>
            <CommitField label={t(`inspector.note.${side}`)} value={String(box[side])} onCommit={size(side)} numbers />
          </div>
        ))}
      </Section>
      <Section>
        <Button icon={Trash2} look="danger" onClick={deleteSelection}>
          {t('canvas.menu.delete')}
        </Button>
      </Section>
    </>
  )
}
