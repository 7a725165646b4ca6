import { openDialog } from '../../store/dialogs.ts'
import type { Action } from '../action.ts'

export const helpActions: readonly Action[] = [
  {
    id: 'help.commands',
    label: 'actions.commands',
    shortcuts: ['Mod+K', 'Mod+Shift+P'],
    perform: () => openDialog({ kind: 'commands' }),
    hidden: true
  },
  {
    id: 'help.shortcuts',
    label: 'actions.shortcuts',
    shortcuts: ['?'],
    yieldsToText: true,
    perform: () => openDialog({ kind: 'shortcuts' })
  },
  { id: 'help.about', label: 'actions.about', perform: () => openDialog({ kind: 'about' }) }
]
