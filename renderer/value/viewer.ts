/** Which tensor the viewer shows, if it is open. */
import { create } from 'zustand'
import type { Target } from '../../engine/session/protocol.ts'

export interface Viewed {
  readonly target: Target
  readonly which: 'value' | 'gradient'
}

export const useViewer = create<{ readonly viewed: Viewed | null }>(() => ({ viewed: null }))

export const viewTensor = (target: Target, which: 'value' | 'gradient' = 'value'): void =>
  useViewer.setState({ viewed: { target, which } })
export const closeViewer = (): void => useViewer.setState({ viewed: null })
