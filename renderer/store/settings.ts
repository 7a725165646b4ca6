/** What a person chose for this machine; kept between sessions, never part of a document. */
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { BackendChoice } from '../../engine/session/protocol.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export const LANGUAGES = ['system', 'en', 'ko'] as const
export const PANELS = ['palette', 'inspector', 'training'] as const
export type Theme = (typeof THEMES)[number]
export type LanguageChoice = (typeof LANGUAGES)[number]
/** What the panel on the left shows. */
export type LeftView = 'palette' | 'outline'
export type PanelName = (typeof PANELS)[number]

export interface Settings {
  readonly theme: Theme
  readonly language: LanguageChoice
  readonly backend: BackendChoice
  /** Whether a panel is open. */
  readonly panels: Readonly<Record<PanelName, boolean>>
  /** Widths of the side panels and height of the bottom one, in pixels. */
  readonly sizes: Readonly<Record<PanelName, number>>
  readonly left: LeftView
  readonly logLoss: boolean
  readonly minimap: boolean
  /** Wheel scrolls the canvas instead of zooming it. */
  readonly wheelScrolls: boolean
}

/** In a small window the canvas gets what the panels can spare. */
const roomy = () => window.innerWidth >= 1200

export const useSettings = create<Settings>()(
  persist(
    (): Settings => ({
      theme: 'system',
      language: 'system',
      backend: 'auto',
      panels: { palette: true, inspector: true, training: true },
      sizes: roomy()
        ? { palette: 232, inspector: 320, training: 248 }
        : { palette: 184, inspector: 272, training: 236 },
      left: 'palette',
      logLoss: false,
      minimap: false,
      wheelScrolls: false
    }),
    { name: 'chainrule-settings', version: 1 }
  )
)

export const setSettings = (change: Partial<Settings>): void => void useSettings.setState(change)

export const togglePanel = (panel: PanelName, open?: boolean): void =>
  void useSettings.setState((s) => ({ panels: { ...s.panels, [panel]: open ?? !s.panels[panel] } }))

export const setPanelSize = (panel: PanelName, size: number): void =>
  void useSettings.setState((s) => ({ sizes: { ...s.sizes, [panel]: size } }))
