/** All actions, and how the menus arrange them. */
import type { Action, TextKey } from './action.ts'
import { backendActions } from './actions/backend.ts'
import { alignActions, distributeActions, editActions } from './actions/edit.ts'
import { exampleActions, fileActions, pictureActions } from './actions/file.ts'
import { helpActions } from './actions/help.ts'
import { historyActions } from './actions/history.ts'
import { plotActions, runActions } from './actions/run.ts'
import { stepActions } from './actions/steps.ts'
import { colourActions, structureActions } from './actions/structure.ts'
import { viewActions } from './actions/view.ts'

export const actions: readonly Action[] = [
  ...fileActions,
  ...pictureActions,
  ...exampleActions,
  ...editActions,
  ...viewActions,
  ...runActions,
  ...backendActions,
  // behind those of running: Escape stops a training before it leaves a group
  ...structureActions,
  ...stepActions,
  ...historyActions,
  ...helpActions
]

const byId = new Map(actions.map((action) => [action.id, action]))

export function actionOf(id: string): Action {
  const action = byId.get(id)
  if (!action) throw new Error(`no action "${id}"`)
  return action
}

/** An action by its id, a rule, or a menu inside the menu. */
export type MenuEntry = string | '-' | { readonly label: TextKey; readonly entries: readonly MenuEntry[] }

export interface Menu {
  readonly id: string
  readonly label: TextKey
  readonly entries: readonly MenuEntry[]
}

const idOf = (action: Action): string => action.id

export const menus: readonly Menu[] = [
  {
    id: 'file',
    label: 'menus.file',
    entries: [
      'file.new',
      'file.open',
      { label: 'menus.examples', entries: exampleActions.map((action) => action.id) },
      '-',
      'file.save',
      'file.saveAs',
      '-',
      { label: 'menus.picture', entries: pictureActions.map(idOf) },
      '-',
      'file.importWeights',
      'file.exportWeights',
      '-',
      'data.mnistFolder',
      'data.mnistDownload'
    ]
  },
  {
    id: 'edit',
    label: 'menus.edit',
    entries: [
      'edit.undo',
      'edit.redo',
      '-',
      'edit.cut',
      'edit.copy',
      'edit.paste',
      'edit.pasteWired',
      'edit.duplicate',
      'edit.delete',
      'edit.deleteAndReconnect',
      '-',
      'edit.selectAll',
      'edit.find',
      'edit.objective',
      'edit.fix',
      '-',
      'edit.expression',
      'edit.expand',
      'edit.addPoint',
      'edit.straighten',
      '-',
      'edit.tidy',
      { label: 'menus.align', entries: [...alignActions.map(idOf), '-', ...distributeActions.map(idOf)] }
    ]
  },
  {
    id: 'structure',
    label: 'menus.structure',
    entries: [
      'structure.group',
      'structure.ungroup',
      'structure.enter',
      'structure.leave',
      '-',
      'structure.duplicateLinked',
      'structure.independent',
      '-',
      'structure.frame',
      'structure.note',
      { label: 'menus.noteColour', entries: colourActions.map(idOf) },
      '-',
      'structure.bypass',
      'structure.mute',
      'structure.collapse'
    ]
  },
  {
    id: 'view',
    label: 'menus.view',
    entries: [
      'view.fit',
      'view.fitSelection',
      'view.zoomIn',
      'view.zoomOut',
      'view.zoomReset',
      '-',
      'view.panel.palette',
      'view.outline',
      'view.panel.inspector',
      'view.panel.training',
      'view.plan',
      '-',
      'view.minimap',
      'view.wheelScrolls',
      '-',
      { label: 'menus.theme', entries: ['view.theme.system', 'view.theme.light', 'view.theme.dark'] },
      { label: 'menus.language', entries: ['view.language.system', 'view.language.en', 'view.language.ko'] }
    ]
  },
  {
    id: 'run',
    label: 'menus.run',
    entries: [
      'run.run',
      '-',
      'run.step',
      'run.stepBack',
      'run.play',
      'run.runToHere',
      'run.runOn',
      'run.firstStep',
      'run.breakpoint',
      'run.endSteps',
      '-',
      'run.verify',
      'run.jacobian',
      'run.chain',
      'run.sample',
      'run.previousSample',
      'run.nextSample',
      { label: 'menus.plots', entries: plotActions.map(idOf) },
      '-',
      'run.train',
      'run.stop',
      { label: 'menus.history', entries: historyActions.map(idOf) },
      { label: 'menus.backend', entries: backendActions.map(idOf) },
      '-',
      'run.reset'
    ]
  },
  { id: 'help', label: 'menus.help', entries: ['help.commands', 'help.shortcuts', '-', 'help.about'] }
]
