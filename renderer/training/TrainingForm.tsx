import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { OPTIMIZERS, type OptimizerKind } from '../../engine/document/types.ts'
import { useRun } from '../store/run.ts'
import { Choice } from '../ui/Choice.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { BatchSize } from './BatchSettings.tsx'
import { MoreSettings } from './MoreSettings.tsx'
import { optimizerForms, withKind } from './optimizers.ts'
import { changeOptimizer, changeTraining, useTraining } from './useTraining.ts'

/** A label and its control. */
export function Row({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="form-row">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}

/** How the document is trained. */
export function TrainingForm() {
  const { t } = useTranslation()
  const { optimizer, epochs } = useTraining()
  const disabled = useRun((s) => s.status === 'training')
  const kinds = OPTIMIZERS.filter((kind) => optimizerForms[kind] || kind === optimizer.kind)
  return (
    <form className="training-form" aria-label={t('training.settings')} onSubmit={(event) => event.preventDefault()}>
      <Row label={t('training.epochs')}>
        {(id) => (
          <NumberField
            id={id}
            label={t('training.epochs')}
            value={epochs}
            integer
            min={1}
            max={100_000}
            step={1}
            disabled={disabled}
            onCommit={(value) => changeTraining({ epochs: value })}
          />
        )}
      </Row>
      <BatchSize disabled={disabled} />
      <Row label={t('training.optimizer')}>
        {(id) => (
          <Choice<OptimizerKind>
            id={id}
            label={t('training.optimizer')}
            value={optimizer.kind}
            options={kinds.map((kind) => ({ value: kind, text: optimizerForms[kind]?.title ?? kind }))}
            disabled={disabled}
            onChange={(kind) => changeOptimizer(withKind(optimizer, kind))}
          />
        )}
      </Row>
      <Row label={t('training.learningRate')}>
        {(id) => (
          <NumberField
            id={id}
            label={t('training.learningRate')}
            value={optimizer.learningRate}
            min={0}
            disabled={disabled}
            onCommit={(value) => changeOptimizer({ ...optimizer, learningRate: value })}
          />
        )}
      </Row>
      <MoreSettings disabled={disabled} />
    </form>
  )
}
