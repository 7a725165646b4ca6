/** One action is one object: menus, the command palette, buttons, shortcuts and the native menu read the same. */
import type { ParseKeys, TFunction } from 'i18next'
import { useHistory } from '../history/state.ts'
import { type EditorState, useEditor } from '../store/editor.ts'
import { type RunState, useRun } from '../store/run.ts'
import { type Settings, useSettings } from '../store/settings.ts'
import { type StepperState, useStepper } from '../store/stepper.ts'

export type TextKey = ParseKeys

export interface AppState {
  readonly editor: EditorState
  readonly run: RunState
  readonly stepper: StepperState
  readonly settings: Settings
}

export interface Action {
  readonly id: string
  /** Key of the text in the catalogues. */
  readonly label: TextKey
  /** What it belongs to, for where it stands apart from its menu: "Theme: Dark". */
  readonly group?: TextKey
  /** Other words that people type for it, in any language. */
  readonly keywords?: readonly string[]
  /** `Mod` is Ctrl, and Command on a Mac; the first is the one that is shown. */
  readonly shortcuts?: readonly string[]
  /** The browser brings the key itself, as an event of its own (copy, cut, paste); the shortcut is only shown. */
  readonly byEvent?: boolean
  /** In a text field the key belongs to the text. */
  readonly yieldsToText?: boolean
  /** Not where nothing typed waits to be taken: there the key means the document after all. */
  readonly takesSettled?: boolean
  /** The key counts in dialogs and menus too. */
  readonly everywhere?: boolean
  /** Whether it can be done now; always where absent. */
  readonly when?: (state: AppState) => boolean
  /** For a choice: whether it is the one chosen. */
  readonly checked?: (state: AppState) => boolean
  readonly perform: () => unknown
  /** Not in the command palette. */
  readonly hidden?: boolean
}

export const appState = (): AppState => ({
  editor: useEditor.getState(),
  run: useRun.getState(),
  stepper: useStepper.getState(),
  settings: useSettings.getState()
})

/** The label with what it belongs to. */
export function fullLabel(action: Action, t: TFunction): string {
  const label = t(action.label) as string
  return action.group === undefined ? label : `${t(action.group)}: ${label}`
}

export const isEnabled = (action: Action): boolean => action.when?.(appState()) ?? true

/** Calls `listener` after each change of anything that an action's state reads. */
export function subscribe(listener: () => void): () => void {
  const ends = [useEditor, useRun, useStepper, useSettings, useHistory].map((store) => store.subscribe(listener))
  return () => {
    for (const end of ends) end()
  }
}

export function perform(action: Action): void {
  if (isEnabled(action)) void action.perform()
}
