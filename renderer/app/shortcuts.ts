/** Keys: which action they mean, and how they are written. */
import { type Action, isEnabled } from './action.ts'
import { inText, isSettled } from './focus.ts'

const mac = /Mac|iPhone|iPad/.test(navigator.platform)

interface Keys {
  readonly mod: boolean
  readonly shift: boolean
  readonly alt: boolean
  readonly key: string
}

function parse(shortcut: string): Keys {
  const parts = shortcut.split('+')
  const key = shortcut.endsWith('++') ? '+' : (parts.at(-1) ?? '')
  return {
    mod: parts.includes('Mod'),
    shift: parts.includes('Shift'),
    alt: parts.includes('Alt'),
    key: key.toLowerCase()
  }
}

/** The key as the layout of a Latin keyboard has it: with Hangul on, `event.key` is a jamo. */
function latin(event: KeyboardEvent): string {
  const { key, code } = event
  if (/^Digit\d$/.test(code)) return code.slice(5)
  if (/^Key[A-Z]$/.test(code) && !/^[a-z]$/i.test(key)) return code.slice(3).toLowerCase()
  return key.toLowerCase()
}

function matches(shortcut: string, event: KeyboardEvent): boolean {
  const keys = parse(shortcut)
  const mod = mac ? event.metaKey : event.ctrlKey
  const other = mac ? event.ctrlKey : event.metaKey
  if (keys.mod !== mod || other || keys.alt !== event.altKey) return false
  if (keys.key === '?' || keys.key === '+') return event.key === keys.key
  return keys.shift === event.shiftKey && latin(event) === keys.key
}

const WORDS: Readonly<Record<string, string>> = mac
  ? { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Delete: '⌦', Backspace: '⌫', Escape: '⎋' }
  : { Mod: 'Ctrl', Delete: 'Del', Escape: 'Esc' }

const splitKeys = (shortcut: string): string[] =>
  shortcut.endsWith('++') ? [...shortcut.slice(0, -2).split('+'), '+'] : shortcut.split('+')

/** As people read it: "Ctrl+Shift+L", "⌘⇧L". */
export const showShortcut = (shortcut: string): string =>
  splitKeys(shortcut)
    .map((part) => WORDS[part] ?? part)
    .join(mac ? '' : '+')

/** In Electron's notation. */
export const acceleratorOf = (shortcut: string): string =>
  shortcut.replace('Mod', 'CmdOrCtrl').replace(/\+\+$/, '+Plus')

/** Menus and dialogs have keys of their own. */
const inOverlay = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null

/** Whether the key belongs to where the focus is, not to the action. */
function isTaken(action: Action, target: EventTarget | null): boolean {
  if (action.everywhere || (action.takesSettled && isSettled(target))) return false
  return inOverlay(target) || (inText(target) && action.yieldsToText === true)
}

/** The action that a key press means here and now; `covered` where something lay over the page that Escape leaves. */
export function actionFor(actions: readonly Action[], event: KeyboardEvent, covered: boolean): Action | null {
  const { target } = event
  if (event.isComposing || event.defaultPrevented) return null
  if (event.key === 'Escape' && (covered || event.repeat || inText(target))) return null
  for (const action of actions) {
    if (action.byEvent || isTaken(action, target)) continue
    if (action.shortcuts?.some((shortcut) => matches(shortcut, event)) && isEnabled(action)) return action
  }
  return null
}

/** Whether the browser would undo or redo text that the document has long taken. */
export const isTextHistory = (event: KeyboardEvent): boolean =>
  isSettled(event.target) && ['Mod+Z', 'Mod+Shift+Z', 'Mod+Y'].some((shortcut) => matches(shortcut, event))
