import { stop } from '../../store/run.ts'
import type { Action, AppState } from '../action.ts'
import { resetWeights, runNow, startTraining } from '../running.ts'

const ready = ({ editor, run }: AppState) => editor.checked.types.size > 0 && run.status !== 'training'

/** The objective can be computed, and a data set tells what the answers should be. */
const trainable = (state: AppState) => {
  const { document, checked } = state.editor
  return ready(state) && checked.types.has(document.objective ?? '') && document.nodes.some((n) => n.op === 'Dataset')
}

export const runActions: readonly Action[] = [
  { id: 'run.run', label: 'actions.run', shortcuts: ['Mod+Enter'], when: ready, perform: runNow },
  { id: 'run.train', label: 'actions.train', shortcuts: ['Mod+Shift+Enter'], when: trainable, perform: startTraining },
  {
    id: 'run.stop',
    label: 'actions.stop',
    shortcuts: ['Mod+.', 'Escape'],
    everywhere: true,
    when: ({ run }) => run.status === 'training',
    perform: stop
  },
  {
    id: 'run.reset',
    label: 'actions.reset',
    when: ({ editor, run }) => editor.checked.parameters.length > 0 && run.status !== 'training',
    perform: resetWeights
  }
]
