/** What lives as long as the window: keys, the clipboard, the native menu, the title, the engine behind the document. */
import { useEffect } from 'react'
import { followHistory } from '../history/state.ts'
import { platform } from '../platform.ts'
import { useEditor } from '../store/editor.ts'
import { followEditor, refreshDataSets, useRun } from '../store/run.ts'
import { useSettings } from '../store/settings.ts'
import { followRuns } from '../store/stepper.ts'
import { isEnabled, perform } from './action.ts'
import { actionOf, actions } from './actions.ts'
import { clipboardEvents } from './clipboard.ts'
import { provideCachedMnist } from './data.ts'
import { openFile, saveAll } from './files.ts'
import { inText, isSettled, overlays } from './focus.ts'
import { followMenu } from './nativeMenu.ts'
import { actionFor, isTextHistory } from './shortcuts.ts'
import { hasUnexportedWeights } from './weights.ts'

/** Milliseconds in which a menu's accelerator is the echo of the key that the page has already taken. */
const ECHO = 200
let latest = { id: '', at: 0 }

/** Whether a dialog, a menu or a hint was open when the key went down: it may be gone when the page hears of the key. */
let covered = false
const onKeyFirst = (event: KeyboardEvent) => {
  if (event.key === 'Escape') covered = overlays()
}

function onKey(event: KeyboardEvent): void {
  const action = actionFor(actions, event, covered)
  if (isTextHistory(event)) event.preventDefault()
  if (!action) return
  event.preventDefault()
  latest = { id: action.id, at: performance.now() }
  perform(action)
}

/** In a text field these mean the text. */
const TEXT_COMMANDS: Readonly<Record<string, string>> = {
  'edit.undo': 'undo',
  'edit.redo': 'redo',
  'edit.selectAll': 'selectAll',
  'edit.delete': 'delete'
}

function onMenu(id: string): void {
  if (latest.id === id && performance.now() - latest.at < ECHO) return
  const text = TEXT_COMMANDS[id]
  const settled = actionOf(id).takesSettled && isSettled(document.activeElement)
  if (text && inText(document.activeElement) && !settled) document.execCommand(text)
  else if (isEnabled(actionOf(id))) perform(actionOf(id))
}

function followDocumentState(): () => void {
  const tell = () => {
    const { document: shown, path, dirty } = useEditor.getState()
    document.title = `${dirty ? '● ' : ''}${shown.name} – Chainrule`
    platform.setDocumentState({ name: shown.name, path, dirty, weights: hasUnexportedWeights() })
  }
  tell()
  const ends = [
    useEditor.subscribe((s, before) => {
      if (s.document.name !== before.document.name || s.dirty !== before.dirty || s.path !== before.path) tell()
    }),
    useRun.subscribe((s, before) => {
      if (s.unexported !== before.unexported) tell()
    })
  ]
  return () => {
    for (const end of ends) end()
  }
}

function followTheme(): () => void {
  const show = () => {
    const { theme } = useSettings.getState()
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }
  show()
  return useSettings.subscribe(show)
}

/** Numbers of the graph before an edit are faint: the style sheet is told, and not each label. */
function followStale(): () => void {
  return useRun.subscribe(({ stale }) => document.documentElement.toggleAttribute('data-stale', stale))
}

function followData(): () => void {
  // a page without an engine still edits: what is missing is told when numbers are asked for
  void refreshDataSets()
    .catch(() => {})
    .then(provideCachedMnist)
  return useEditor.subscribe((s, before) => {
    if (s.document.nodes !== before.document.nodes) void provideCachedMnist()
  })
}

export function useAppLife(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKeyFirst, true)
    document.addEventListener('keydown', onKey)
    const ends = [
      () => window.removeEventListener('keydown', onKeyFirst, true),
      () => document.removeEventListener('keydown', onKey),
      clipboardEvents(),
      followTheme(),
      followStale(),
      followDocumentState(),
      followEditor(),
      followRuns(),
      followHistory(),
      followData(),
      followMenu(),
      platform.onMenu(onMenu),
      platform.onSaveBeforeClose(saveAll),
      platform.onOpenPath((file) => void openFile(file))
    ]
    return () => {
      for (const end of ends) end()
    }
  }, [])
}
