import { useTranslation } from 'react-i18next'
import { useNumbers } from '../i18n/useNumbers.ts'
import type { Curves } from '../store/curves.ts'
import { setSettings, useSettings } from '../store/settings.ts'
import { DASHES } from './chart.ts'
import { useMetricName } from './useMetricName.ts'

function Sample({ colour, dash }: { readonly colour: string; readonly dash?: readonly number[] | undefined }) {
  return (
    <svg width="22" height="8" aria-hidden="true">
      <line x1="1" y1="4" x2="21" y2="4" stroke={colour} strokeWidth="2" strokeDasharray={dash?.join(' ')} />
    </svg>
  )
}

interface LegendProps {
  readonly curves: Curves
  readonly index: number
  readonly hovered: boolean
}

/** What the lines are, with their values at the pointer or at the end. */
export function Legend({ curves, index, hovered }: LegendProps) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const metricName = useMetricName()
  const logLoss = useSettings((s) => s.logLoss)
  const loss = curves.loss[index]
  return (
    <div className="legend numbers">
      <span className="legend-entry">
        <Sample colour="var(--gradient)" />
        <span className="legend-name">{t('training.loss')}</span>{' '}
        <b>{loss === undefined ? '–' : numbers.value(loss)}</b>
      </span>
      {Object.entries(curves.metrics).map(([name, values], i) => (
        <span key={name} className="legend-entry">
          <Sample colour="var(--value)" dash={DASHES[i % DASHES.length]} />
          <span className="legend-name">{metricName(name)}</span>{' '}
          <b>{values[index] === undefined ? '–' : numbers.percent(values[index])}</b>
        </span>
      ))}
      {hovered && (
        <span className="legend-step muted">
          {t('training.atStep', { step: numbers.count(curves.steps[index] ?? 0) })}
        </span>
      )}
      <button
        type="button"
        className="legend-log"
        aria-pressed={logLoss}
        onClick={() => setSettings({ logLoss: !logLoss })}
      >
        {t('training.log')}
      </button>
    </div>
  )
}
