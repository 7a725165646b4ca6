import { useTranslation } from 'react-i18next'
import { setSample, useStepper } from '../store/stepper.ts'
import { Formula } from '../value/Formula.tsx'
import { formatNumber } from '../value/format.ts'
import { numberTex } from './tex.ts'

interface BatchStripProps {
  /** What each example adds to the gradient. */
  readonly samples: readonly number[]
  readonly gradient: number
}

const [WIDTH, HEIGHT] = [150, 36]

/** One example first, then the mean: the gradient of each example of the batch, and what all of them give. */
export function BatchStrip({ samples, gradient }: BatchStripProps) {
  const { t } = useTranslation()
  const averaged = useStepper((s) => s.walk?.averaged ?? false)
  const chosen = useStepper((s) => s.sample)
  const count = samples.length
  // the loss of one example is not divided by how many there are
  const own = averaged ? samples.map((x) => x * count) : samples
  const largest = own.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0) || 1
  const y = (x: number): number => HEIGHT / 2 - (x / largest) * (HEIGHT / 2 - 1)
  const bar = WIDTH / count
  const at = own[chosen] ?? 0
  const symbol = `g_{${chosen + 1}} = ${numberTex(at)}`
  const all = averaged ? String.raw`\frac{1}{${count}}\sum_{n=1}^{${count}} g_n` : String.raw`\sum_{n=1}^{${count}} g_n`
  return (
    <figure className="batch-strip">
      <svg
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={t('steps.batch.bars', { batch: count, most: formatNumber(largest) })}
        onPointerDown={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const next = Math.floor(((event.clientX - box.x) / box.width) * count)
          void setSample(Math.max(0, Math.min(count - 1, next)))
        }}
      >
        {own.map((x, i) => {
          const value = Number.isFinite(x) ? x : 0
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: an example is known by its row
              key={i}
              data-chosen={i === chosen || undefined}
              x={i * bar}
              y={Math.min(y(0), y(value))}
              width={Math.max(1, bar - (bar > 4 ? 1 : 0))}
              height={Math.max(1, Math.abs(y(value) - y(0)))}
            />
          )
        })}
        {averaged && <line x1={0} x2={WIDTH} y1={y(gradient)} y2={y(gradient)} />}
      </svg>
      <p className="batch-strip-lines">
        <span>
          {t('steps.batch.one', { sample: chosen + 1 })} <Formula tex={symbol} />
        </span>
        <span>
          {t(averaged ? 'steps.batch.mean' : 'steps.batch.sum', { batch: count })}{' '}
          <Formula tex={`g = ${all} = \\mathbf{${numberTex(gradient)}}`} />
        </span>
      </p>
    </figure>
  )
}
