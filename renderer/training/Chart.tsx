import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type uPlot from 'uplot'
import { useNumbers } from '../i18n/useNumbers.ts'
import { type Curves, fuller } from '../store/curves.ts'
import { useRun } from '../store/run.ts'
import { useSettings } from '../store/settings.ts'
import { createChart } from './chart.ts'
import { Legend } from './Legend.tsx'
import { useDarkMode } from './useDarkMode.ts'

/** A logarithm has no place for a loss of 0 or less. */
const positive = (values: readonly number[]) => values.map((v) => (v > 0 ? v : null))

const dataOf = (curves: Curves, names: readonly string[], logLoss: boolean): uPlot.AlignedData =>
  [
    curves.steps,
    logLoss ? positive(curves.loss) : curves.loss,
    ...names.map((name) => curves.metrics[name] ?? [])
  ] as unknown as uPlot.AlignedData

/** Loss and metrics over the steps. */
export function Chart({ curves }: { readonly curves: Curves }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const host = useRef<HTMLDivElement>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const logLoss = useSettings((s) => s.logLoss)
  const dark = useDarkMode()
  const names = Object.keys(curves.metrics).join('\n')

  useEffect(() => {
    const at = host.current
    if (!at) return
    const metrics = names === '' ? [] : names.split('\n')
    const plot = createChart(at, { metrics, logLoss, onHover: setHovered })
    plot.root.dataset.theme = dark ? 'dark' : 'light'
    let planned = 0
    let drawn: Curves | null = null
    const draw = () => {
      planned = 0
      const { training } = useRun.getState()
      const now = training && fuller(training.stepCurves, training.epochCurves)
      if (!now || now === drawn) return
      drawn = now
      plot.setData(dataOf(now, metrics, logLoss))
    }
    const plan = () => {
      planned ||= requestAnimationFrame(draw)
    }
    plan()
    const end = useRun.subscribe(plan)
    const observer = new ResizeObserver(() => {
      if (at.clientWidth > 0 && at.clientHeight > 0) plot.setSize({ width: at.clientWidth, height: at.clientHeight })
    })
    observer.observe(at)
    return () => {
      end()
      observer.disconnect()
      cancelAnimationFrame(planned)
      plot.destroy()
    }
  }, [names, logLoss, dark])

  const last = curves.points - 1
  return (
    <div className="chart">
      <Legend curves={curves} index={hovered ?? last} hovered={hovered !== null} />
      <div
        ref={host}
        className="chart-plot"
        role="img"
        aria-label={t('training.chart', {
          steps: numbers.count(curves.steps[last] ?? 0),
          loss: numbers.value(curves.loss[last] ?? Number.NaN)
        })}
      />
    </div>
  )
}
