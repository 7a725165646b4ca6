import { CircleX, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { isError, type Problem } from '../../engine/problem.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import './problems.css'

interface ProblemRowProps {
  readonly problem: Problem
  /** Says also what to do. */
  readonly advises?: boolean
}

/** What is wrong, where, and what to do. */
export function ProblemRow({ problem, advises = true }: ProblemRowProps) {
  const { t } = useTranslation()
  const { message, hint } = useProblemText()(problem)
  const Icon = isError(problem) ? CircleX : TriangleAlert
  const place = problem.nodeId ?? problem.edgeId
  return (
    <span className="problem" data-severity={problem.severity}>
      <Icon size={15} role="img" aria-label={t(`problems.${problem.severity}`)} />
      <span>
        {place && <b className="problem-place">{place}</b>} {message}
        {advises && hint && <span className="problem-hint">{hint}</span>}
      </span>
    </span>
  )
}
