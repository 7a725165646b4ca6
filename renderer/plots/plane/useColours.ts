import { useEffect, useState } from 'react'
import { useDarkMode } from '../../ui/useDarkMode.ts'
import { type Colours, coloursOf } from './paintMap.ts'

/** The colours of the theme that is on screen; null before the first drawing. */
export function useColours(): Colours | null {
  const dark = useDarkMode()
  const [found, setFound] = useState<Colours | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides what is read
  useEffect(() => {
    // in the frame: the theme is set after this
    const frame = requestAnimationFrame(() => setFound(coloursOf(document.body)))
    return () => cancelAnimationFrame(frame)
  }, [dark])
  return found
}
