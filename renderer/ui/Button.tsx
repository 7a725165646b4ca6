import type { LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, Ref } from 'react'
import './ui.css'
import { Hint } from './Hint.tsx'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon?: LucideIcon
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger'
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ icon: Icon, look = 'plain', className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button button-${look} ${className}`} {...rest}>
      {Icon && <Icon size={15} aria-hidden="true" />}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'look'> {
  readonly icon: LucideIcon
  /** Name for a screen reader, shown as a hint. */
  readonly label: string
  readonly shortcut?: string
  /** For a switch: whether it is on. */
  readonly pressed?: boolean
  readonly size?: number
}

export function IconButton({
  icon: Icon,
  label,
  shortcut,
  pressed,
  size = 16,
  className = '',
  ...rest
}: IconButtonProps) {
  return (
    <Hint text={label} shortcut={shortcut}>
      <button type="button" className={`icon-button ${className}`} aria-label={label} aria-pressed={pressed} {...rest}>
        <Icon size={size} aria-hidden="true" />
      </button>
    </Hint>
  )
}
