import { Pause, Play } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { LandscapeResult } from '../../../engine/session/plots/types.ts'
import { useNumbers } from '../../i18n/useNumbers.ts'
import { IconButton } from '../../ui/Button.tsx'
import { formatNumber } from '../../value/format.ts'
import { Empty } from '../Empty.tsx'
import { useRoom } from '../Frame.tsx'
import { NumberTable } from '../NumberTable.tsx'
import { OPTIMIZER_ROWS, setSurface, usePlots } from '../state.ts'
import { useOffer } from '../useOffer.ts'
import { Contour, type Drawn } from './Contour.tsx'
import { levelsOf } from './levels.ts'
import { isSteep } from './project.ts'
import { Surface3d } from './Surface3d.tsx'
import { SurfaceControls, titleOf } from './SurfaceControls.tsx'
import { type Steps, useSteps } from './useSteps.ts'
import { type SurfaceView, useSurface } from './useSurface.ts'

/** Narrower than this, the surface is seen from above or from a side, not both. */
const BOTH = 560

/** The objective over two coordinates, and where four optimizers go on it. */
export function SurfaceTab() {
  const { t } = useTranslation()
  const view = useSurface((seed) => t('plots.surface.direction', { seed }))
  const chosen = usePlots((s) => s.surface.logarithmic)
  const steps = useSteps(usePlots((s) => s.surface.steps))
  const { result } = view.surface
  const steep = useMemo(() => result !== null && isSteep(result.data), [result])
  const logarithmic = chosen ?? steep
  return (
    <>
      <SurfaceControls view={view} step={steps.at} logarithmic={logarithmic} />
      {!result || view.missing ? (
        <Empty
          problems={view.surface.problems}
          text={view.missing ? t(`plots.surface.missing.${view.missing}`) : undefined}
        />
      ) : (
        <Shown view={view} surface={result} steps={steps} logarithmic={logarithmic} />
      )}
    </>
  )
}

interface ShownProps {
  readonly view: SurfaceView
  readonly surface: LandscapeResult
  readonly steps: Steps
  readonly logarithmic: boolean
}

function Shown({ view, surface, steps, logarithmic }: ShownProps) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const table = usePlots((s) => s.table)
  const [host, room] = useRoom()
  const [side, setSide] = useState<'contour' | 'solid'>('contour')
  const levels = useMemo(() => levelsOf(surface.data), [surface])
  const { names, shown, start } = view
  const found = view.paths.result?.paths
  const paths = OPTIMIZER_ROWS.flatMap((row, i): Drawn[] => {
    const path = found?.[i]
    return path && shown.includes(row) ? [{ row, path }] : []
  })
  const label = t('plots.surface.summary', {
    x: names[0],
    y: names[1],
    at: surface.here.at.map((v) => numbers.value(v)).join(', '),
    loss: numbers.value(surface.here.loss),
    step: steps.at,
    paths: paths
      .map(
        ({ row, path }) =>
          `${titleOf(row)} ${formatNumber(path.losses[Math.min(steps.at, path.losses.length - 1)] ?? 0, 3)}`
      )
      .join(', ')
  })
  const head = [
    t('plots.surface.step'),
    ...paths.flatMap(({ row }) => [
      `${titleOf(row)} ${names[0]}`,
      `${titleOf(row)} ${names[1]}`,
      `${titleOf(row)} ${t('training.loss')}`
    ])
  ]
  const rowAt = (step: number): (number | string)[] => [
    step,
    ...paths.flatMap(({ path: { points, losses } }): (number | string)[] =>
      step < losses.length ? [points[2 * step] ?? 0, points[2 * step + 1] ?? 0, losses[step] ?? 0] : ['', '', '']
    )
  ]
  useOffer(() => ({
    head,
    rows: Array.from({ length: Math.max(0, ...paths.map(({ path }) => path.losses.length)) }, (_, i) => rowAt(i))
  }))
  const both = room.width >= BOTH
  const scene = { surface, levels, names, paths, step: steps.at }
  if (table) {
    const most = Math.max(1, ...paths.map(({ path }) => path.losses.length)) - 1
    const every = Math.max(1, Math.ceil(most / 30))
    const rows = Array.from({ length: Math.floor(most / every) + 1 }, (_, i) => rowAt(i * every))
    return <NumberTable caption={label} head={head} rows={rows} />
  }
  return (
    <div className="plot-stack" data-busy={view.surface.busy || view.paths.busy || undefined}>
      <div ref={host} className="plot-pair">
        {(both || side === 'contour') && (
          <Contour {...scene} start={start} label={label} onStart={(x, y) => setSurface({ start: [x, y] })} />
        )}
        {(both || side === 'solid') && <Surface3d {...scene} label={label} logarithmic={logarithmic} />}
      </div>
      <div className="plot-transport">
        {!both && (
          <span className="segments">
            {(['contour', 'solid'] as const).map((one) => (
              <button
                key={one}
                type="button"
                className="segment"
                data-state={side === one ? 'on' : 'off'}
                aria-pressed={side === one}
                onClick={() => setSide(one)}
              >
                {t(`plots.surface.sides.${one}`)}
              </button>
            ))}
          </span>
        )}
        <IconButton
          icon={steps.playing ? Pause : Play}
          label={t(steps.playing ? 'steps.pause' : 'plots.surface.play')}
          onClick={steps.togglePlay}
        />
        <StepSlider steps={steps} />
        <span className="numbers plot-step">{t('plots.surface.stepOf', { at: steps.at })}</span>
        <span className="muted plot-precision">{t(`plots.precision.${surface.precision}`)}</span>
      </div>
      <ViewProblems view={view} />
    </div>
  )
}

function StepSlider({ steps }: { readonly steps: Steps }) {
  const { t } = useTranslation()
  const most = usePlots((s) => s.surface.steps)
  return (
    <input
      type="range"
      min={0}
      max={most}
      value={steps.at}
      aria-label={t('plots.surface.scrub')}
      aria-valuetext={t('plots.surface.stepOf', { at: steps.at })}
      onChange={(event) => steps.goTo(Number(event.target.value))}
    />
  )
}

const ViewProblems = ({ view }: { readonly view: SurfaceView }) =>
  view.paths.problems.length > 0 ? <Empty problems={view.paths.problems} /> : null
