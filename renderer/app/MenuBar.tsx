import { Check, ChevronRight } from 'lucide-react'
import { Menubar } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import { type MenuEntry, menus } from './actions.ts'
import { useAction } from './useAction.ts'

function Item({ id }: { readonly id: string }) {
  const action = useAction(id)
  const content = (
    <>
      {action.label}
      {action.shortcut && <kbd className="popup-note">{action.shortcut}</kbd>}
    </>
  )
  if (action.checked === undefined) {
    return (
      <Menubar.Item className="popup-item" disabled={!action.enabled} onSelect={action.perform}>
        {content}
      </Menubar.Item>
    )
  }
  return (
    <Menubar.CheckboxItem
      className="popup-item"
      checked={action.checked}
      disabled={!action.enabled}
      onSelect={action.perform}
    >
      <Menubar.ItemIndicator className="popup-tick">
        <Check size={14} aria-hidden="true" />
      </Menubar.ItemIndicator>
      {content}
    </Menubar.CheckboxItem>
  )
}

function Entries({ entries }: { readonly entries: readonly MenuEntry[] }) {
  const { t } = useTranslation()
  return entries.map((entry, i) => {
    // the table is fixed: a place in it is a name
    const key = typeof entry === 'string' ? `${entry}${i}` : entry.label
    if (entry === '-') return <Menubar.Separator key={key} className="popup-rule" />
    if (typeof entry === 'string') return <Item key={key} id={entry} />
    return (
      <Menubar.Sub key={key}>
        <Menubar.SubTrigger className="popup-item">
          {t(entry.label) as string}
          <ChevronRight className="popup-note" size={14} aria-hidden="true" />
        </Menubar.SubTrigger>
        <Menubar.Portal>
          <Menubar.SubContent className="popup" sideOffset={2} alignOffset={-5} collisionPadding={8}>
            <Entries entries={entry.entries} />
          </Menubar.SubContent>
        </Menubar.Portal>
      </Menubar.Sub>
    )
  })
}

/** The menus of the browser; the desktop program has the system's own. */
export function MenuBar() {
  const { t } = useTranslation()
  return (
    <Menubar.Root className="menubar" aria-label={t('menus.label')}>
      {menus.map((menu) => (
        <Menubar.Menu key={menu.id}>
          <Menubar.Trigger className="menubar-trigger">{t(menu.label) as string}</Menubar.Trigger>
          <Menubar.Portal>
            <Menubar.Content className="popup" align="start" sideOffset={4} collisionPadding={8}>
              <Entries entries={menu.entries} />
            </Menubar.Content>
          </Menubar.Portal>
        </Menubar.Menu>
      ))}
    </Menubar.Root>
  )
}
