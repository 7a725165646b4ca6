import { LineChart, RotateCcw, Square, Zap } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useAction } from '../app/useAction.ts'
import { fuller } from '../store/curves.ts'
import { useEditor } from '../store/editor.ts'
import { useRun } from '../store/run.ts'
import { Button } from '../ui/Button.tsx'
import { Hint } from '../ui/Hint.tsx'
import { Chart } from './Chart.tsx'
import { DataLine } from './DataLine.tsx'
import { Progress } from './Progress.tsx'
import { TrainingForm } from './TrainingForm.tsx'
import './training.css'

function Buttons() {
  const train = useAction('run.train')
  const stop = useAction('run.stop')
  const reset = useAction('run.reset')
  const training = useRun((s) => s.status === 'training')
  return (
    <div className="training-buttons">
      {training ? (
        <Button icon={Square} look="danger" onClick={stop.perform}>
          {stop.label}
        </Button>
      ) : (
        <Hint text={train.label} shortcut={train.shortcut}>
          <Button icon={Zap} disabled={!train.enabled} onClick={train.perform}>
            {train.label}
          </Button>
        </Hint>
      )}
      <Button icon={RotateCcw} aria-label={reset.label} disabled={!reset.enabled} onClick={reset.perform}>
        <span className="button-text">{reset.label}</span>
      </Button>
    </div>
  )
}

/** Settings, progress and curves of the training. */
export function TrainingPanel() {
  const { t } = useTranslation()
  const training = useRun((s) => s.training)
  const hasData = useEditor((s) => s.document.nodes.some((n) => n.op === 'Dataset'))
  const curves = training && fuller(training.stepCurves, training.epochCurves)
  return (
    <div className="training">
      <div className="training-head">
        <Buttons />
        {training ? (
          <Progress training={training} />
        ) : (
          <p className="muted">{t(hasData ? 'training.idle' : 'training.noData')}</p>
        )}
      </div>
      <div className="training-body">
        <TrainingForm />
        {curves && curves.points > 0 ? (
          <Chart curves={curves} />
        ) : (
          <div className="chart-empty muted">
            <LineChart size={22} aria-hidden="true" />
            {t('training.noCurves')}
          </div>
        )}
      </div>
      <DataLine />
    </div>
  )
}
