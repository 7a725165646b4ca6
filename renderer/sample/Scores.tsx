import { Check } from 'lucide-react'
import { RadioGroup } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { SampleReport } from '../../engine/session/sample/types.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { extentOf } from '../value/colours.ts'
import { formatNumber } from '../value/format.ts'
import { className } from './SamplePanel.tsx'
import { choose } from './state.ts'

/** More are not made: the chosen one and the first. */
const MOST = 200

/** The scores as bars; the one that is chosen is differentiated. */
export function Scores({ report }: { readonly report: SampleReport }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const { scores, chosen, predicted, label, answers } = report
  const { values, probabilities } = scores
  const extent = extentOf(values)
  const named = answers !== 'numbers' && values.length > 1
  return (
    <RadioGroup.Root
      className="sample-scores"
      value={String(chosen)}
      aria-label={t('sample.chooseScore')}
      onValueChange={(next) => choose(Number(next))}
    >
      {values.slice(0, MOST).map((value, i) => {
        const p = probabilities?.[i]
        const name = named ? className(report, i) : `[${i}]`
        const marks = [
          named && predicted === i && t('sample.isPredicted'),
          named && label === i && t('sample.isLabel')
        ].filter(Boolean)
        const shown = p === undefined ? '' : numbers.percent(p, 1)
        return (
          <RadioGroup.Item
            // biome-ignore lint/suspicious/noArrayIndexKey: a score is its place
            key={i}
            value={String(i)}
            className="sample-score numbers"
            data-predicted={(named && predicted === i) || undefined}
            aria-label={[name, shown, formatNumber(value, 3), ...marks].filter(Boolean).join(', ')}
          >
            <span className="sample-score-name">{name}</span>
            <span className="sample-score-mark">{named && label === i && <Check size={13} aria-hidden="true" />}</span>
            <Bar share={p ?? (extent === 0 ? 0 : value / extent)} signed={p === undefined} />
            {p !== undefined && <span className="sample-score-value">{shown}</span>}
            <span className="sample-score-value muted">{formatNumber(value, 3)}</span>
          </RadioGroup.Item>
        )
      })}
    </RadioGroup.Root>
  )
}

/** From the left, or from the middle to either side. */
export function Bar({ share, signed }: { readonly share: number; readonly signed: boolean }) {
  const size = Math.min(1, Math.abs(share))
  const from = signed ? (share < 0 ? 0.5 - size / 2 : 0.5) : 0
  return (
    <span className="sample-bar" data-signed={signed || undefined} aria-hidden="true">
      <span
        data-negative={share < 0 || undefined}
        style={{ left: `${from * 100}%`, width: `${(signed ? size / 2 : size) * 100}%` }}
      />
    </span>
  )
}
