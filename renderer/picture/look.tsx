/** Colours and icons of the screen, as a picture needs them: written out. */
import { Group } from 'lucide-react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { familyIcons } from '../app/families.ts'
import { colourReader } from '../ui/colourReader.ts'
import type { Scene } from './scene.ts'

export type PictureTheme = 'light' | 'dark'

/** Reads the tokens of a theme, whichever is on the screen. The element must be taken away by `done`. */
export function look(theme: PictureTheme): Pick<Scene, 'colour' | 'icon'> & { done(): void } {
  const probe = document.createElement('div')
  probe.style.colorScheme = theme
  probe.hidden = true
  document.body.append(probe)
  const read = colourReader(probe)
  const icons = new Map<string, string>()
  return {
    colour: (name) => read(`var(--${name})`),
    icon(family) {
      const known = icons.get(family)
      if (known) return known
      const Icon = family === 'group' ? Group : familyIcons[family]
      const place = document.createElement('div')
      const root = createRoot(place)
      flushSync(() => root.render(<Icon />))
      const drawing = place.querySelector('svg')?.innerHTML ?? ''
      root.unmount()
      icons.set(family, drawing)
      return drawing
    },
    done: () => probe.remove()
  }
}
