import { Activity, LoaderCircle, Square, Timer } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlanReport, PlanRequest } from '../../engine/session/protocol.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { ProblemRow } from '../problems/ProblemRow.tsx'
import { useRun } from '../store/run.ts'
import { Button } from '../ui/Button.tsx'
import { CopyButton } from '../ui/CopyButton.tsx'
import { Hint } from '../ui/Hint.tsx'
import { PanelHead } from '../ui/PanelHead.tsx'
import { KernelList } from './KernelList.tsx'
import { MemoryBar } from './MemoryBar.tsx'
import { closePlan, followGraph, kindOf, measure, partOf, showKind, stopMeasuring, usePlan } from './state.ts'
import { timeText } from './text.ts'
import { useLitNodes } from './useLitNodes.ts'
import './plan.css'

const KINDS = ['training', 'run'] as const

function MeasureButton() {
  const { t } = useTranslation()
  const busy = usePlan((s) => s.busy)
  const ready = usePlan((s) => s.report !== null)
  const training = useRun((s) => s.status === 'training')
  if (busy === 'measuring')
    return (
      <Button icon={Square} onClick={stopMeasuring}>
        {t('plan.stop')}
      </Button>
    )
  return (
    <Hint text={t(training ? 'plan.measureLater' : 'plan.measureHint')}>
      <Button icon={Timer} disabled={!ready || training} onClick={() => void measure()}>
        {t('plan.measure')}
      </Button>
    </Hint>
  )
}

/** Where it runs, how large it is, how long it took. */
function Summary({ report }: { readonly report: PlanReport }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const { kernels, backend, compileMilliseconds, timing } = report
  const part = partOf(report)
  const parts = [
    t('plan.kernels', { count: kernels.length, number: numbers.count(kernels.length) }),
    t('plan.compiled', { time: timeText(numbers, compileMilliseconds) }),
    ...(part ? [t('plan.inParts', { rows: numbers.count(part) })] : []),
    ...(timing ? [t('plan.walk', { time: timeText(numbers, timing.milliseconds) })] : [])
  ]
  return (
    <p className="plan-summary">
      <b>{t(`backends.${backend.backend}`)}</b>
      <span className="numbers">{parts.join(' · ')}</span>
    </p>
  )
}

/** What the graph was compiled to: every kernel with its sizes, its share of the time and its nodes. */
export function PlanPanel() {
  const { t } = useTranslation()
  const { report, problems, busy } = usePlan()
  useEffect(followGraph, [])
  useLitNodes()
  return (
    <Tabs.Root
      className="plan"
      value={report?.kind ?? kindOf()}
      onValueChange={(kind) => showKind(kind as PlanRequest['kind'])}
    >
      <PanelHead
        icon={Activity}
        title={t('plan.title')}
        about={
          <>
            <Tabs.List className="segments" aria-label={t('plan.of')}>
              {KINDS.map((kind) => (
                <Tabs.Trigger key={kind} value={kind} className="segment">
                  {t(`plan.kind.${kind}`)}
                </Tabs.Trigger>
              ))}
            </Tabs.List>
            {report && <Summary report={report} />}
          </>
        }
        closing={t('plan.close')}
        onClose={closePlan}
      >
        {busy && <LoaderCircle size={15} className="spin" aria-label={t(`plan.${busy}`)} role="img" />}
        <MeasureButton />
        <CopyButton label={t('plan.copy')} copiedLabel={t('plan.copied')} text={report && (() => report.text)} />
      </PanelHead>
      {KINDS.map((kind) => (
        <Tabs.Content key={kind} value={kind} className="plan-body" tabIndex={-1}>
          {report?.kind === kind ? (
            <>
              <MemoryBar memory={report.memory} />
              {report.refused && (
                <div className="plan-note">
                  <ProblemRow problem={report.refused} />
                </div>
              )}
              {report.timing && !report.timing.kernels && <p className="plan-note muted">{t('plan.noTimes')}</p>}
              <KernelList report={report} />
            </>
          ) : (
            <div className="plan-empty">
              {problems.map((problem) => (
                <ProblemRow key={problem.code + (problem.nodeId ?? '')} problem={problem} />
              ))}
              {problems.length === 0 && <p className="muted">{t('plan.compiling')}</p>}
            </div>
          )}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}
