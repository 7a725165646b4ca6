/** The weights' own file: the graph file holds none of them. */
import i18next from 'i18next'
import { problemsOf } from '../../engine/problem.ts'
import { refreshHistory } from '../history/state.ts'
import { numbersOf } from '../i18n/useNumbers.ts'
import { platform } from '../platform.ts'
import { toast } from '../store/announce.ts'
import { askWeights, openDialog } from '../store/dialogs.ts'
import { useEditor } from '../store/editor.ts'
import { exportWeights, importWeights, markExported, useRun } from '../store/run.ts'
import { messageOf } from './errors.ts'

const t = i18next.t.bind(i18next)

/** Whether there are trained weights that no file has. */
export const hasUnexportedWeights = (): boolean => useRun.getState().unexported

/** True when they were written. */
export async function exportWeightsToFile(): Promise<boolean> {
  const { document } = useEditor.getState()
  try {
    const bytes = await exportWeights()
    const saved = await platform.saveFile({
      path: null,
      suggestedName: `${document.name}.weights.json`,
      kind: 'weights',
      bytes
    })
    if (!saved) return false
    markExported()
    toast('done', t('weights.exported', { name: saved.name }))
    return true
  } catch (error) {
    toast('failed', t('weights.notExported'), messageOf(error))
    return false
  }
}

export async function importWeightsFromFile(): Promise<void> {
  let name = ''
  try {
    const file = await platform.openFile('weights')
    if (!file) return
    name = file.name
    const tensors = await importWeights(file.bytes)
    await refreshHistory()
    toast('done', t('weights.imported', { name, count: tensors, tensors: numbersOf(i18next.language).count(tensors) }))
  } catch (error) {
    openDialog({ kind: 'problems', file: name, problems: problemsOf(error), about: 'weights' })
  }
}

/** True when the trained weights may go: they are in a file, or the person lets them go. */
export async function mayLoseWeights(): Promise<boolean> {
  if (!hasUnexportedWeights()) return true
  const answer = await askWeights(useEditor.getState().document.name)
  return answer === 'save' ? exportWeightsToFile() : answer === 'discard'
}
