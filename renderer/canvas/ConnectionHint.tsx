/** While a wire is pulled: why it does not fit, in words beside the pointer. */
import { useConnection } from '@xyflow/react'
import { CircleX, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../engine/problem.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { useEditor } from '../store/editor.ts'
import { endOf, nodeUnder } from './gestures.ts'
import { type End, mismatch, reasonAgainstNode, refusal, wireBetween, wireTo } from './wires.ts'

interface Reason {
  readonly refused: boolean
  readonly problem: Problem | null
}

/** Null where nothing speaks against the wire. */
function reasonFor(from: End, to: End | null, node: string | null): Reason | null {
  const { document } = useEditor.getState()
  if (to) {
    const wire = wireBetween(document, from, to)
    if (!wire) return to.node === from.node ? null : { refused: true, problem: null }
    const refused = refusal(document, wire)
    if (refused) return { refused: true, problem: refused }
    const problem = mismatch(document, wire)
    return problem && { refused: false, problem }
  }
  if (node === null || node === from.node) return null
  const wire = wireTo(document, from, node)
  if (!wire) return { refused: true, problem: reasonAgainstNode(document, from, node) }
  const problem = mismatch(document, wire)
  return problem && { refused: false, problem }
}

export function ConnectionHint() {
  const connection = useConnection()
  if (!connection.inProgress) return null
  return (
    <PulledWireHint from={endOf(connection.fromHandle)} to={endOf(connection.toHandle)} pointer={connection.pointer} />
  )
}

interface PulledWireHintProps {
  readonly from: End | null
  readonly to: End | null
  readonly pointer: { readonly x: number; readonly y: number }
}

function PulledWireHint({ from, to, pointer }: PulledWireHintProps) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  if (!from || !box) return null
  const node = nodeUnder({ x: pointer.x + box.x, y: pointer.y + box.y })
  const reason = reasonFor(from, to, node)
  if (!reason) return null
  const words = reason.problem
    ? textOf(reason.problem)
    : { message: t(from.side === 'source' ? 'canvas.noInput' : 'canvas.noOutput'), hint: null }
  const Icon = reason.refused ? CircleX : TriangleAlert
  const left = pointer.x > box.width - 320
  return (
    <div
      className="connection-hint"
      data-refused={reason.refused || undefined}
      data-testid="connection-hint"
      role="status"
      style={{ left: pointer.x + (left ? -16 : 16), top: pointer.y + 14, translate: left ? '-100% 0' : undefined }}
    >
      <Icon size={15} aria-hidden="true" />
      <span>
        {words.message}
        {words.hint && <span className="problem-hint">{words.hint}</span>}
      </span>
    </div>
  )
}
