import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Choice } from '../ui/Choice.tsx'
import { type Axes, otherAxes } from './slices.ts'

interface AxesChoiceProps {
  readonly shape: readonly number[]
  readonly axes: Axes
  readonly onAxes: (axes: Axes) => void
}

/** Which axes of a tensor of more than two are rows and columns, and where along the others the table lies. */
export function AxesChoice({ shape, axes, onAxes }: AxesChoiceProps) {
  const { t } = useTranslation()
  const { rows, columns, at } = axes
  if (rows === null || columns === null || shape.length < 3) return null
  const options = shape.map((size, axis) => ({ value: String(axis), text: t('value.axisOf', { axis, size }) }))
  // the one that is taken from the other changes places with it
  const setRows = (axis: number) => onAxes({ ...axes, rows: axis, columns: axis === columns ? rows : columns })
  const setColumns = (axis: number) => onAxes({ ...axes, columns: axis, rows: axis === rows ? columns : rows })
  return (
    <div className="tensor-axes">
      <div className="tensor-table">
        <span aria-hidden="true">{t('value.rows')}</span>
        <Choice
          label={t('value.rows')}
          value={String(rows)}
          options={options}
          onChange={(axis) => setRows(Number(axis))}
        />
        <span aria-hidden="true">{t('value.columns')}</span>
        <Choice
          label={t('value.columns')}
          value={String(columns)}
          options={options}
          onChange={(axis) => setColumns(Number(axis))}
        />
      </div>
      {otherAxes(shape, axes).map((axis) => {
        const index = at[axis] ?? 0
        const last = (shape[axis] as number) - 1
        return (
          <AxisSlider
            key={axis}
            name={t('value.axis', { axis })}
            value={index}
            max={last}
            shown={`${index} / ${last}`}
            onChange={(next) => onAxes({ ...axes, at: at.map((old, i) => (i === axis ? next : old)) })}
          />
        )
      })}
    </div>
  )
}

interface AxisSliderProps {
  readonly name: string
  readonly value: number
  readonly max: number
  readonly shown: string
  readonly onChange: (value: number) => void
}

export function AxisSlider({ name, value, max, shown, onChange }: AxisSliderProps) {
  const id = useId()
  return (
    <div className="tensor-axis">
      <label htmlFor={id}>{name}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={max}
        value={value}
        disabled={max === 0}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <span className="numbers">{shown}</span>
    </div>
  )
}
