import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Layout } from './slices.ts'

interface AxesProps {
  readonly layout: Layout
  readonly leading: readonly number[]
  readonly onLeading: (leading: readonly number[]) => void
  readonly from: number
  readonly onFrom: (row: number) => void
}

/** Which table of a tensor with more than two axes is shown, and which of its rows. */
export function Axes({ layout, leading, onLeading, from, onFrom }: AxesProps) {
  const { t } = useTranslation()
  const last = Math.min(layout.rows, from + layout.window) - 1
  return (
    <div className="tensor-axes">
      {layout.leading.map((size, axis) => (
        <Slider
          // biome-ignore lint/suspicious/noArrayIndexKey: an axis is its number
          key={axis}
          name={t('value.axis', { axis })}
          value={leading[axis] ?? 0}
          max={size - 1}
          shown={`${leading[axis] ?? 0} / ${size - 1}`}
          onChange={(index) => onLeading(leading.map((old, i) => (i === axis ? index : old)))}
        />
      ))}
      {layout.window < layout.rows && (
        <Slider
          name={t('value.rows')}
          value={from}
          max={layout.rows - layout.window}
          shown={`${from}–${last} / ${layout.rows - 1}`}
          onChange={onFrom}
        />
      )}
    </div>
  )
}

interface SliderProps {
  readonly name: string
  readonly value: number
  readonly max: number
  readonly shown: string
  readonly onChange: (value: number) => void
}

function Slider({ name, value, max, shown, onChange }: SliderProps) {
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
