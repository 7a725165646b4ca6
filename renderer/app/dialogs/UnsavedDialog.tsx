import { AlertDialog } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../../store/dialogs.ts'
import { Button } from '../../ui/Button.tsx'

interface UnsavedDialogProps {
  readonly name: string
  readonly answer: (answer: Answer) => void
}

/** Before a document with changes makes room for another. */
export function UnsavedDialog({ name, answer }: UnsavedDialogProps) {
  const { t } = useTranslation()
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && answer('cancel')}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="scrim" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title>{t('unsaved.title', { name })}</AlertDialog.Title>
          <AlertDialog.Description className="muted">{t('unsaved.text')}</AlertDialog.Description>
          <div className="dialog-buttons">
            <Button look="danger" className="dialog-apart" onClick={() => answer('discard')}>
              {t('unsaved.discard')}
            </Button>
            <AlertDialog.Cancel asChild>
              <Button>{t('app.cancel')}</Button>
            </AlertDialog.Cancel>
            <Button look="primary" onClick={() => answer('save')}>
              {t('unsaved.save')}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
