/** An action as a component shows it: its text, its shortcut, and whether it can be done now. */
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { appState, isEnabled, perform, subscribe } from './action.ts'
import { actionOf } from './actions.ts'
import { showShortcut } from './shortcuts.ts'

export interface ShownAction {
  readonly label: string
  readonly shortcut: string | undefined
  readonly enabled: boolean
  readonly checked: boolean | undefined
  readonly perform: () => void
}

export function useAction(id: string): ShownAction {
  const { t } = useTranslation()
  const action = actionOf(id)
  const enabled = useSyncExternalStore(subscribe, () => isEnabled(action))
  const checked = useSyncExternalStore(subscribe, () => action.checked?.(appState()))
  const shown = action.shortcuts?.[0]
  return {
    label: t(action.label) as string,
    shortcut: shown && showShortcut(shown),
    enabled,
    checked,
    perform: () => perform(action)
  }
}
