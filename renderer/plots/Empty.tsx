import { LoaderCircle } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../engine/problem.ts'
import { ProblemRow } from '../problems/ProblemRow.tsx'
import { useRun } from '../store/run.ts'
import { useNow } from './useNow.ts'

/** In the place of a plot that cannot be drawn, or is not there yet. */
export function Empty({
  problems,
  text
}: {
  readonly problems: readonly Problem[]
  readonly text?: string | undefined
}) {
  const { t } = useTranslation()
  const { training, version } = useNow()
  // what keeps the graph from running keeps the plot from being drawn
  const failed = useRun((s) => s.problems)
  const shown = problems.length > 0 || text !== undefined || version !== null ? problems : failed
  return (
    <div className="plots-empty">
      {shown.map((problem) => (
        <ProblemRow key={problem.code} problem={problem} />
      ))}
      {shown.length === 0 &&
        (text || training ? (
          <p className="muted">{text ?? t('plots.afterTraining')}</p>
        ) : (
          <p className="muted">
            <LoaderCircle size={15} className="spin" aria-hidden="true" />
            {t('plots.busy')}
          </p>
        ))}
    </div>
  )
}
