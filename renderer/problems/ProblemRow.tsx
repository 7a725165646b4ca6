import { CircleX, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { isError, type Problem } from '../../engine/problem.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import './problems.css'

/** What is wrong, where, and what to do. */
export function ProblemRow({ problem }: { readonly problem: Problem }) {
  const { t } = useTranslation()
  const { message, hint } = useProblemText()(problem)
  const Icon = isError(problem) ? CircleX : TriangleAlert
  const place = problem.nodeId ?? problem.edgeId
  return (
    <span className="problem" data-severity={problem.severity}>
      <Icon size={15} role="img" aria-label={t(`problems.${problem.severity}`)} />
      <span>
        {place && <b className="problem-place">{place}</b>} {message}
        {hint && <span className="problem-hint">{hint}</span>}
      </span>
    </span>
  )
}
