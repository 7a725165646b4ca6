import { CircleCheck, CircleSlash, CircleX } from 'lucide-react'
import { Progress as Bar } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { TrainOutcome } from '../../engine/session/protocol.ts'
import { ShowBroken } from '../history/ShowBroken.tsx'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import type { TrainingState } from '../store/run.ts'
import { Hint } from '../ui/Hint.tsx'
import { useMetricName } from './useMetricName.ts'

const OUTCOMES = {
  done: { icon: CircleCheck, colour: 'var(--success)' },
  cancelled: { icon: CircleSlash, colour: 'var(--text-muted)' },
  failed: { icon: CircleX, colour: 'var(--danger)' }
} as const

/** How it ended, and how well the network does on examples that it has not seen. */
function Outcome({ outcome }: { readonly outcome: TrainOutcome }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const problemText = useProblemText()
  const metricName = useMetricName()
  const { report } = outcome
  const { icon: Icon, colour } = OUTCOMES[outcome.outcome]
  const parts: string[] = []
  if (outcome.outcome === 'failed') {
    // the first says why; what else there is says less
    for (const problem of outcome.problems.slice(0, 1)) {
      const { message, hint } = problemText(problem)
      parts.push([message, hint].filter(Boolean).join(' '))
    }
  } else {
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
    <>
      <Hint text={text} side="top">
        <p className="outcome" role="status" data-state={outcome.outcome}>
          <Icon size={15} color={colour} aria-hidden="true" />
          <span className="numbers">{text}</span>
        </p>
      </Hint>
      {outcome.outcome === 'failed' && <ShowBroken problems={outcome.problems} />}
    </>
  )
}

/** How far the training is. */
export function Progress({ training }: { readonly training: TrainingState }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const { started, progress, outcome } = training
  if (outcome) return <Outcome outcome={outcome} />
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
