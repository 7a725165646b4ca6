import { SlidersHorizontal } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import { useRun } from '../store/run.ts'
import { Button } from '../ui/Button.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { Toggle } from '../ui/Toggle.tsx'
import { BatchMode } from './BatchSettings.tsx'
import { HYPERPARAMETERS, type Hyperparameter, optimizerForms } from './optimizers.ts'
import { ScheduleSettings } from './ScheduleSettings.tsx'
import { Row } from './TrainingForm.tsx'
import { changeOptimizer, changeTraining, useTraining } from './useTraining.ts'

function HyperparameterRow({ name, preset }: { readonly name: Hyperparameter; readonly preset: number | boolean }) {
  const { t } = useTranslation()
  const { optimizer } = useTraining()
  const disabled = useRun((s) => s.status === 'training')
  const label = t(`training.hyper.${name}`)
  const value = optimizer[name] ?? preset
  const change = (next: number | boolean) => changeOptimizer({ ...optimizer, [name]: next })
  return (
    <Row label={label}>
      {(id) =>
        typeof preset === 'boolean' ? (
          <Toggle id={id} label={label} checked={value === true} disabled={disabled} onChange={change} />
        ) : (
          <NumberField id={id} label={label} value={Number(value)} min={0} disabled={disabled} onCommit={change} />
        )
      }
    </Row>
  )
}

/** Settings that are changed less often. */
export function MoreSettings({ disabled }: { readonly disabled: boolean }) {
  const { t } = useTranslation()
  const { optimizer, seed, shuffle, validationSplit } = useTraining()
  const form = optimizerForms[optimizer.kind]
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button icon={SlidersHorizontal} look="quiet" className="more-settings">
          {t('training.more')}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popup training-popover"
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={12}
          aria-label={t('training.more')}
        >
          {form && (
            <>
              <h3>{form.title}</h3>
              {HYPERPARAMETERS.map((name) => {
                const preset = form.hyperparameters[name]
                return preset === undefined ? null : <HyperparameterRow key={name} name={name} preset={preset} />
              })}
            </>
          )}
          <ScheduleSettings disabled={disabled} />
          <h3>{t('training.data')}</h3>
          <BatchMode disabled={disabled} />
          <Row label={t('training.seed')}>
            {(id) => (
              <NumberField
                id={id}
                label={t('training.seed')}
                value={seed}
                integer
                min={0}
                step={1}
                disabled={disabled}
                onCommit={(value) => changeTraining({ seed: value })}
              />
            )}
          </Row>
          <Row label={t('training.shuffle')}>
            {(id) => (
              <Toggle
                id={id}
                label={t('training.shuffle')}
                checked={shuffle}
                disabled={disabled}
                onChange={(value) => changeTraining({ shuffle: value })}
              />
            )}
          </Row>
          <Row label={t('training.validation')}>
            {(id) => (
              <NumberField
                id={id}
                label={t('training.validation')}
                value={validationSplit}
                min={0}
                max={0.9}
                step={0.05}
                disabled={disabled}
                onCommit={(value) => changeTraining({ validationSplit: value })}
              />
            )}
          </Row>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
