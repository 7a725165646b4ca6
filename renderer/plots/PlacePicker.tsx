import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Choice } from '../ui/Choice.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { formatShape, indexAt } from '../value/format.ts'
import type { Place } from './places.ts'
import type { Pick } from './state.ts'

interface Props {
  /** "x": it stands beside the field. */
  readonly name: string
  readonly label: string
  readonly places: readonly Place[]
  readonly value: Pick
  /** What is first in the list and is no place: the objective, a random direction. */
  readonly first?: { readonly value: string; readonly text: string }
  readonly onChange: (pick: Pick) => void
}

/** A tensor and an element of it. */
export function PlacePicker({ name, label, places, value, first, onChange }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const place = places.find(({ key }) => key === value.key)
  const options = places.map(({ key, text, shape }) => ({
    value: key,
    text,
    ...(shape.length > 0 && { note: formatShape(shape) })
  }))
  const shape = place?.shape ?? []
  const index = indexAt(value.index, shape)
  const setAxis = (axis: number, to: number) => {
    const flat = shape.reduce((sum, size, i) => sum * size + (i === axis ? to : (index[i] as number)), 0)
    onChange({ key: value.key, index: flat })
  }
  return (
    <div className="plot-field" data-beside>
      <label htmlFor={id} title={label}>
        {name}
      </label>
      <Choice
        id={id}
        label={label}
        value={value.key}
        options={first ? [first, ...options] : options}
        onChange={(key) => onChange({ key, index: 0 })}
      />
      {shape.some((size) => size > 1) && (
        <div className="plot-index">
          <span aria-hidden="true">[</span>
          {shape.map((size, axis) => (
            <NumberField
              // biome-ignore lint/suspicious/noArrayIndexKey: an axis is its index
              key={axis}
              label={t('plots.axisOf', { what: label, axis: axis + 1, most: size - 1 })}
              value={index[axis] ?? 0}
              min={0}
              max={size - 1}
              integer
              step={1}
              onCommit={(to) => setAxis(axis, to)}
            />
          ))}
          <span aria-hidden="true">]</span>
        </div>
      )}
    </div>
  )
}
