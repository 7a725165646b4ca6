/** What is opened in the place of the training, below the canvas: one at a time. A walk stands before all of them. */
import { closeChain, useChain } from '../chain/state.ts'
import { closeCheck, useCheck } from '../check/state.ts'
import { closePlan, usePlan } from '../plan/state.ts'
import { closePlots, usePlots } from '../plots/state.ts'
import { closeSample, useSample } from '../sample/state.ts'
import { useRun } from '../store/run.ts'
import { endSteps, useStepper } from '../store/stepper.ts'

const PANELS = {
  sample: { isOpen: () => useSample.getState().open, close: closeSample },
  plots: { isOpen: () => usePlots.getState().open, close: closePlots },
  check: { isOpen: () => useCheck.getState().open, close: closeCheck },
  chain: { isOpen: () => useChain.getState().open, close: closeChain },
  plan: { isOpen: () => usePlan.getState().open, close: closePlan }
} as const

export type Below = keyof typeof PANELS

const names = Object.keys(PANELS) as Below[]
const walking = (): boolean => useStepper.getState().status !== 'off'

/** Whether it is there and nothing stands before it. */
export const isSeen = (panel: Below): boolean => PANELS[panel].isOpen() && !walking()

/** Makes room for one of them. */
export function closeOthers(panel: Below | null): void {
  if (walking()) endSteps()
  for (const name of names) if (name !== panel && PANELS[name].isOpen()) PANELS[name].close()
}

export function openBelow(panel: Below, open: () => void): void {
  closeOthers(panel)
  open()
}

/** The same key that opens it closes it. */
export function toggleBelow(panel: Below, open: () => void, seen = isSeen(panel)): void {
  if (seen) PANELS[panel].close()
  else openBelow(panel, open)
}

/** Gives the place back to the training. False where it has it, or Escape means the training that runs. */
export function leaveBelow(): boolean {
  if (useRun.getState().status === 'training') return false
  if (walking()) {
    endSteps()
    return true
  }
  const open = names.find(isSeen)
  if (open) PANELS[open].close()
  return open !== undefined
}
