/** The keys of the clipboard, which come as the browser's own events: no permission is asked for them. */
import { deleteSelection, pasteText, selectionText } from '../canvas/commands.ts'
import { inText } from './focus.ts'

/** Text that is marked somewhere on the screen is copied as text. */
const nothingMarked = () => getSelection()?.isCollapsed ?? true

function take(event: ClipboardEvent): boolean {
  const text = selectionText()
  if (text === null || !event.clipboardData) return false
  event.clipboardData.setData('text/plain', text)
  event.preventDefault()
  return true
}

export function clipboardEvents(): () => void {
  const controller = new AbortController()
  const on = (type: 'copy' | 'cut' | 'paste', fn: (event: ClipboardEvent) => void) =>
    document.addEventListener(type, (event) => !inText(event.target) && fn(event), { signal: controller.signal })
  on('copy', (event) => nothingMarked() && take(event))
  on('cut', (event) => nothingMarked() && take(event) && deleteSelection())
  on('paste', (event) => {
    const text = event.clipboardData?.getData('text/plain')
    if (text) pasteText(text)
    event.preventDefault()
  })
  return () => controller.abort()
}
