import { Play, Square } from 'lucide-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../../engine/document/lookup.ts'
import { useAction } from '../../app/useAction.ts'
import { nameOf } from '../../canvas/geometry.ts'
import { select, useEditor } from '../../store/editor.ts'
import { useRun } from '../../store/run.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { formatNumber } from '../../value/format.ts'
import { setPlane, usePlots } from '../state.ts'
import { PointShape } from './PointShape.tsx'
import type { PlaneView } from './usePlane.ts'

/** Which layer is shown, what the colours mean, and the training that changes it. */
export function PlaneControls({ view }: { readonly view: PlaneView }) {
  const { t } = useTranslation()
  const id = useId()
  const document = useEditor((s) => s.document)
  const unit = usePlots((s) => s.plane.unit)
  if (!view.planar) return <div className="plots-controls" />
  const { nodes } = indexOf(document)
  const options = view.planar.outputs.map(({ id: node, units }) => {
    const found = nodes.get(node)
    return { value: node, text: found ? nameOf(found).replaceAll('$', '') : node, note: String(units) }
  })
  const choose = (node: string) => {
    setPlane({ node, unit: null })
    select({ nodes: [node] })
  }
  return (
    <div className="plots-controls">
      <Training />
      <div className="plot-field">
        <label htmlFor={id}>{t('plots.plane.layer')}</label>
        {view.node && (
          <Choice id={id} label={t('plots.plane.layer')} value={view.node.id} options={options} onChange={choose} />
        )}
      </div>
      {unit !== null && view.planar.prediction && (
        <Button onClick={() => setPlane({ unit: null })}>{t('plots.plane.showClasses')}</Button>
      )}
      <Legend view={view} />
    </div>
  )
}

function Training() {
  const { t } = useTranslation()
  const training = useRun((s) => s.status === 'training')
  // of the step of the past, where one is looked at
  const loss = useRun((s) => (s.result?.past ? s.result.objective : (s.training?.progress?.loss ?? null)))
  const train = useAction('run.train')
  const stop = useAction('run.stop')
  return (
    <div className="plane-training">
      {training ? (
        <Button icon={Square} onClick={stop.perform}>
          {stop.label}
        </Button>
      ) : (
        <Button icon={Play} look="primary" disabled={!train.enabled} onClick={train.perform}>
          {train.label}
        </Button>
      )}
      {loss !== null && (
        <span className="numbers muted">
          {t('training.loss')} {formatNumber(loss, 3)}
        </span>
      )}
    </div>
  )
}

function Legend({ view }: { readonly view: PlaneView }) {
  const { t } = useTranslation()
  const unit = usePlots((s) => s.plane.unit)
  const classes = [...new Set(view.result?.points.labels)].sort((a, b) => a - b)
  return (
    <>
      {classes.length > 0 && classes.length <= 12 && (
        <ul className="plane-legend" aria-label={t('plots.plane.legend')}>
          {classes.map((label) => (
            <li key={label}>
              <svg width={12} height={12} aria-hidden="true">
                <PointShape label={label} x={6} y={6} />
              </svg>
              {t('plots.plane.classIs', { label })}
            </li>
          ))}
        </ul>
      )}
      <p className="muted plane-note">{t(unit === null ? 'plots.plane.about' : 'plots.plane.aboutUnit')}</p>
      <div className="plane-scale" aria-hidden="true">
        <span>−</span>
        <span className="heat-scale" />
        <span>+</span>
      </div>
    </>
  )
}
