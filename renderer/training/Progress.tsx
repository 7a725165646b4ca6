import { CircleCheck, CircleSlash, CircleX, TriangleAlert } from 'lucide-react'
import { Progress as Bar } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { TrainOutcome } from '../../engine/session/protocol.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { fuller } from '../store/curves.ts'
import type { TrainingState } from '../store/run.ts'
import { Hint } from '../ui/Hint.tsx'
import { warningsOf } from './outcome.ts'
import { useMetricName } from './useMetricName.ts'

const OUTCOMES = {
  done: { icon: CircleCheck, colour: 'var(--success)' },
  cancelled: { icon: CircleSlash, colour: 'var(--text-muted)' },
  warned: { icon: TriangleAlert, colour: 'var(--warning)' },
  failed: { icon: CircleX, colour: 'var(--danger)' }
} as const

/** How it ended, and how well the network does on examples that it has not seen. */
function Outcome({ training, outcome }: { readonly training: TrainingState; readonly outcome: TrainOutcome }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const problemText = useProblemText()
  const metricName = useMetricName()
  const { report } = outcome
  const warnings =
    outcome.outcome === 'failed'
      ? outcome.problems
      : warningsOf(
          outcome.report,
          fuller(training.stepCurves, training.epochCurves),
          training.started?.stepsPerEpoch ?? 1
        )
  const state = outcome.outcome !== 'failed' && warnings.length > 0 ? 'warned' : outcome.outcome
  const { icon: Icon, colour } = OUTCOMES[state]
  const parts: string[] = []
  for (const problem of warnings) {
    const { message, hint } = problemText(problem)
    parts.push([message, hint].filter(Boolean).join(' '))
  }
  if (outcome.outcome !== 'failed') {
    parts.push(t(`training.${outcome.outcome}`))
    for (const [name, value] of Object.entries(report?.test?.metrics ?? {})) {
      parts.push(`${t('training.testMetric', { metric: metricName(name) })} ${numbers.percent(value)}`)
    }
    if (report?.test) parts.push(`${t('training.testLoss')} ${numbers.value(report.test.loss)}`)
    if (report)
      parts.push(t('training.took', { steps: numbers.count(report.steps), time: numbers.duration(report.seconds) }))
  }
  const text = parts.join(' · ')
  return (
    <Hint text={text} side="top">
      <p className="outcome" role="status" data-state={state}>
        <Icon size={15} color={colour} aria-hidden="true" />
        <span className="numbers">{text}</span>
      </p>
    </Hint>
  )
}

/** How far the training is. */
export function Progress({ training }: { readonly training: TrainingState }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const { started, progress, outcome } = training
  if (outcome) return <Outcome training={training} outcome={outcome} />
  const share = progress ? progress.step / progress.steps : 0
  const text = progress
    ? [
        t('training.epochOf', { epoch: progress.epoch, epochs: started?.epochs ?? '?' }),
        t('training.stepOf', { step: numbers.count(progress.step), steps: numbers.count(progress.steps) }),
        t('training.speed', { speed: numbers.count(progress.stepsPerSecond) }),
        t('training.left', { time: numbers.duration(progress.secondsLeft) })
      ].join(' · ')
    : t('training.starting')
  return (
    <div className="progress">
      <Bar.Root className="progress-bar" value={Math.round(share * 100)} aria-label={t('training.progress')}>
        <Bar.Indicator className="progress-done" style={{ transform: `scaleX(${share})` }} />
      </Bar.Root>
      <span className="progress-text numbers">{text}</span>
    </div>
  )
}
