import { Stethoscope } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../engine/problem.ts'
import { useRun } from '../store/run.ts'
import { jumpTo } from './jump.ts'
import { ProblemRow } from './ProblemRow.tsx'
import './problems.css'
import { keyOf } from './useProblems.ts'

const none: readonly Problem[] = []

/** What the latest run says of the network's health: dead units, lost gradients, the first NaN. */
export function FindingsButton() {
  const { t } = useTranslation()
  const findings = useRun((s) => (s.stale ? none : (s.result?.findings ?? none)))
  if (findings.length === 0) return null
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className="status-item status-warning">
          <Stethoscope size={14} aria-hidden="true" />
          <span aria-live="polite">{t('findings.count', { count: findings.length })}</span>
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
          <h2 className="problem-heading">{t('findings.title')}</h2>
          {findings.map((finding) => (
            <Popover.Close key={keyOf(finding)} asChild>
              <button type="button" className="problem-button" onClick={() => jumpTo(finding)}>
                <ProblemRow problem={finding} />
              </button>
            </Popover.Close>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
