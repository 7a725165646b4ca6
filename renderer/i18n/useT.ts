/** `useTranslation` for what is on the screen a thousand times: it makes nothing of its own for each of them. */
import i18next, { type TFunction } from 'i18next'
import { useSyncExternalStore } from 'react'

function subscribe(listener: () => void): () => void {
  i18next.on('languageChanged', listener)
  return () => i18next.off('languageChanged', listener)
}

/** The texts of the language now; whoever asks is drawn anew in another. */
export function useT(): TFunction {
  useSyncExternalStore(subscribe, () => i18next.language)
  return i18next.t
}
