import { TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Target } from '../../engine/session/protocol.ts'
import { formatNumber } from './format.ts'
import { useSlice } from './useSlice.ts'

const WIDTH = 220
const HEIGHT = 72

interface HistogramProps {
  readonly target: Target
  readonly which: 'value' | 'gradient'
  /** Elements of the tensor. */
  readonly count: number
}

/** Its bars alone are asked for. */
const ASKED = { part: { count: 0, bins: 40 } }

/** How the numbers of a whole tensor are spread. */
export function Histogram({ target, which, count }: HistogramProps) {
  const { t } = useTranslation()
  const { slice } = useSlice(target, which, ASKED)
  const bins = slice?.histogram
  if (!bins) return <div className="histogram-wait" />
  const left = count - bins.reduce((sum, bin) => sum + bin.count, 0)
  const [first] = bins
  const last = bins.at(-1)
  const leftOut = left > 0 && (
    <p className="histogram-left-out">
      <TriangleAlert size={13} aria-hidden="true" />
      {t('value.leftOut', { count: left })}
    </p>
  )
  if (!first || !last) return leftOut || null
  const most = Math.max(...bins.map((bin) => bin.count))
  const step = WIDTH / bins.length
  return (
    <figure className="histogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('value.histogram')}>
        <title>{t('value.histogram')}</title>
        {bins.map((bin, i) => {
          const height = bin.count === 0 ? 0 : Math.max(1.5, (bin.count / most) * HEIGHT)
          return (
            <rect
              key={bin.from}
              x={i * step + 0.5}
              y={HEIGHT - height}
              width={Math.max(1, step - 1)}
              height={height}
              rx={1}
            />
          )
        })}
      </svg>
      <figcaption className="numbers">
        <span>{formatNumber(first.from, 3)}</span>
        {bins.length > 1 && <span>{formatNumber(last.to, 3)}</span>}
      </figcaption>
      {leftOut}
    </figure>
  )
}
