/** F6 goes from one part of the window to the next: palette or outline, canvas, inspector, training or steps. */
import { type PanelName, useSettings } from '../store/settings.ts'

interface Pane {
  readonly root: string
  /** What has the focus first. */
  readonly first: string
  readonly panel?: PanelName
}

const CONTROLS = ':is(input, textarea, button, [tabindex="0"]):not(:disabled)'

const PANES: readonly Pane[] = [
  { root: '.palette', first: 'input', panel: 'palette' },
  { root: '.outline', first: '[role="tree"]', panel: 'palette' },
  { root: '.canvas', first: '.react-flow__node[tabindex="0"]' },
  { root: '[data-inspector]', first: CONTROLS, panel: 'inspector' },
  { root: ':is(.training, .stepper, .sample, .check, .plan, .chain, .plots)', first: CONTROLS, panel: 'training' }
]

export function goToPane(step: 1 | -1): void {
  const { panels } = useSettings.getState()
  const open = PANES.filter(
    ({ root, panel }) => (panel === undefined || panels[panel]) && document.querySelector(root) !== null
  )
  const at = open.findIndex(({ root }) => document.activeElement?.closest(root))
  const next = open[at < 0 ? (step > 0 ? 0 : open.length - 1) : (at + step + open.length) % open.length]
  const root = document.querySelector<HTMLElement>(next?.root ?? '')
  const target = root?.querySelector<HTMLElement>(next?.first ?? '') ?? root
  if (target === root) root?.setAttribute('tabindex', root.getAttribute('tabindex') ?? '-1')
  target?.focus()
}

/** Puts the focus into the outline. */
export function focusOutline(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.outline')?.focus())
}
