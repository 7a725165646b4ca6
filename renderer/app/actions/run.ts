import { indexOf } from '../../../engine/document/lookup.ts'
import { openChain } from '../../chain/state.ts'
import { openCheck } from '../../check/state.ts'
import { openPlots, type Tab, usePlots } from '../../plots/state.ts'
import { goOn, openSample, useSample } from '../../sample/state.ts'
import { openDialog } from '../../store/dialogs.ts'
import { stop } from '../../store/run.ts'
import { type Action, type AppState, appState } from '../action.ts'
import { isSeen, openBelow, toggleBelow } from '../below.ts'
import { resetWeights, runNow, startTraining } from '../running.ts'

const ready = ({ editor, run }: AppState) => editor.checked.types.size > 0 && run.status !== 'training'

/** The objective can be computed, and a data set tells what the answers should be. */
const trainable = (state: AppState) => {
  const { document, checked } = state.editor
  return ready(state) && checked.types.has(document.objective ?? '') && document.nodes.some((n) => n.op === 'Dataset')
}

/** The node that is selected alone, where something goes into it and its shape is known. */
function differentiable({ editor: { selection, document, checked } }: AppState): string | null {
  const [node] = selection.nodes
  if (node === undefined || selection.nodes.size > 1 || !checked.types.has(node)) return null
  return indexOf(document).incoming(node).length > 0 ? node : null
}

/** An example is looked at, and it is not walked through. */
const sampling = ({ run, stepper }: AppState) =>
  run.sample !== null && stepper.status === 'off' && useSample.getState().open

const showsPlot = (tab: Tab): boolean => isSeen('plots') && usePlots.getState().tab === tab

/** A curve, a surface, a plane: the panel says what it needs. */
const plotAction = (tab: Tab, shortcut: string, keywords: readonly string[]): Action => ({
  id: `run.plots.${tab}`,
  label: `actions.plots.${tab}`,
  group: 'menus.plots',
  keywords,
  shortcuts: [shortcut],
  checked: () => showsPlot(tab),
  when: ({ editor }) => editor.checked.types.size > 0,
  perform: () => toggleBelow('plots', () => openPlots(tab), showsPlot(tab))
})

export const plotActions: readonly Action[] = [
  plotAction('curve', 'Alt+P', [
    'plot',
    'function',
    'tangent',
    'secant',
    'derivative',
    '함수',
    '접선',
    '할선',
    '도함수'
  ]),
  plotAction('surface', 'Alt+Shift+P', [
    'plot',
    'contour',
    'loss landscape',
    'optimizer',
    'Adam',
    '등고선',
    '손실 곡면'
  ]),
  plotAction('plane', 'Alt+Shift+B', ['plot', 'decision boundary', 'activation', 'classes', '결정 경계', '활성화'])
]

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
  },
  {
    id: 'run.sample',
    label: 'actions.sample',
    keywords: [
      'saliency',
      'guided backpropagation',
      'sample',
      'digit',
      'misclassified',
      '현저성',
      '돌출',
      '샘플',
      '오분류'
    ],
    shortcuts: ['Alt+I'],
    when: ready,
    perform: () => toggleBelow('sample', openSample)
  },
  {
    id: 'run.nextSample',
    label: 'actions.nextSample',
    shortcuts: ['Alt+PageDown'],
    when: sampling,
    perform: () => goOn(1)
  },
  {
    id: 'run.previousSample',
    label: 'actions.previousSample',
    shortcuts: ['Alt+PageUp'],
    when: sampling,
    perform: () => goOn(-1)
  },
  {
    id: 'run.jacobian',
    label: 'actions.jacobian',
    keywords: ['derivative', 'matrix', 'softmax', '야코비안', '자코비안', '미분'],
    shortcuts: ['Alt+J'],
    when: (state) => ready(state) && differentiable(state) !== null,
    perform: () => {
      const node = differentiable(appState())
      if (node !== null) openDialog({ kind: 'jacobian', node })
    }
  },
  {
    id: 'run.chain',
    label: 'actions.chain',
    keywords: ['path', 'product', 'multivariable', 'vector-Jacobian product', 'VJP', '연쇄 법칙', '경로', '다변수'],
    shortcuts: ['Alt+Shift+J'],
    when: ready,
    // again: between the ends that are selected now
    perform: () => openBelow('chain', openChain)
  },
  {
    id: 'run.verify',
    label: 'actions.verify',
    keywords: ['gradcheck', 'gradient check', 'central difference', 'finite difference', '수치 미분', '차분'],
    shortcuts: ['Alt+G'],
    // without an objective the panel says what is missing
    when: ready,
    perform: () => toggleBelow('check', openCheck)
  },
  ...plotActions
]
