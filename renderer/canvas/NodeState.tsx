import { CircleX, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { isError, type Problem } from '../../engine/problem.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { useNodeProblems } from '../store/editor.ts'
import { Hint } from '../ui/Hint.tsx'

/** Orange warning or red error, error first; each with a sign of its own, and the text on hover. */
export function NodeState({ id }: { readonly id: string }) {
  const problems = useNodeProblems(id)
  return problems.length === 0 ? null : <Sign problems={problems} />
}

function Sign({ problems }: { readonly problems: readonly Problem[] }) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const error = problems.some(isError)
  const Icon = error ? CircleX : TriangleAlert
  const sorted = [...problems].sort((a, b) => Number(isError(b)) - Number(isError(a)))
  const text = sorted.map((problem) => {
    const { message, hint } = textOf(problem)
    return (
      <span className="problem-text" key={`${problem.code} ${message}`}>
        {message} {hint && <span className="problem-hint">{hint}</span>}
      </span>
    )
  })
  return (
    <Hint text={text} side="top">
      <span
        className="node-state nodrag"
        data-state={error ? 'error' : 'warning'}
        role="img"
        aria-label={`${t(error ? 'canvas.error' : 'canvas.warning')}: ${sorted.map((p) => textOf(p).message).join(' ')}`}
      >
        <Icon size={16} />
      </span>
    </Hint>
  )
}
