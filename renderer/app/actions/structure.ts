/** Groups, frames, notes, and what nodes do instead of their work. */
import { indexOf } from '../../../engine/document/lookup.ts'
import { NOTE_COLOURS } from '../../../engine/document/types.ts'
import { duplicateLinked } from '../../canvas/commands.ts'
import {
  enterGroup,
  groupSelection,
  leaveGroup,
  makeIndependent,
  selectedGroups,
  ungroupSelection
} from '../../canvas/grouping.ts'
import { toggleCollapsed, toggleMode } from '../../canvas/modes.ts'
import { addNote, colourNotes, frameSelection } from '../../canvas/notes.ts'
import type { Action, AppState } from '../action.ts'

const anything = ({ editor }: AppState) => editor.selection.nodes.size > 0
const of = (table: 'nodes' | 'groups' | 'notes', { editor }: AppState) => {
  const rows = indexOf(editor.document)[table]
  return [...editor.selection.nodes].filter((id) => rows.has(id))
}
const groups = (state: AppState) => of('groups', state).length > 0
const cards = (state: AppState) => groups(state) || of('nodes', state).length > 0
const linked = (state: AppState) => {
  const { groups: rows } = indexOf(state.editor.document)
  return of('groups', state).some((id) => rows.get(id)?.link !== undefined)
}
/** Whether all selected nodes are so. */
const all = (state: AppState, is: 'bypass' | 'mute' | 'collapsed') => {
  const { nodes } = indexOf(state.editor.document)
  const ids = of('nodes', state)
  return (
    ids.length > 0 && ids.every((id) => (is === 'collapsed' ? nodes.get(id)?.collapsed : nodes.get(id)?.mode === is))
  )
}

export const colourActions: readonly Action[] = NOTE_COLOURS.map((colour) => ({
  id: `structure.colour.${colour}`,
  label: `canvas.note.colour.${colour}`,
  group: 'menus.noteColour',
  when: (state) => of('notes', state).length > 0,
  perform: () => colourNotes(colour)
}))

export const structureActions: readonly Action[] = [
  {
    id: 'structure.group',
    label: 'actions.group',
    keywords: ['subgraph', '묶기'],
    shortcuts: ['Mod+G'],
    yieldsToText: true,
    when: cards,
    perform: groupSelection
  },
  {
    id: 'structure.ungroup',
    label: 'actions.ungroup',
    shortcuts: ['Mod+Shift+G'],
    yieldsToText: true,
    when: groups,
    perform: ungroupSelection
  },
  {
    id: 'structure.enter',
    label: 'actions.enterGroup',
    shortcuts: ['Tab'],
    // on the canvas alone: elsewhere Tab goes on
    byEvent: true,
    when: (state) => of('groups', state).length === 1 && state.editor.selection.nodes.size === 1,
    perform: () => {
      const [group] = selectedGroups()
      if (group) enterGroup(group.id)
    }
  },
  {
    id: 'structure.leave',
    label: 'actions.leaveGroup',
    shortcuts: ['Escape'],
    when: ({ editor }) => editor.inside !== null,
    perform: () => leaveGroup()
  },
  {
    id: 'structure.duplicateLinked',
    label: 'actions.duplicateLinked',
    keywords: ['instance', 'clone'],
    shortcuts: ['Mod+Shift+D'],
    yieldsToText: true,
    when: groups,
    perform: duplicateLinked
  },
  { id: 'structure.independent', label: 'actions.makeIndependent', when: linked, perform: makeIndependent },
  {
    id: 'structure.frame',
    label: 'actions.frame',
    shortcuts: ['F'],
    yieldsToText: true,
    when: anything,
    perform: frameSelection
  },
  {
    id: 'structure.note',
    label: 'actions.note',
    keywords: ['comment', 'markdown', 'sticky', '메모'],
    shortcuts: ['N'],
    yieldsToText: true,
    perform: addNote
  },
  ...colourActions,
  {
    id: 'structure.bypass',
    label: 'actions.bypass',
    shortcuts: ['Mod+B'],
    yieldsToText: true,
    when: cards,
    checked: (state) => all(state, 'bypass'),
    perform: () => toggleMode('bypass')
  },
  {
    id: 'structure.mute',
    label: 'actions.mute',
    keywords: ['disable', '끄기'],
    shortcuts: ['Mod+M'],
    yieldsToText: true,
    when: cards,
    checked: (state) => all(state, 'mute'),
    perform: () => toggleMode('mute')
  },
  {
    id: 'structure.collapse',
    label: 'actions.collapse',
    shortcuts: ['Alt+C'],
    yieldsToText: true,
    when: (state) => of('nodes', state).length > 0,
    checked: (state) => all(state, 'collapsed'),
    perform: toggleCollapsed
  }
]
