import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import type { ReactNode, RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { closeDialog } from '../../store/dialogs.ts'

interface DialogFrameProps {
  readonly title: string
  readonly description?: string
  readonly wide?: boolean
  /** What has the focus at first, where it is not the dialog itself. */
  readonly focus?: RefObject<HTMLElement | null>
  readonly children: ReactNode
}

/** A dialog with its title and the ways out of it. */
export function DialogFrame({ title, description, wide = false, focus, children }: DialogFrameProps) {
  const { t } = useTranslation()
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content
          className="dialog"
          data-wide={wide}
          // it ends the composition of a syllable, not the dialog
          onEscapeKeyDown={(event) => event.isComposing && event.preventDefault()}
          onOpenAutoFocus={(event) => {
            // the dialog itself, so that its title is read and no button seems chosen
            event.preventDefault()
            if (focus?.current) focus.current.focus()
            else if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          {...(description === undefined && { 'aria-describedby': undefined })}
        >
          <header className="dialog-head">
            <Dialog.Title>{title}</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label={t('app.close')}>
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </header>
          {description !== undefined && <Dialog.Description className="muted">{description}</Dialog.Description>}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
