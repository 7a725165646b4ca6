/** Rows of the menus of the right button. */
import { Check } from 'lucide-react'
import { ContextMenu } from 'radix-ui'
import { showShortcut } from '../app/shortcuts.ts'
import { useAction } from '../app/useAction.ts'

interface ItemProps {
  readonly text: string
  readonly shortcut?: string
  readonly disabled?: boolean
  readonly onSelect: () => unknown
}

export function Item({ text, shortcut, disabled, onSelect }: ItemProps) {
  return (
    <ContextMenu.Item className="popup-item" disabled={disabled ?? false} onSelect={() => void onSelect()}>
      {text}
      {shortcut && <span className="popup-note">{showShortcut(shortcut)}</span>}
    </ContextMenu.Item>
  )
}

/** An action of the table, as it is. */
export function ActionItem({ id }: { readonly id: string }) {
  const { label, shortcut, enabled, checked, perform } = useAction(id)
  const content = (
    <>
      {label}
      {shortcut && <span className="popup-note">{shortcut}</span>}
    </>
  )
  // after the menu has gone, so that it does not take the focus back
  const onSelect = () => void later(perform)
  if (checked === undefined) {
    return (
      <ContextMenu.Item className="popup-item" disabled={!enabled} onSelect={onSelect}>
        {content}
      </ContextMenu.Item>
    )
  }
  return (
    <ContextMenu.CheckboxItem className="popup-item" checked={checked} disabled={!enabled} onSelect={onSelect}>
      <ContextMenu.ItemIndicator className="popup-tick">
        <Check size={14} aria-hidden="true" />
      </ContextMenu.ItemIndicator>
      {content}
    </ContextMenu.CheckboxItem>
  )
}

export const Rule = () => <ContextMenu.Separator className="popup-rule" />

/** After the menu has gone, so that it does not take the focus back. */
export const later = (fn: () => void) => setTimeout(fn, 0)
