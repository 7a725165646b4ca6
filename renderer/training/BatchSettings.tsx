import { useTranslation } from 'react-i18next'
import { Choice } from '../ui/Choice.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { optimizerForms } from './optimizers.ts'
import { Row } from './TrainingForm.tsx'
import { changeTraining, useTraining } from './useTraining.ts'

/** More than any data set holds, which means all of it. */
const ALL = 1_000_000
const USUAL = 32

const MODES = ['one', 'some', 'all'] as const
type Mode = (typeof MODES)[number]

interface Props {
  readonly disabled: boolean
}

const useTakesAll = (): boolean => optimizerForms[useTraining().optimizer.kind]?.takesAll === true

/** How many examples each step looks at. */
export function BatchSize({ disabled }: Props) {
  const { t } = useTranslation()
  const { batchSize } = useTraining()
  const all = useTakesAll() || batchSize >= ALL
  const label = t('training.batchSize')
  return (
    <Row label={label}>
      {(id) =>
        all ? (
          <input id={id} className="field" value={t('training.batchModes.all')} disabled readOnly />
        ) : (
          <NumberField
            id={id}
            label={label}
            value={batchSize}
            integer
            min={1}
            max={ALL}
            disabled={disabled}
            onCommit={(value) => changeTraining({ batchSize: value })}
          />
        )
      }
    </Row>
  )
}

/** One example at a time, mini-batches, or all at once. */
export function BatchMode({ disabled }: Props) {
  const { t } = useTranslation()
  const { batchSize } = useTraining()
  const takesAll = useTakesAll()
  const mode: Mode = takesAll || batchSize >= ALL ? 'all' : batchSize === 1 ? 'one' : 'some'
  const sizes: Readonly<Record<Mode, number>> = { one: 1, some: USUAL, all: ALL }
  return (
    <Row label={t('training.batches')}>
      {(id) => (
        <Choice<Mode>
          id={id}
          label={t('training.batches')}
          value={mode}
          options={MODES.map((value) => ({ value, text: t(`training.batchModes.${value}`) }))}
          disabled={disabled || takesAll}
          onChange={(next) => changeTraining({ batchSize: sizes[next] })}
        />
      )}
    </Row>
  )
}
