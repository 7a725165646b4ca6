import { copyPicture, exportPicture } from '../../picture/export.ts'
import { platform } from '../../platform.ts'
import type { Action, AppState } from '../action.ts'
import { chooseMnistFolder, downloadMnist } from '../data.ts'
import { exampleIds } from '../examples.ts'
import { newDocument, openByPicker, openExample, save, saveAs } from '../files.ts'
import { exportWeightsToFile, importWeightsFromFile } from '../weights.ts'

const anything = ({ editor }: AppState) => editor.document.nodes.length + editor.document.notes.length > 0

export const fileActions: readonly Action[] = [
  {
    id: 'file.new',
    label: 'actions.new',
    shortcuts: [platform.kind === 'electron' ? 'Mod+N' : 'Mod+Alt+N'],
    perform: newDocument
  },
  { id: 'file.open', label: 'actions.open', shortcuts: ['Mod+O'], perform: openByPicker },
  { id: 'file.save', label: 'actions.save', shortcuts: ['Mod+S'], perform: save },
  { id: 'file.saveAs', label: 'actions.saveAs', shortcuts: ['Mod+Shift+S'], perform: saveAs },
  {
    id: 'file.exportWeights',
    label: 'actions.exportWeights',
    shortcuts: ['Mod+E'],
    when: ({ editor, run }) =>
      editor.checked.parameters.length > 0 && editor.checked.errors === 0 && run.status !== 'training',
    perform: exportWeightsToFile
  },
  {
    id: 'file.importWeights',
    label: 'actions.importWeights',
    when: ({ editor, run }) =>
      editor.checked.parameters.length > 0 && editor.checked.errors === 0 && run.status !== 'training',
    perform: importWeightsFromFile
  },
  { id: 'data.mnistFolder', label: 'actions.mnistFolder', perform: chooseMnistFolder },
  { id: 'data.mnistDownload', label: 'actions.mnistDownload', perform: downloadMnist }
]

export const pictureActions: readonly Action[] = [
  {
    id: 'file.picture.copy',
    label: 'actions.picture.copy',
    keywords: ['clipboard', 'screenshot', '그림'],
    shortcuts: ['Mod+Shift+C'],
    yieldsToText: true,
    when: anything,
    perform: copyPicture
  },
  ...(['svg', 'png'] as const).flatMap((kind): Action[] => [
    {
      id: `file.picture.${kind}`,
      label: `actions.picture.${kind}`,
      group: 'menus.picture',
      keywords: ['export', 'image', 'slides', '그림'],
      when: anything,
      perform: () => exportPicture(kind)
    },
    {
      id: `file.picture.${kind}Selection`,
      label: `actions.picture.${kind}Selection`,
      group: 'menus.picture',
      keywords: ['export', 'image', '그림'],
      when: ({ editor }) => editor.selection.nodes.size > 0,
      perform: () => exportPicture(kind, true)
    }
  ])
]

export const exampleActions: readonly Action[] = exampleIds.map((id) => ({
  id: `example.${id}`,
  label: `examples.${id}` as Action['label'],
  group: 'menus.examples',
  perform: () => openExample(id)
}))
