/** Notes and frames: made, edited, sized, coloured. Each is one undo step. */
import i18next from 'i18next'
import { type Command, freeId } from '../../engine/document/commands.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphNote, NoteColour } from '../../engine/document/types.ts'
import { dispatch, select, useEditor } from '../store/editor.ts'
import { centre, positionAt } from '../store/flow.ts'
import { type Box, NOTE_SIZE, snapped } from './geometry.ts'
import { boxAround, boxOf, levelOf, noteBox } from './level.ts'
import { focusNode, pointer, rename } from './state.ts'

const t = i18next.t.bind(i18next)

/** Smallest sizes, so that a note can always be read and taken hold of. */
export const SMALLEST = { note: { width: 120, height: 48 }, frame: { width: 160, height: 90 } } as const

/** An empty note at the pointer, or in the middle of the canvas, and the text is asked for. */
export function addNote(): void {
  const { document } = useEditor.getState()
  const on = pointer()
  const at = (on && positionAt(on.x, on.y)) ?? centre()
  const id = freeId(indexOf(document), 'note')
  const position = snapped({ x: at.x - NOTE_SIZE.width / 2, y: at.y - 20 })
  dispatch({ type: 'addNote', note: { id, text: '', position, size: NOTE_SIZE } }, { announce: t('canvas.said.noted') })
  select({ nodes: [id] })
  rename(id)
}

const PADDING = 28
/** Room for a frame's title above what it holds. */
const HEAD = 34

/** A frame around what is selected, and its title is asked for. */
export function frameSelection(): void {
  const { document, selection, inside } = useEditor.getState()
  const level = levelOf(document, inside)
  const boxes = [
    ...[...level.items.values()].map((item) => ({ id: item.id, box: boxOf(item) })),
    ...level.notes.map((note) => ({ id: note.id, box: noteBox(note) }))
  ]
  const around = boxAround(boxes.filter(({ id }) => selection.nodes.has(id)).map(({ box }) => box))
  if (!around) return
  const id = freeId(indexOf(document), 'frame')
  const note: GraphNote = {
    id,
    text: t('canvas.note.frame'),
    position: snapped({ x: around.x - PADDING, y: around.y - PADDING - HEAD }),
    size: { width: Math.round(around.width + 2 * PADDING), height: Math.round(around.height + 2 * PADDING + HEAD) },
    kind: 'frame',
    colour: 'blue'
  }
  dispatch({ type: 'addNote', note }, { announce: t('canvas.said.framed', { count: selection.nodes.size }) })
  select({ nodes: [id] })
  rename(id)
}

/** Changes what is given; one that changes nothing is no step. */
export function editNote(note: GraphNote, change: Partial<GraphNote>, said?: string): void {
  dispatch({ type: 'editNote', note: { ...note, ...change } }, said === undefined ? {} : { announce: said })
}

export const sizeNote = (note: GraphNote, { x, y, width, height }: Box): void =>
  editNote(
    note,
    { position: snapped({ x, y }), size: { width: Math.round(width), height: Math.round(height) } },
    t('canvas.said.sized', { width: Math.round(width), height: Math.round(height) })
  )

/** Colours the selected notes and frames. */
export function colourNotes(colour: NoteColour): void {
  const { document, selection } = useEditor.getState()
  const notes = document.notes.filter(({ id }) => selection.nodes.has(id))
  const commands = notes.map((note): Command => ({ type: 'editNote', note: { ...note, colour } }))
  if (commands.length > 0) dispatch({ type: 'batch', commands }, { announce: t(`canvas.note.colour.${colour}`) })
}

/** Takes the text that was typed. */
export function finishNote(note: GraphNote, text: string): void {
  rename(null)
  if (text !== note.text) editNote(note, { text }, t('canvas.said.noteEdited'))
  focusNode(note.id)
}
