import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Axis } from '../../../engine/session/plots/types.ts'
import { NumberField } from '../../ui/NumberField.tsx'
import { PlacePicker } from '../PlacePicker.tsx'
import type { Place } from '../places.ts'

const RANDOM = 'random'

interface Props {
  readonly name: 'x' | 'y'
  readonly axis: Axis
  readonly parameters: readonly Place[]
  /** Of a random direction that is chosen now. */
  readonly seed: number
  readonly onChange: (axis: Axis) => void
}

/** One number of a parameter, or a random direction of all. */
export function AxisPicker({ name, axis, parameters, seed, onChange }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const label = t('plots.surface.axis', { axis: name })
  return (
    <>
      <PlacePicker
        name={name}
        label={label}
        places={parameters}
        first={{ value: RANDOM, text: t('plots.surface.random') }}
        value={
          axis.kind === 'random' ? { key: RANDOM, index: 0 } : { key: `parameter ${axis.parameter}`, index: axis.index }
        }
        onChange={({ key, index }) =>
          onChange(key === RANDOM ? { kind: 'random', seed } : { kind: 'element', parameter: key.slice(10), index })
        }
      />
      {axis.kind === 'random' && (
        <div className="plot-row">
          <label htmlFor={id}>{t('plots.surface.seed')}</label>
          <NumberField
            id={id}
            label={t('plots.surface.seedOf', { axis: label })}
            value={axis.seed}
            integer
            min={0}
            step={1}
            onCommit={(next) => onChange({ kind: 'random', seed: next })}
          />
        </div>
      )}
    </>
  )
}
