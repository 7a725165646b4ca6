/** The training settings of the document, and edits of them: each is a command, each can be undone. */
import { defaultTraining, type OptimizerSettings, type TrainingSettings } from '../../engine/document/types.ts'
import { language } from '../i18n/index.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { toast } from '../store/announce.ts'
import { dispatch, useEditor } from '../store/editor.ts'

export const useTraining = (): TrainingSettings => useEditor((s) => s.document.training ?? defaultTraining)

/** What becomes undefined is left out. */
export function changeTraining(change: Partial<TrainingSettings>): void {
  const training = useEditor.getState().document.training ?? defaultTraining
  const fields = Object.entries({ ...training, ...change }).filter(([, value]) => value !== undefined)
  const value = Object.fromEntries(fields) as unknown as TrainingSettings
  const [refused] = dispatch({ type: 'set', setting: 'training', value }) ?? []
  if (!refused) return
  const { message, hint } = problemText(refused, language())
  toast('failed', message, hint ?? undefined)
}

export function changeOptimizer(optimizer: OptimizerSettings): void {
  changeTraining({ optimizer })
}
