import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isError } from '../../engine/problem.ts'
import { Fixes } from './Fixes.tsx'
import { jumpTo } from './jump.ts'
import { ProblemRow } from './ProblemRow.tsx'
import './problems.css'
import { keyOf, useProblems } from './useProblems.ts'

/** The number of problems; pressed, it lists them. */
export function ProblemsButton() {
  const { t } = useTranslation()
  const problems = useProblems()
  const [open, setOpen] = useState(false)
  const errors = problems.filter(isError).length
  const warnings = problems.length - errors
  const Icon = errors > 0 ? CircleX : warnings > 0 ? TriangleAlert : CircleCheck
  const text =
    problems.length === 0
      ? t('problems.none')
      : [
          errors > 0 && t('problems.errors', { count: errors }),
          warnings > 0 && t('problems.warnings', { count: warnings })
        ]
          .filter(Boolean)
          .join(', ')
  return (
    <Popover.Root open={open && problems.length > 0} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          className="status-item status-problems"
          data-severity={errors > 0 ? 'error' : warnings > 0 ? 'warning' : 'none'}
          disabled={problems.length === 0}
        >
          <Icon size={14} aria-hidden="true" />
          <span aria-live="polite">{text}</span>
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popup problem-list"
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('problems.title')}
        >
          {problems.map((problem) => (
            <div key={keyOf(problem)}>
              <Popover.Close asChild>
                <button type="button" className="problem-button" onClick={() => jumpTo(problem)}>
                  <ProblemRow problem={problem} />
                </button>
              </Popover.Close>
              <Fixes problem={problem} onDone={() => jumpTo(problem)} />
            </div>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
