import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNumbers } from '../../i18n/useNumbers.ts'
import { useProblemText } from '../../i18n/useProblemText.ts'
import { formatNumber } from '../../value/format.ts'
import { Empty } from '../Empty.tsx'
import { NumberTable } from '../NumberTable.tsx'
import { usePlots } from '../state.ts'
import { useOffer } from '../useOffer.ts'
import { CurveControls } from './CurveControls.tsx'
import { CurvePlot, SlopePlot } from './CurvePlot.tsx'
import { secantOf } from './secant.ts'
import { useCurve } from './useCurve.ts'

/** Rows of the table. */
const ROWS = 21

/** One number of the graph over another: the curve, its tangent and a secant, and the derivative beside it. */
export function CurveTab() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const textOf = useProblemText()
  const view = useCurve()
  const table = usePlots((s) => s.table)
  const choice = usePlots((s) => s.curve)
  const [at, setAt] = useState<number | null>(null)
  const { result, xName, yName, slopeName } = view
  const secant = result && secantOf(result, choice)
  const here = result?.here
  const summary =
    here &&
    t('plots.curve.summary', {
      y: yName,
      x: xName,
      at: numbers.value(here.x),
      value: numbers.value(here.y),
      slope: numbers.value(here.slope)
    })
  useOffer(
    result &&
      (() => ({
        head: [xName, yName, slopeName],
        rows: Array.from(result.xs, (x, i) => [x, result.ys[i] as number, result.slopes[i] as number])
      }))
  )
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 20, PageDown: -20 }[event.key]
    if (!result || step === undefined) return
    event.preventDefault()
    const last = result.xs.length - 1
    setAt(at === null ? Math.round(last / 2) : Math.min(last, Math.max(0, at + step)))
  }
  const read = at !== null && result && at < result.xs.length ? at : null
  return (
    <>
      <CurveControls view={view} secant={secant} />
      {!result || view.missing ? (
        <Empty problems={view.problems} text={view.missing ? t(`plots.curve.missing.${view.missing}`) : undefined} />
      ) : table ? (
        <NumberTable
          caption={summary ?? ''}
          head={[xName, yName, slopeName]}
          rows={Array.from({ length: ROWS }, (_, i) => {
            const index = Math.round((i * (result.xs.length - 1)) / (ROWS - 1))
            return [result.xs, result.ys, result.slopes].map((column) => column[index] as number)
          })}
        />
      ) : (
        <section
          className="plot-pair"
          data-busy={view.busy || undefined}
          aria-label={t('plots.curve.read')}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the curve is read by the arrow keys
          tabIndex={0}
          onKeyDown={onKey}
        >
          <CurvePlot {...{ curve: result, secant, xName, yName, at: read }} label={summary ?? ''} onRead={setAt} />
          <SlopePlot
            {...{ curve: result, secant, xName, at: read }}
            yName={slopeName}
            label={t('plots.curve.slopes', { slope: slopeName })}
            onRead={setAt}
          />
          <output className="plot-read numbers">
            {read === null
              ? result.why
                ? textOf(result.why).message
                : t('plots.point')
              : `${xName} = ${formatNumber(result.xs[read] as number)}   ${yName} = ${formatNumber(result.ys[read] as number)}   ${slopeName} = ${formatNumber(result.slopes[read] as number)}`}
          </output>
        </section>
      )}
    </>
  )
}
