import { Popover } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import type { RunFinding } from '../../engine/session/history/types.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { jumpTo } from '../problems/jump.ts'
import { ProblemRow } from '../problems/ProblemRow.tsx'
import { keyOf } from '../problems/useProblems.ts'
import { goTo, useHistory } from './state.ts'

const none: readonly RunFinding[] = []

/** What was said in the course of the last training, where the graph is still the same. */
export const useRunFindings = (): readonly RunFinding[] => useHistory((s) => (s.fits ? (s.findings ?? none) : none))

/** Each leads to its node, and to the step in which it was met first. */
export function RunFindings({ findings }: { readonly findings: readonly RunFinding[] }) {
  const { t } = useTranslation()
  const { count } = useNumbers()
  if (findings.length === 0) return null
  return (
    <>
      <h2 className="problem-heading">{t('history.findings')}</h2>
      {findings.map(({ problem, from, to }) => (
        <Popover.Close key={keyOf(problem)} asChild>
          <button
            type="button"
            className="problem-button"
            onClick={() => {
              jumpTo(problem)
              void goTo(from)
            }}
          >
            <ProblemRow problem={problem} />
            <span className="past-steps numbers">
              {from === to
                ? t('history.mark', { step: count(from) })
                : t('history.steps', { from: count(from), to: count(to) })}
            </span>
          </button>
        </Popover.Close>
      ))}
    </>
  )
}
