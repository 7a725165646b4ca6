/** The loss and metric curves on a canvas, by uPlot: drawn outside of React, so that thousands of points stay smooth. */
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colourReader } from '../ui/colourReader.ts'
import { shortNumber } from './shortNumber.ts'

export interface ChartSpec {
  readonly metrics: readonly string[]
  readonly logLoss: boolean
  readonly onHover: (index: number | null) => void
  /** After each drawing: places on the axes may be others. */
  readonly onDraw: () => void
}

/** Colours from the design tokens, as a canvas needs them. */
function colours(host: HTMLElement) {
  const read = colourReader(host)
  return {
    text: read('var(--text-muted)'),
    line: read('var(--line)'),
    loss: read('var(--gradient)'),
    metric: read('var(--value)')
  }
}

/** The second cue beside the colour: metrics are dashed, each in its own rhythm. */
export const DASHES: readonly (readonly number[])[] = [
  [6, 3],
  [2, 3],
  [10, 3, 2, 3]
]

const FONT = '11px system-ui, "Noto Sans CJK KR", sans-serif'

export function createChart(host: HTMLElement, spec: ChartSpec): uPlot {
  const { text, line, loss, metric } = colours(host)
  const axis = { stroke: text, font: FONT, ticks: { show: false }, border: { show: false } }
  const options: uPlot.Options = {
    width: Math.max(120, host.clientWidth),
    height: Math.max(80, host.clientHeight),
    legend: { show: false },
    padding: [10, spec.metrics.length > 0 ? 0 : 14, 0, 0],
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
    scales: {
      x: { time: false },
      y: {
        distr: spec.logLoss ? 3 : 1,
        ...(!spec.logLoss && { range: (_, min, max) => [Math.min(0, min), max <= 0 ? 1 : max * 1.06] })
      },
      metric: { range: (_, min, max) => [Math.min(0, min), Math.max(1, max)] }
    },
    axes: [
      { ...axis, size: 26, grid: { show: false } },
      {
        ...axis,
        scale: 'y',
        size: 56,
        grid: { stroke: line, width: 1 },
        values: (_, splits) => splits.map((v) => shortNumber(v))
      },
      ...(spec.metrics.length > 0
        ? [
            {
              ...axis,
              scale: 'metric',
              side: 1,
              size: 44,
              grid: { show: false },
              values: (_: uPlot, splits: number[]) => splits.map((v) => `${Math.round(v * 100)}%`)
            } as uPlot.Axis
          ]
        : [])
    ],
    series: [
      {},
      { scale: 'y', stroke: loss, width: 1.75, points: { show: false } },
      ...spec.metrics.map(
        (_, i): uPlot.Series => ({
          scale: 'metric',
          stroke: metric,
          width: 1.75,
          dash: [...(DASHES[i % DASHES.length] ?? [])],
          points: { show: false }
        })
      )
    ],
    hooks: { setCursor: [(plot) => spec.onHover(plot.cursor.idx ?? null)], draw: [spec.onDraw] }
  }
  return new uPlot(options, [[], [], ...spec.metrics.map(() => [])], host)
}
