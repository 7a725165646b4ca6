/** While a wire is pulled: why it does not fit, in words beside the pointer. */
import { useConnection } from '@xyflow/react'
import { CircleX, TriangleAlert, Wrench } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Wire } from '../../engine/document/connect.ts'
import { type Fix, fixesForWire } from '../../engine/document/fixes.ts'
import type { Problem } from '../../engine/problem.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { fixText } from '../problems/fixing.ts'
import { useEditor } from '../store/editor.ts'
import { endOf, nodeUnder } from './gestures.ts'
import { type End, mismatch, reasonAgainstNode, refusal, wireBetween, wireTo } from './wires.ts'

interface Reason {
  readonly refused: boolean
  readonly problem: Problem | null
  /** The wire that may be drawn all the same. */
  readonly wire?: Wire
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
    return problem && { refused: false, problem, wire }
  }
  if (node === null || node === from.node) return null
  const wire = wireTo(document, from, node)
  if (!wire) return { refused: true, problem: reasonAgainstNode(document, from, node) }
  const problem = mismatch(document, wire)
  return problem && { refused: false, problem, wire }
}

/** Milliseconds that the pointer rests before fixes are looked for. */
const REST = 120

/** What letting go here will offer. */
function FixAhead({ wire }: { readonly wire: Wire }) {
  const { t, i18n } = useTranslation()
  const { source, sourceHandle, target, targetHandle } = wire
  const place = [source, sourceHandle, target, targetHandle].join(' ')
  const [found, setFound] = useState<{ readonly place: string; readonly fix: Fix | undefined } | null>(null)
  const asked = useRef(wire)
  asked.current = wire
  useEffect(() => {
    const look = () => setFound({ place, fix: fixesForWire(useEditor.getState().document, asked.current)[0] })
    const timer = setTimeout(look, REST)
    return () => clearTimeout(timer)
  }, [place])
  if (found?.place !== place || !found.fix) return null
  return (
    <span className="connection-fix">
      <Wrench size={13} aria-hidden="true" />
      {fixText(found.fix, t, i18n.language)}
    </span>
  )
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
  // where there is room for it
  const left = pointer.x > box.width - 320
  const above = pointer.y > box.height / 2
  return (
    <div
      className="connection-hint"
      data-refused={reason.refused || undefined}
      data-testid="connection-hint"
      role="status"
      style={{
        left: pointer.x + (left ? -16 : 16),
        top: pointer.y + (above ? -14 : 14),
        translate: `${left ? '-100%' : 0} ${above ? '-100%' : 0}`
      }}
    >
      <Icon size={15} aria-hidden="true" />
      <span>
        {words.message}
        {words.hint && <span className="problem-hint">{words.hint}</span>}
        {reason.wire && <FixAhead wire={reason.wire} />}
      </span>
    </div>
  )
}
