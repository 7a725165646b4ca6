import { Stethoscope } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../engine/problem.ts'
import { RunFindings, useRunFindings } from '../history/RunFindings.tsx'
import { useRun } from '../store/run.ts'
import { jumpTo } from './jump.ts'
import { ProblemRow } from './ProblemRow.tsx'
import './problems.css'
import { keyOf } from './useProblems.ts'

const none: readonly Problem[] = []
const sameAs = ({ code, nodeId, params }: Problem): string => `${code} ${nodeId} ${params.name ?? ''}`

/** What the latest run says of the network's health: dead units, lost gradients, the first NaN. */
export function FindingsButton() {
  const { t } = useTranslation()
  const findings = useRun((s) => (s.stale ? none : (s.result?.findings ?? none)))
  const before = useRunFindings()
  if (findings.length + before.length === 0) return null
  // what stands now and stood then is one finding
  const named = new Set([...findings, ...before.map((one) => one.problem)].map(sameAs))
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className="status-item status-warning">
          <Stethoscope size={14} aria-hidden="true" />
          <span aria-live="polite">{t('findings.count', { count: named.size })}</span>
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popup problem-list"
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('findings.title')}
        >
          {findings.length > 0 && <h2 className="problem-heading">{t('findings.title')}</h2>}
          {findings.map((finding) => (
            <Popover.Close key={keyOf(finding)} asChild>
              <button type="button" className="problem-button" onClick={() => jumpTo(finding)}>
                <ProblemRow problem={finding} />
              </button>
            </Popover.Close>
          ))}
          <RunFindings findings={before} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
