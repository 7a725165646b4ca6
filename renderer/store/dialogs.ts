/** Which dialog is open, if any. */
import { create } from 'zustand'
import type { Problem } from '../../engine/problem.ts'

export type Answer = 'save' | 'discard' | 'cancel'

export type Dialog =
  | { readonly kind: 'unsaved'; readonly name: string; readonly answer: (answer: Answer) => void }
  | {
      readonly kind: 'problems'
      readonly file: string
      readonly problems: readonly Problem[]
      readonly warningsOnly: boolean
    }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'commands' }
  | { readonly kind: 'expression' }
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

/** What to do with the changes that are not in a file. */
export function askUnsaved(name: string): Promise<Answer> {
  return new Promise((done) => {
    const answer = (given: Answer) => {
      useDialogs.setState({ dialog: null })
      done(given)
    }
    openDialog({ kind: 'unsaved', name, answer })
  })
}
