import { useSyncExternalStore } from 'react'
import { useSettings } from '../store/settings.ts'

const query = window.matchMedia('(prefers-color-scheme: dark)')

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Whether the screen is dark now, by choice or by the system. */
export function useDarkMode(): boolean {
  const theme = useSettings((s) => s.theme)
  const system = useSyncExternalStore(subscribe, () => query.matches)
  return theme === 'system' ? system : theme === 'dark'
}
