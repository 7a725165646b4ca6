/** Looking back at the last training. */
import { canLookBack, goBy, goLive, goTo, keepStep, neighbour, useHistory } from '../../history/state.ts'
import type { Action, AppState } from '../action.ts'

const possible = ({ run }: AppState) => run.status !== 'training' && canLookBack(useHistory.getState())
const looksBack = ({ run }: AppState) => run.status !== 'training' && useHistory.getState().at !== null

const keywords = ['history', 'past', 'scrub', 'time', '기록', '되돌아보기', '과거']

export const historyActions: readonly Action[] = [
  {
    id: 'history.earlier',
    label: 'actions.history.earlier',
    keywords,
    shortcuts: ['Alt+Shift+PageUp'],
    everywhere: true,
    when: (state) => possible(state) && neighbour(-1) !== null,
    perform: () => goBy(-1)
  },
  {
    id: 'history.later',
    label: 'actions.history.later',
    keywords,
    shortcuts: ['Alt+Shift+PageDown'],
    everywhere: true,
    when: looksBack,
    perform: () => goBy(1)
  },
  {
    id: 'history.first',
    label: 'actions.history.first',
    keywords,
    shortcuts: ['Alt+Shift+Home'],
    when: (state) => possible(state) && useHistory.getState().at !== 1,
    perform: () => goTo(1)
  },
  {
    id: 'history.live',
    label: 'actions.history.live',
    keywords,
    shortcuts: ['Alt+Shift+End'],
    when: looksBack,
    perform: goLive
  },
  { id: 'history.keep', label: 'actions.history.keep', keywords, when: looksBack, perform: keepStep }
]
