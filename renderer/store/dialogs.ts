/** Which dialog is open, if any. */
import { create } from 'zustand'
import type { Problem } from '../../engine/problem.ts'

export type Answer = 'save' | 'discard' | 'cancel'

/** What no file has. */
export type Unsaved = 'graph' | 'weights' | 'both'

export type Dialog =
  | {
      readonly kind: 'unsaved'
      readonly name: string
      readonly what: Unsaved
      readonly answer: (answer: Answer) => void
    }
  | {
      readonly kind: 'problems'
      readonly file: string
      readonly problems: readonly Problem[]
      /** What could not be read; warnings of a graph that could. */
      readonly about: 'graph' | 'weights' | 'warnings'
    }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'commands' }
  | { readonly kind: 'expression' }
  | { readonly kind: 'jacobian'; readonly node: string }
  | { readonly kind: 'about' }

interface Dialogs {
  readonly dialog: Dialog | null
}

export const useDialogs = create<Dialogs>(() => ({ dialog: null }))

export const openDialog = (dialog: Dialog): void => useDialogs.setState({ dialog })

export function closeDialog(): void {
  const { dialog } = useDialogs.getState()
  useDialogs.setState({ dialog: null })
  if (dialog?.kind === 'unsaved') dialog.answer('cancel')
}

function ask(name: string, what: Unsaved): Promise<Answer> {
  return new Promise((done) => {
    const answer = (given: Answer) => {
      useDialogs.setState({ dialog: null })
      done(given)
    }
    openDialog({ kind: 'unsaved', name, what, answer })
  })
}

/** What to do with the changes that are not in a file. */
export const askUnsaved = (name: string, weights: boolean): Promise<Answer> => ask(name, weights ? 'both' : 'graph')

/** What to do with trained weights that are not in a file. */
export const askWeights = (name: string): Promise<Answer> => ask(name, 'weights')
