/** Stepping through a run, with the keys of debuggers. */
import i18next from 'i18next'
import { indexOf } from '../../../engine/document/lookup.ts'
import { titleOf } from '../../canvas/geometry.ts'
import { focusedNode } from '../../canvas/state.ts'
import { announce, toast } from '../../store/announce.ts'
import { useEditor } from '../../store/editor.ts'
import * as stepper from '../../store/stepper.ts'
import type { Action, AppState } from '../action.ts'

const ready = ({ editor, run }: AppState) => editor.checked.types.size > 0 && run.status !== 'training'
const open = ({ stepper: { walk } }: AppState) => walk !== null

/** The node that is meant: the one with the focus, else the only one selected. */
function nodeMeant(): string | null {
  const { nodes } = useEditor.getState().selection
  return focusedNode() ?? (nodes.size === 1 ? ([...nodes][0] as string) : null)
}

const title = (id: string): string => {
  const node = indexOf(useEditor.getState().document).nodes.get(id)
  return node ? titleOf(node) : id
}

async function runToHere(): Promise<void> {
  const id = nodeMeant()
  if (id !== null && !(await stepper.goToNode(id))) toast('note', i18next.t('steps.noStep'))
}

function toggleBreakpoint(): void {
  const id = nodeMeant()
  if (id === null) return
  const set = stepper.toggleBreakpoint(id)
  announce(i18next.t(set ? 'steps.breakpointSet' : 'steps.breakpointRemoved', { node: title(id) }))
}

export const stepActions: readonly Action[] = [
  {
    id: 'run.step',
    label: 'actions.step',
    keywords: ['debug', 'walk', 'backprop', '역전파', '디버그'],
    shortcuts: ['F10'],
    when: (state) => ready(state) && (!open(state) || state.stepper.at < stepper.lastStep()),
    perform: () => stepper.step(1)
  },
  {
    id: 'run.stepBack',
    label: 'actions.stepBack',
    shortcuts: ['Shift+F10'],
    when: (state) => open(state) && state.stepper.at > 0,
    perform: () => stepper.step(-1)
  },
  { id: 'run.play', label: 'actions.play', shortcuts: ['F8'], when: ready, perform: stepper.togglePlay },
  { id: 'run.runOn', label: 'actions.runOn', shortcuts: ['Mod+F8'], when: open, perform: stepper.runOn },
  {
    id: 'run.runToHere',
    label: 'actions.runToHere',
    shortcuts: ['Mod+F10'],
    when: (state) => ready(state) && nodeMeant() !== null,
    perform: runToHere
  },
  {
    id: 'run.firstStep',
    label: 'actions.firstStep',
    shortcuts: ['Mod+Shift+F10'],
    when: (state) => open(state) && state.stepper.at > 0,
    perform: () => stepper.goToStep(0)
  },
  {
    id: 'run.breakpoint',
    label: 'actions.breakpoint',
    shortcuts: ['F9'],
    when: () => nodeMeant() !== null,
    perform: toggleBreakpoint
  },
  {
    id: 'run.endSteps',
    label: 'actions.endSteps',
    shortcuts: ['Shift+F8'],
    when: ({ stepper: { status } }) => status !== 'off',
    perform: stepper.endSteps
  }
]
