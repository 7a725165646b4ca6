import { useTranslation } from 'react-i18next'
import { SCHEDULES, type Schedule } from '../../engine/document/types.ts'
import { Choice } from '../ui/Choice.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import {
  CLIPS,
  type ClipKind,
  clipKind,
  fieldsOf,
  type NumberForm,
  newClip,
  newSchedule,
  SCHEDULE_NUMBERS
} from './schedules.ts'
import { Row } from './TrainingForm.tsx'
import { changeTraining, useTraining } from './useTraining.ts'

interface NumberRowProps {
  readonly label: string
  readonly form: NumberForm
  readonly value: number
  readonly disabled: boolean
  readonly onCommit: (value: number) => void
}

function NumberRow({ label, form, value, disabled, onCommit }: NumberRowProps) {
  const { preset: _, ...limits } = form
  return (
    <Row label={label}>
      {(id) => (
        <NumberField
          id={id}
          label={label}
          value={Number(value.toPrecision(6))}
          {...limits}
          disabled={disabled}
          onCommit={onCommit}
        />
      )}
    </Row>
  )
}

/** How the learning rate goes on from step to step, and how long a gradient may be. */
export function ScheduleSettings({ disabled }: { readonly disabled: boolean }) {
  const { t } = useTranslation()
  const { optimizer, schedule = { kind: 'constant' }, clip } = useTraining()
  const change = (more: object) => changeTraining({ schedule: { ...schedule, ...more } as Schedule })
  const fields = fieldsOf(schedule)
  const given: Readonly<Partial<Record<string, unknown>>> = schedule
  const limit = clip && ('norm' in clip ? clip.norm : clip.value)
  return (
    <>
      <h3>{t('training.learningRate')}</h3>
      <Row label={t('training.schedule')}>
        {(id) => (
          <Choice<Schedule['kind']>
            id={id}
            label={t('training.schedule')}
            value={schedule.kind}
            options={SCHEDULES.map((kind) => ({ value: kind, text: t(`training.schedules.${kind}`) }))}
            disabled={disabled}
            onChange={(kind) => changeTraining({ schedule: newSchedule(kind, optimizer.learningRate) })}
          />
        )}
      </Row>
      {schedule.kind === 'warmup' && (
        <Row label={t('training.scheduleAfter')}>
          {(id) => (
            <Choice<'constant' | 'cosine'>
              id={id}
              label={t('training.scheduleAfter')}
              value={schedule.after ?? 'constant'}
              options={(['constant', 'cosine'] as const).map((kind) => ({
                value: kind,
                text: t(`training.schedules.${kind}`)
              }))}
              disabled={disabled}
              onChange={(after) => change({ after })}
            />
          )}
        </Row>
      )}
      {SCHEDULE_NUMBERS.map((name) => {
        const form = fields[name]
        return form ? (
          <NumberRow
            key={name}
            label={t(`training.scheduleNumbers.${name}`)}
            form={form}
            value={Number(given[name] ?? form.preset)}
            disabled={disabled}
            onCommit={(value) => change({ [name]: value })}
          />
        ) : null
      })}
      <h3>{t('training.gradients')}</h3>
      <Row label={t('training.clip')}>
        {(id) => (
          <Choice<ClipKind>
            id={id}
            label={t('training.clip')}
            value={clipKind(clip)}
            options={CLIPS.map((kind) => ({ value: kind, text: t(`training.clips.${kind}`) }))}
            disabled={disabled}
            onChange={(kind) => changeTraining({ clip: newClip(kind, limit) })}
          />
        )}
      </Row>
      {limit !== undefined && (
        <NumberRow
          label={t('training.clipLimit')}
          form={{ preset: 1, min: 1e-12 }}
          value={limit}
          disabled={disabled}
          onCommit={(value) => changeTraining({ clip: newClip(clipKind(clip), value) })}
        />
      )}
    </>
  )
}
