import { RotateCcw, Route } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Axes, Axis } from '../../../engine/session/plots/types.ts'
import { IconButton } from '../../ui/Button.tsx'
import { NumberField } from '../../ui/NumberField.tsx'
import { Toggle } from '../../ui/Toggle.tsx'
import { formatNumber } from '../../value/format.ts'
import { RangeField, ZoomButtons } from '../RangeFields.tsx'
import { type Range, rangeAround, tidy } from '../scale.ts'
import { OPTIMIZER_ROWS, type OptimizerRow, setSurface, usePlots } from '../state.ts'
import { AxisPicker } from './AxisPicker.tsx'
import { Mark } from './Mark.tsx'
import type { SurfaceView } from './useSurface.ts'

interface Props {
  readonly view: SurfaceView
  readonly step: number
  readonly logarithmic: boolean
}

/** Axes, start, and the optimizers with their rates. */
export function SurfaceControls({ view, step, logarithmic }: Props) {
  const { t } = useTranslation()
  const { axes, parameters, names } = view
  const { result } = view.surface
  const setAxis = (i: 0 | 1, axis: Axis) => {
    if (axes) setSurface({ axes: axes.with(i, axis) as unknown as Axes, ranges: null, start: null })
  }
  if (!axes) return <div className="plots-controls" />
  return (
    <div className="plots-controls">
      {([0, 1] as const).map((i) => (
        <AxisPicker
          key={i}
          name={i === 0 ? 'x' : 'y'}
          axis={axes[i]}
          parameters={parameters}
          seed={i + 1}
          onChange={(axis) => setAxis(i, axis)}
        />
      ))}
      <Optimizers view={view} step={step} />
      <Start view={view} />
      {result && (
        <div className="plot-field">
          <div className="plot-field-head">
            <span>{t('plots.range')}</span>
            <ZoomButtons
              ranges={result.ranges}
              onChange={(ranges) => setSurface({ ranges: ranges as [Range, Range] | null })}
            >
              <IconButton
                icon={Route}
                label={t('plots.surface.fitPaths')}
                disabled={!view.paths.result}
                onClick={() => setSurface({ ranges: aroundPaths(view) })}
              />
            </ZoomButtons>
          </div>
          {([0, 1] as const).map((i) => (
            <RangeField
              key={i}
              label={names[i]}
              value={result.ranges[i]}
              onChange={(range) => setSurface({ ranges: result.ranges.with(i, range) as unknown as [Range, Range] })}
            />
          ))}
        </div>
      )}
      <span className="plot-row">
        <span aria-hidden="true">{t('plots.surface.logarithmic')}</span>
        <Toggle
          label={t('plots.surface.logarithmic')}
          checked={logarithmic}
          onChange={(on) => setSurface({ logarithmic: on })}
        />
      </span>
    </div>
  )
}

/** Far enough for all of the paths that are shown, and for where the weights are. */
function aroundPaths({ paths, shown, surface }: SurfaceView): readonly [Range, Range] {
  const points = (paths.result?.paths ?? []).flatMap((path, i) =>
    shown.includes(OPTIMIZER_ROWS[i] as OptimizerRow) ? [...path.points] : []
  )
  const all = [...(surface.result?.here.at ?? []), ...points]
  return [0, 1].map((axis) => {
    const [from, to] = rangeAround(
      all.filter((_, i) => i % 2 === axis),
      0.2
    )
    return [tidy(from), tidy(to)]
  }) as unknown as [Range, Range]
}

function Start({ view: { start, names } }: { readonly view: SurfaceView }) {
  const { t } = useTranslation()
  const chosen = usePlots((s) => s.surface.start)
  const steps = usePlots((s) => s.surface.steps)
  return (
    <div className="plot-field">
      <div className="plot-field-head">
        <span>{t('plots.surface.start')}</span>
        {chosen && (
          <IconButton
            icon={RotateCcw}
            size={14}
            label={t('plots.surface.fromWeights')}
            onClick={() => setSurface({ start: null })}
          />
        )}
      </div>
      <div className="plot-range">
        {([0, 1] as const).map((i) => (
          <NumberField
            key={i}
            label={t('plots.surface.startOf', { axis: names[i] })}
            value={tidy(start[i])}
            step={0.1}
            onCommit={(to) => setSurface({ start: start.with(i, to) as unknown as [number, number] })}
          />
        ))}
      </div>
      <span className="plot-row">
        <span aria-hidden="true">{t('plots.surface.steps')}</span>
        <NumberField
          label={t('plots.surface.steps')}
          value={steps}
          integer
          min={1}
          max={2000}
          onCommit={(to) => setSurface({ steps: to })}
        />
      </span>
    </div>
  )
}

const TITLES: Readonly<Record<OptimizerRow, string>> = {
  sgd: 'SGD',
  momentum: 'Momentum',
  rmsprop: 'RMSprop',
  adam: 'Adam'
}
export const titleOf = (row: OptimizerRow): string => TITLES[row]

function Optimizers({ view, step }: { readonly view: SurfaceView; readonly step: number }) {
  const { t } = useTranslation()
  const { hidden, rates: chosen } = usePlots((s) => s.surface)
  const paths = view.paths.result?.paths
  const toggle = (row: OptimizerRow, on: boolean) =>
    setSurface({ hidden: on ? hidden.filter((one) => one !== row) : [...hidden, row] })
  return (
    <table className="surface-optimizers">
      <thead>
        <tr>
          <th scope="col">{t('training.optimizer')}</th>
          <th scope="col">{t('plots.surface.rate')}</th>
          <th scope="col">{t('training.loss')}</th>
        </tr>
      </thead>
      <tbody>
        {OPTIMIZER_ROWS.map((row, i) => {
          const losses = paths?.[i]?.losses
          const left = losses !== undefined && losses.length <= step
          return (
            <tr key={row}>
              <th scope="row">
                <button
                  type="button"
                  className="surface-legend"
                  aria-pressed={!hidden.includes(row)}
                  onClick={() => toggle(row, hidden.includes(row))}
                >
                  <svg width={22} height={14} aria-hidden="true" className="surface-way" data-optimizer={row}>
                    <path className="surface-path" d="M1,7H21" />
                    <Mark row={row} x={11} y={7} />
                  </svg>
                  {titleOf(row)}
                </button>
              </th>
              <td>
                <NumberField
                  label={t('plots.surface.rateOf', { optimizer: titleOf(row) })}
                  value={view.rates[row]}
                  min={0}
                  onCommit={(rate) => setSurface({ rates: { ...chosen, [row]: rate } })}
                />
              </td>
              <td className="numbers" title={left ? t('plots.surface.left') : undefined}>
                {left ? '∞' : losses ? formatNumber(losses[Math.min(step, losses.length - 1)] ?? 0, 3) : '–'}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
