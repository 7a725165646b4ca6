import { Scan, ZoomIn, ZoomOut } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../ui/Button.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { type Range, tidy, zoomed } from './scale.ts'

interface RangeFieldProps {
  readonly label: string
  readonly value: Range
  readonly onChange: (range: Range) => void
}

/** From and to; whichever is set beyond the other takes it along. */
export function RangeField({ label, value: [from, to], onChange }: RangeFieldProps) {
  const { t } = useTranslation()
  const width = to - from
  return (
    <div className="plot-range">
      <NumberField
        label={t('plots.from', { what: label })}
        value={tidy(from)}
        step={tidy(width / 10)}
        onCommit={(next) => onChange([next, next < to ? to : next + width])}
      />
      <span aria-hidden="true">…</span>
      <NumberField
        label={t('plots.to', { what: label })}
        value={tidy(to)}
        step={tidy(width / 10)}
        onCommit={(next) => onChange([next > from ? from : next - width, next])}
      />
    </div>
  )
}

interface ZoomButtonsProps {
  readonly ranges: readonly Range[]
  readonly onChange: (ranges: readonly Range[] | null) => void
  /** Further buttons. */
  readonly children?: ReactNode
}

export function ZoomButtons({ ranges, onChange, children }: ZoomButtonsProps) {
  const { t } = useTranslation()
  const by = (factor: number) => onChange(ranges.map((range) => zoomed(range, factor)))
  return (
    <span className="plot-zoom">
      <IconButton icon={ZoomIn} label={t('plots.zoomIn')} onClick={() => by(0.5)} />
      <IconButton icon={ZoomOut} label={t('plots.zoomOut')} onClick={() => by(2)} />
      {children}
      <IconButton icon={Scan} label={t('plots.zoomReset')} onClick={() => onChange(null)} />
    </span>
  )
}
