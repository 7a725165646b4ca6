import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type uPlot from 'uplot'
import { HistoryBar } from '../history/HistoryBar.tsx'
import { goToPlace, HistoryLine, type StepScale } from '../history/HistoryLine.tsx'
import { usePast } from '../history/state.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { type Curves, fuller } from '../store/curves.ts'
import { useRun } from '../store/run.ts'
import { useSettings } from '../store/settings.ts'
import { useDarkMode } from '../ui/useDarkMode.ts'
import { createChart } from './chart.ts'
import { Legend } from './Legend.tsx'

/** A logarithm has no place for a loss of 0 or less. */
const positive = (values: readonly number[]) => values.map((v) => (v > 0 ? v : null))

const dataOf = (curves: Curves, names: readonly string[], logLoss: boolean): uPlot.AlignedData =>
  [
    curves.steps,
    logLoss ? positive(curves.loss) : curves.loss,
    ...names.map((name) => curves.metrics[name] ?? [])
  ] as unknown as uPlot.AlignedData

const scaleOf = (plot: uPlot): StepScale => ({
  toPlace: (step) => plot.valToPos(step, 'x'),
  toStep: (place) => plot.posToVal(place, 'x'),
  left: plot.over.offsetLeft,
  top: plot.over.offsetTop,
  width: plot.over.clientWidth,
  height: plot.over.clientHeight
})

/** Pixels within which a press and a release are a click: further apart they are a zoom. */
const CLICK = 3

/** Clicks on the plot, by their place from its left. Gives back the function that ends it. */
function onClick(over: HTMLElement, then: (place: number) => void): () => void {
  let down = 0
  const press = (event: PointerEvent) => {
    down = event.clientX
  }
  const click = (event: MouseEvent) => {
    // the second one of two shows the whole range again
    if (event.detail === 1 && event.target === over && Math.abs(event.clientX - down) <= CLICK)
      then(event.clientX - over.getBoundingClientRect().left)
  }
  over.addEventListener('pointerdown', press)
  over.addEventListener('click', click)
  return () => {
    over.removeEventListener('pointerdown', press)
    over.removeEventListener('click', click)
  }
}

/** Index of the report that lies next to a step. */
function nearest(steps: readonly number[], step: number): number | null {
  const after = steps.findIndex((s) => s >= step)
  if (after < 0) return steps.length > 0 ? steps.length - 1 : null
  const before = Math.max(0, after - 1)
  return step - (steps[before] as number) < (steps[after] as number) - step ? before : after
}

/** Loss and metrics over the steps. */
export function Chart({ curves }: { readonly curves: Curves }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const host = useRef<HTMLDivElement>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const [scale, setScale] = useState<StepScale | null>(null)
  const past = usePast()
  const logLoss = useSettings((s) => s.logLoss)
  const dark = useDarkMode()
  const names = Object.keys(curves.metrics).join('\n')

  useEffect(() => {
    const at = host.current
    if (!at) return
    const metrics = names === '' ? [] : names.split('\n')
    const onDraw = () => setScale(scaleOf(plot))
    const plot: uPlot = createChart(at, { metrics, logLoss, onHover: setHovered, onDraw })
    plot.root.dataset.theme = dark ? 'dark' : 'light'
    const endClicks = onClick(plot.over, (place) => goToPlace(place, scaleOf(plot)))
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
      endClicks()
      observer.disconnect()
      cancelAnimationFrame(planned)
      plot.destroy()
    }
  }, [names, logLoss, dark])

  const last = curves.points - 1
  const seen = past && nearest(curves.steps, past.step)
  return (
    <div className="chart">
      <Legend curves={curves} index={hovered ?? seen ?? last} hovered={hovered !== null || seen !== null} />
      <div className="chart-area">
        <div
          ref={host}
          className="chart-plot"
          role="img"
          aria-label={t('training.chart', {
            steps: numbers.count(curves.steps[last] ?? 0),
            loss: numbers.value(curves.loss[last] ?? Number.NaN)
          })}
        />
        {scale && <HistoryLine scale={scale} />}
      </div>
      <HistoryBar />
    </div>
  )
}
