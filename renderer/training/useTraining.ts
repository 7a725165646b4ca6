/** The training settings of the document, and edits of them: each is a command, each can be undone. */
import { defaultTraining, type OptimizerSettings, type TrainingSettings } from '../../engine/document/types.ts'
import { dispatch, useEditor } from '../store/editor.ts'

export const useTraining = (): TrainingSettings => useEditor((s) => s.document.training ?? defaultTraining)

export function changeTraining(change: Partial<TrainingSettings>): void {
  const training = useEditor.getState().document.training ?? defaultTraining
  dispatch({ type: 'set', setting: 'training', value: { ...training, ...change } })
}

export function changeOptimizer(optimizer: OptimizerSettings): void {
  changeTraining({ optimizer })
}
