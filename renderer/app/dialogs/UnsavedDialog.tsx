import { AlertDialog } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { Answer, Unsaved } from '../../store/dialogs.ts'
import { Button } from '../../ui/Button.tsx'

interface UnsavedDialogProps {
  readonly name: string
  readonly what: Unsaved
  readonly answer: (answer: Answer) => void
}

const TEXTS = { graph: 'unsaved.text', both: 'unsaved.textBoth', weights: 'unsaved.textWeights' } as const

/** Before a document with changes, or with trained weights, makes room for another. */
export function UnsavedDialog({ name, what, answer }: UnsavedDialogProps) {
  const { t } = useTranslation()
  const weights = what === 'weights'
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && answer('cancel')}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="scrim" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title>{t(weights ? 'unsaved.titleWeights' : 'unsaved.title', { name })}</AlertDialog.Title>
          <AlertDialog.Description className="muted">{t(TEXTS[what])}</AlertDialog.Description>
          <div className="dialog-buttons">
            <Button look="danger" className="dialog-apart" onClick={() => answer('discard')}>
              {t(weights ? 'unsaved.discardWeights' : 'unsaved.discard')}
            </Button>
            <AlertDialog.Cancel asChild>
              <Button>{t('app.cancel')}</Button>
            </AlertDialog.Cancel>
            <Button look="primary" onClick={() => answer('save')}>
              {t(weights ? 'actions.exportWeights' : 'unsaved.save')}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
