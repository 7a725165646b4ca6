import { memo } from 'react'
import './value.css'
import { extentOf, heat } from './colours.ts'

interface HeatStripProps {
  readonly values: readonly number[]
  /** What the strongest colour stands for; the strip's own largest magnitude where absent. */
  readonly extent?: number
}

/** A tensor at a glance: its numbers from first to last as a row of colours. The numbers beside it say the same. */
export const HeatStrip = memo(function HeatStrip({ values, extent = extentOf(values) }: HeatStripProps) {
  const step = 100 / values.length
  const stops = values.map(
    (value, i) => `${heat(value, extent)} ${(i * step).toFixed(2)}% ${((i + 1) * step).toFixed(2)}%`
  )
  return (
    <span
      className="heat-strip"
      style={{ background: `linear-gradient(90deg, ${stops.join(', ')})` }}
      aria-hidden="true"
    />
  )
})
