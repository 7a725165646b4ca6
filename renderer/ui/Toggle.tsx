import { Switch } from 'radix-ui'
import './ui.css'

interface ToggleProps {
  readonly id?: string
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
}

/** On or off. */
export function Toggle({ id, label, checked, onChange, disabled }: ToggleProps) {
  return (
    <Switch.Root
      id={id}
      className="toggle"
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
    >
      <Switch.Thumb className="toggle-thumb" />
    </Switch.Root>
  )
}
