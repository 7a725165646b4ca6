import { Check, ChevronDown } from 'lucide-react'
import { Select } from 'radix-ui'
import './ui.css'

interface ChoiceProps<T extends string> {
  readonly id?: string
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string; readonly note?: string }[]
  readonly onChange: (value: T) => void
  readonly disabled?: boolean
}

/** One of several values. */
export function Choice<T extends string>({ id, label, value, options, onChange, disabled }: ChoiceProps<T>) {
  return (
    <Select.Root value={value} onValueChange={(next) => onChange(next as T)} disabled={disabled}>
      <Select.Trigger id={id} className="field choice" aria-label={label}>
        <Select.Value>{options.find((o) => o.value === value)?.text ?? value}</Select.Value>
        <Select.Icon>
          <ChevronDown size={14} aria-hidden="true" />
        </Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Content className="popup choice-list" position="popper" sideOffset={4} collisionPadding={8}>
          <Select.Viewport>
            {options.map((option) => (
              <Select.Item key={option.value} value={option.value} className="popup-item">
                <Select.ItemIndicator className="popup-tick">
                  <Check size={14} aria-hidden="true" />
                </Select.ItemIndicator>
                <Select.ItemText>{option.text}</Select.ItemText>
                {option.note && <span className="popup-note">{option.note}</span>}
              </Select.Item>
            ))}
          </Select.Viewport>
        </Select.Content>
      </Select.Portal>
    </Select.Root>
  )
}
