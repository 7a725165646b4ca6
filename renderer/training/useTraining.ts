/** The training settings of the document, and edits of them: each is a command, each can be undone. */
import { defaultTraining, type OptimizerSettings, type TrainingSettings } from '../../engine/document/types.ts'
import { dispatch, useEditor } from '../store/editor.ts'

export const useTraining = (): TrainingSettings => useEditor((s) => s.document.training ?? defaultTraining)

/** What becomes undefined is left out. */
export function changeTraining(change: Partial<TrainingSettings>): void {
  const training = useEditor.getState().document.training ?? defaultTraining
  const fields = Object.entries({ ...training, ...change }).filter(([, value]) => value !== undefined)
  dispatch({ type: 'set', setting: 'training', value: Object.fromEntries(fields) as unknown as TrainingSettings })
}

export function changeOptimizer(optimizer: OptimizerSettings): void {
  changeTraining({ optimizer })
}
