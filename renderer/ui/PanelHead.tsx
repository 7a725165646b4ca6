import { type LucideIcon, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from './Button.tsx'

interface Props {
  readonly icon: LucideIcon
  readonly title: string
  /** Beside the title. */
  readonly about?: ReactNode
  /** Buttons at the other end. */
  readonly children?: ReactNode
  /** What closing leads back to, in words. */
  readonly closing: string
  readonly onClose: () => void
}

/** The first line of a panel that stands below the canvas in the place of the training. */
export function PanelHead({ icon: Icon, title, about, children, closing, onClose }: Props) {
  return (
    <div className="panel-head">
      <h2>
        <Icon size={15} aria-hidden="true" />
        {title}
      </h2>
      {about}
      <span className="panel-fill" />
      {children}
      <IconButton icon={X} label={closing} onClick={onClose} />
    </div>
  )
}
