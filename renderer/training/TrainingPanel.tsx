import { LineChart, RotateCcw, Square, Zap } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useAction } from '../app/useAction.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { followMemory, usePlan } from '../plan/state.ts'
import { bytesText } from '../plan/text.ts'
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

/** Before the first training: what there is to do, and what it will take. */
function Idle({ hasData }: { readonly hasData: boolean }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const textOf = useProblemText()
  const step = usePlan((s) => s.step)
  useEffect(followMemory, [])
  if (step?.refused) return <p className="training-refused">{textOf(step.refused).message}</p>
  const memory = step && t('training.memory', { size: bytesText(numbers, step.bytes) })
  return (
    <p className="muted numbers">
      {t(hasData ? 'training.idle' : 'training.noData')}
      {memory && ` · ${memory}`}
      {step?.rowsAtOnce && ` · ${t('plan.inParts', { rows: numbers.count(step.rowsAtOnce) })}`}
    </p>
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
        {training ? <Progress training={training} /> : <Idle hasData={hasData} />}
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
