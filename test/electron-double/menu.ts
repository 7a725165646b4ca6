import { app } from './app.ts'
import { BrowserWindow } from './window.ts'

interface Template {
  id?: string
  label?: string
  role?: string
  type?: string
  accelerator?: string
  enabled?: boolean
  checked?: boolean
  submenu?: Template[]
  click?: (item: MenuItem) => void
}

export class MenuItem {
  id: string | undefined
  label: string
  role: string | undefined
  type: string
  accelerator: string | undefined
  enabled: boolean
  checked: boolean
  submenu: Menu | undefined
  click: () => void

  constructor(template: Template) {
    const { id, label, role, type, accelerator, enabled = true, checked = false, submenu } = template
    if (!label && !role && !type) {
      throw new Error('Invalid template for MenuItem: must have at least one of label, role or type')
    }
    this.id = id
    this.label = label ?? role ?? ''
    this.role = role
    this.type = type ?? (submenu ? 'submenu' : 'normal')
    this.accelerator = accelerator
    this.enabled = enabled
    this.checked = checked
    this.submenu = submenu && Menu.buildFromTemplate(submenu)
    this.click = () => {
      if (template.click) template.click(this)
      else if (role === 'quit') app.quit()
      else if (role === 'close') BrowserWindow.getAllWindows()[0]?.close()
      else throw new Error(`electron double: the role ${role} is not implemented`)
    }
  }
}

export class Menu {
  static #application: Menu | null = null
  static setApplicationMenu(menu: Menu | null) {
    Menu.#application = menu
  }
  static getApplicationMenu() {
    return Menu.#application
  }
  static buildFromTemplate(template: Template[]) {
    const menu = new Menu()
    menu.items = template.map((item) => new MenuItem(item))
    return menu
  }

  items: MenuItem[] = []

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
}
