import { useTranslation } from 'react-i18next'
import { Choice } from '../ui/Choice.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { formatNumber } from './format.ts'
import { type endsOf, SCALES, type Scale } from './scale.ts'

interface ScaleChoiceProps {
  readonly scale: Scale
  readonly ends: ReturnType<typeof endsOf>
  readonly onScale: (scale: Scale) => void
}

/** The colours' legend, and what they stand for. A fixed scale stays while the numbers change. */
export function ScaleChoice({ scale, ends, onScale }: ScaleChoiceProps) {
  const { t } = useTranslation()
  const { kind } = scale
  return (
    <div className="tensor-scale">
      <div className="heat-legend numbers">
        <span className="heat-scale" data-signed={kind !== 'range'} aria-hidden="true" />
        <span>{formatNumber(ends.low, 3)}</span>
        {kind !== 'range' && <span>0</span>}
        <span>{formatNumber(ends.high, 3)}</span>
      </div>
      <Choice
        label={t('value.scale')}
        value={kind}
        options={SCALES.map((value) => ({ value, text: t(`value.scales.${value}`) }))}
        onChange={(next) => onScale({ kind: next, fixed: next === 'fixed' ? rounded(ends.extent) : null })}
      />
      {kind === 'fixed' && (
        <NumberField
          label={t('value.scaleEnd')}
          value={scale.fixed ?? 1}
          min={1e-30}
          onCommit={(fixed) => onScale({ kind, fixed })}
        />
      )}
    </div>
  )
}

/** Two digits, upward, so that nothing lies beyond the end that is offered first. */
function rounded(extent: number): number {
  if (!(extent > 0)) return 1
  const unit = 10 ** (Math.floor(Math.log10(extent)) - 1)
  return Number((Math.ceil(extent / unit) * unit).toPrecision(2))
}
