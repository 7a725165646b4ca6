/** The native menu, made from the model that the screen sends in its own language. */
import type { MenuItemConstructorOptions } from 'electron'
import type { MenuItemModel } from './ipc.ts'

/** Until the screen has sent its menu, and when it never does: a way out, and the text keys of macOS. */
const FIRST: MenuItemModel[] = [
  { label: 'File', items: [{ role: 'close' }, { role: 'quit' }] },
  { label: 'Edit', items: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] }
]

export function menuTemplate(
  model: MenuItemModel[] | null,
  platform: NodeJS.Platform,
  send: (command: string) => void
): MenuItemConstructorOptions[] {
  const menus = (model ?? FIRST).map((menu) => entry(menu, send))
  return platform === 'darwin' ? [{ role: 'appMenu' }, ...menus] : menus
}

function entry(item: MenuItemModel, send: (command: string) => void): MenuItemConstructorOptions {
  if (item.separator) return { type: 'separator' }
  const { id, label, accelerator, enabled, checked, role, items } = item
  return {
    ...(label === undefined ? {} : { label }),
    ...(accelerator === undefined ? {} : { accelerator }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(checked === undefined ? {} : { type: 'checkbox' as const, checked }),
    ...(role === undefined ? {} : { role }),
    ...(items === undefined ? {} : { submenu: items.map((child) => entry(child, send)) }),
    ...(id === undefined ? {} : { id, click: () => send(id) })
  }
}
