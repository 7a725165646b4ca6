import { ChartSpline } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type { OverTime as Spread } from '../../engine/session/history/types.ts'
import type { Target } from '../../engine/session/protocol.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { client } from '../session/session.ts'
import { Button } from '../ui/Button.tsx'
import { canLookBack, lookAt, useHistory, usePast } from './state.ts'
import './history.css'

interface OverTimeProps {
  readonly target: Target
  readonly which: 'value' | 'gradient'
}

const WIDTH = 640
const HEIGHT = 96

/** Each column a step, each cell as full as numbers lie in it; the mean as a line. It is a scrubber too. */
function Picture({ spread, which }: { readonly spread: Spread; readonly which: OverTimeProps['which'] }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const past = usePast()
  const { columns, low, high } = spread
  const width = WIDTH / columns.length
  const cells = columns[0]?.shares.length ?? 1
  const [first, last] = [columns[0], columns.at(-1)]
  const line = columns.flatMap(({ mean }, i) =>
    Number.isFinite(mean)
      ? [`${(i + 0.5) * width},${HEIGHT * (1 - (high > low ? (mean - low) / (high - low) : 0.5))}`]
      : []
  )
  const at = past ? columns.findLastIndex(({ step }) => step <= past.step) : -1
  const text = t('history.overTimeIs', {
    from: numbers.count(first?.step ?? 1),
    to: numbers.count(last?.step ?? 1),
    before: numbers.value(first?.mean ?? Number.NaN, 3),
    after: numbers.value(last?.mean ?? Number.NaN, 3)
  })
  return (
    <figure className="over-time" data-which={which}>
      <div className="over-time-range numbers" aria-hidden="true">
        <span>{numbers.value(high, 3)}</span>
        <span>{numbers.value(low, 3)}</span>
      </div>
      <div className="over-time-plot">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={text}>
          <title>{text}</title>
          {columns.map(({ step, shares }, i) => {
            const most = Math.max(...shares)
            return shares.map((share, c) =>
              share > 0 ? (
                <rect
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
                  key={`${step} ${c}`}
                  x={i * width}
                  y={HEIGHT * (1 - (c + 1) / cells)}
                  width={width}
                  height={HEIGHT / cells}
                  fillOpacity={0.12 + 0.88 * Math.sqrt(share / most)}
                />
              ) : null
            )
          })}
          <polyline points={line.join(' ')} />
          {at >= 0 && <rect className="over-time-at" x={at * width} y={0} width={width} height={HEIGHT} />}
        </svg>
        <input
          type="range"
          min={0}
          max={columns.length - 1}
          value={at < 0 ? columns.length - 1 : at}
          aria-label={t('history.line')}
          aria-valuetext={past ? t('history.mark', { step: numbers.count(past.step) }) : t('history.now')}
          onChange={(event) => void lookAt(columns[Number(event.target.value)]?.step ?? 1)}
        />
      </div>
      <figcaption className="numbers">
        <span>{t('history.mark', { step: numbers.count(first?.step ?? 1) })}</span>
        <span>{t('history.overTimeLine')}</span>
        <span>{t('history.mark', { step: numbers.count(last?.step ?? 1) })}</span>
      </figcaption>
    </figure>
  )
}

/** How a tensor was spread in the course of the last training, once it is asked for. */
export function OverTime({ target, which }: OverTimeProps) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const possible = useHistory(canLookBack)
  const [open, setOpen] = useState(false)
  const [spread, setSpread] = useState<Spread | null>(null)
  const [problems, setProblems] = useState<readonly Problem[]>([])
  useEffect(() => {
    if (!open || !possible) return
    const controller = new AbortController()
    client()
      .overTime({ target, which }, controller.signal)
      .then(setSpread, (error) => controller.signal.aborted || setProblems(problemsOf(error)))
    return () => controller.abort()
  }, [open, possible, target, which])
  if (!possible) return null
  return (
    <section className="over-time-section" aria-label={t('history.overTime')}>
      {!open ? (
        <Button icon={ChartSpline} onClick={() => setOpen(true)}>
          {t('history.overTime')}
        </Button>
      ) : problems[0] ? (
        <p className="muted">{textOf(problems[0]).message}</p>
      ) : spread ? (
        <Picture spread={spread} which={which} />
      ) : (
        <p className="muted" role="status">
          {t('history.overTimeLoading')}
        </p>
      )}
    </section>
  )
}
