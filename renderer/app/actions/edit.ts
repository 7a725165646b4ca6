import { indexOf } from '../../../engine/document/lookup.ts'
import { addPoint, straighten } from '../../canvas/bending.ts'
import {
  type Alignment,
  align,
  copy,
  cut,
  deleteAndReconnect,
  deleteSelection,
  distribute,
  duplicate,
  fixNext,
  paste,
  selectAll,
  setObjective,
  tidy
} from '../../canvas/commands.ts'
import { canExpand, expandSelection } from '../../canvas/expand.ts'
import { openFind } from '../../find/state.ts'
import { mayHaveFixes } from '../../problems/fixing.ts'
import { openDialog } from '../../store/dialogs.ts'
import { redo, undo, useEditor } from '../../store/editor.ts'
import type { Action, AppState } from '../action.ts'

const anySelected = ({ editor }: AppState) => editor.selection.nodes.size + editor.selection.edges.size > 0
const nodesSelected = ({ editor }: AppState) => editor.selection.nodes.size > 0
const severalSelected = ({ editor }: AppState) => editor.selection.nodes.size > 1
const anyNodes = ({ editor }: AppState) => editor.document.nodes.length > 0

const ALIGN: Readonly<Record<Alignment, string>> = {
  left: 'Alt+A',
  right: 'Alt+D',
  top: 'Alt+W',
  bottom: 'Alt+S',
  centre: 'Alt+H',
  middle: 'Alt+V'
}

export const alignActions: readonly Action[] = (Object.keys(ALIGN) as Alignment[]).map((to) => ({
  id: `edit.align.${to}`,
  label: `actions.align.${to}`,
  group: 'menus.align',
  shortcuts: [ALIGN[to]],
  yieldsToText: true,
  when: severalSelected,
  perform: () => align(to)
}))

const DISTRIBUTE = { x: 'Alt+Shift+H', y: 'Alt+Shift+V' } as const

export const distributeActions: readonly Action[] = (['x', 'y'] as const).map((axis) => ({
  id: `edit.distribute.${axis}`,
  label: `actions.distribute.${axis}`,
  group: 'menus.align',
  shortcuts: [DISTRIBUTE[axis]],
  yieldsToText: true,
  when: ({ editor }) => editor.selection.nodes.size > 2,
  perform: () => distribute(axis)
}))

export const editActions: readonly Action[] = [
  {
    id: 'edit.undo',
    label: 'actions.undo',
    shortcuts: ['Mod+Z'],
    yieldsToText: true,
    takesSettled: true,
    when: ({ editor }) => editor.history.past.length > 0,
    perform: undo
  },
  {
    id: 'edit.redo',
    label: 'actions.redo',
    shortcuts: ['Mod+Shift+Z', 'Mod+Y'],
    yieldsToText: true,
    takesSettled: true,
    when: ({ editor }) => editor.history.future.length > 0,
    perform: redo
  },
  { id: 'edit.cut', label: 'actions.cut', shortcuts: ['Mod+X'], byEvent: true, when: nodesSelected, perform: cut },
  { id: 'edit.copy', label: 'actions.copy', shortcuts: ['Mod+C'], byEvent: true, when: nodesSelected, perform: copy },
  { id: 'edit.paste', label: 'actions.paste', shortcuts: ['Mod+V'], byEvent: true, perform: () => paste() },
  {
    id: 'edit.pasteWired',
    label: 'actions.pasteWired',
    shortcuts: ['Mod+Shift+V'],
    yieldsToText: true,
    perform: () => paste(true)
  },
  {
    id: 'edit.duplicate',
    label: 'actions.duplicate',
    shortcuts: ['Mod+D'],
    yieldsToText: true,
    when: nodesSelected,
    perform: () => duplicate()
  },
  {
    id: 'edit.delete',
    label: 'actions.delete',
    shortcuts: ['Delete', 'Backspace'],
    yieldsToText: true,
    when: anySelected,
    perform: deleteSelection
  },
  {
    id: 'edit.deleteAndReconnect',
    label: 'actions.deleteAndReconnect',
    shortcuts: ['Mod+Delete', 'Mod+Backspace'],
    yieldsToText: true,
    when: nodesSelected,
    perform: deleteAndReconnect
  },
  {
    id: 'edit.selectAll',
    label: 'actions.selectAll',
    shortcuts: ['Mod+A'],
    yieldsToText: true,
    when: anyNodes,
    perform: selectAll
  },
  {
    id: 'edit.find',
    label: 'actions.find',
    keywords: ['search', '검색'],
    shortcuts: ['Mod+F'],
    when: anyNodes,
    perform: openFind
  },
  {
    id: 'edit.fix',
    label: 'actions.fix',
    keywords: ['mend', 'repair', 'reshape', 'shape', '고치기'],
    shortcuts: ['Alt+Enter'],
    yieldsToText: true,
    when: ({ editor }) => editor.checked.problems.some(mayHaveFixes),
    perform: fixNext
  },
  {
    id: 'edit.expression',
    label: 'actions.expression',
    keywords: ['expression', 'formula', '수식'],
    shortcuts: ['Mod+Shift+E'],
    perform: () => openDialog({ kind: 'expression' })
  },
  {
    id: 'edit.expand',
    label: 'actions.expand',
    keywords: ['open', 'decompose', 'primitives', 'gates', '분해', '구성 요소'],
    shortcuts: ['Alt+E'],
    yieldsToText: true,
    when: ({ editor }) => canExpand(editor.document, editor.selection.nodes),
    perform: expandSelection
  },
  {
    id: 'edit.addPoint',
    label: 'actions.addPoint',
    keywords: ['reroute', 'bend'],
    shortcuts: ['Alt+R'],
    yieldsToText: true,
    when: ({ editor }) => editor.selection.edges.size === 1,
    perform: () => {
      const [id] = useEditor.getState().selection.edges
      if (id !== undefined) addPoint(id)
    }
  },
  {
    id: 'edit.straighten',
    label: 'actions.straighten',
    when: ({ editor }) => [...editor.selection.edges].some((id) => indexOf(editor.document).edges.get(id)?.points),
    perform: straighten
  },
  {
    id: 'edit.tidy',
    label: 'actions.tidy',
    keywords: ['layout', 'arrange'],
    shortcuts: ['Mod+Shift+L'],
    when: anyNodes,
    perform: tidy
  },
  ...alignActions,
  ...distributeActions,
  {
    id: 'edit.objective',
    label: 'actions.setObjective',
    when: ({ editor }) =>
      editor.selection.nodes.size === 1 &&
      !editor.selection.nodes.has(editor.document.objective ?? '') &&
      [...editor.selection.nodes].every((id) => indexOf(editor.document).nodes.has(id)),
    perform: () => {
      const [id] = useEditor.getState().selection.nodes
      if (id) setObjective(id)
    }
  }
]
