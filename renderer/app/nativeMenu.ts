/** The native menu of the desktop program: the same actions as everywhere, sent whenever what it shows has changed. */
import i18next from 'i18next'
import type { MenuItemModel } from '../../electron/ipc.ts'
import { platform } from '../platform.ts'
import { type Action, appState, isEnabled, subscribe } from './action.ts'
import { actionOf, type MenuEntry, menus } from './actions.ts'
import { acceleratorOf } from './shortcuts.ts'

/** The system does these itself: in a text field they mean the text, elsewhere they come as clipboard events. */
const ROLES: Readonly<Record<string, 'cut' | 'copy' | 'paste'>> = {
  'edit.cut': 'cut',
  'edit.copy': 'copy',
  'edit.paste': 'paste'
}

function item(action: Action): MenuItemModel {
  const role = ROLES[action.id]
  const label = i18next.t(action.label) as string
  if (role) return { label, role }
  const shown = action.shortcuts?.[0]
  return {
    id: action.id,
    label,
    enabled: isEnabled(action),
    // keys without Ctrl stay with the page: in a text field they are text
    ...(shown?.includes('Mod') && { accelerator: acceleratorOf(shown) }),
    ...(action.checked && { checked: action.checked(appState()) })
  }
}

function entry(one: MenuEntry): MenuItemModel {
  if (one === '-') return { separator: true }
  if (typeof one === 'string') return item(actionOf(one))
  return { label: i18next.t(one.label) as string, items: one.entries.map(entry) }
}

export const menuModel = (): MenuItemModel[] =>
  menus.map((menu) => ({
    label: i18next.t(menu.label) as string,
    items: [...menu.entries.map(entry), ...(menu.id === 'file' ? [{ separator: true }, { role: 'quit' as const }] : [])]
  }))

/** Keeps the native menu up to date; gives back the function that ends it. */
export function followMenu(): () => void {
  // a page in a browser has none
  if (platform.kind === 'browser') return () => {}
  let sent = ''
  let planned = 0
  const send = () => {
    planned = 0
    const model = menuModel()
    const text = JSON.stringify([model, i18next.language])
    if (text === sent) return
    sent = text
    platform.setMenuModel(model, i18next.language)
  }
  const plan = () => {
    planned ||= requestAnimationFrame(send)
  }
  const end = subscribe(plan)
  i18next.on('languageChanged', plan)
  plan()
  return () => {
    end()
    cancelAnimationFrame(planned)
    i18next.off('languageChanged', plan)
  }
}
