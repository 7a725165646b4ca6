/** The two numbers of a wire: its value above it, the gradient that comes back along it below. */
import { TriangleAlert } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import type { TensorType } from '../../engine/ir/types.ts'
import type { Problem } from '../../engine/problem.ts'
import type { Cell, Summary } from '../../engine/session/protocol.ts'
import { CheckBadge } from '../check/CheckBadge.tsx'
import { useProblemText } from '../i18n/useProblemText.ts'
import { useT } from '../i18n/useT.ts'
import { usePendingStep } from '../stepper/progress.ts'
import { select } from '../store/editor.ts'
import { goToStep } from '../store/stepper.ts'
import { Hint } from '../ui/Hint.tsx'
import { formatBroken, formatNumber, formatShape } from '../value/format.ts'
import { HeatStrip } from '../value/HeatStrip.tsx'
import { viewTensor } from '../value/viewer.ts'
import type { Point } from './geometry.ts'

interface WireLabelProps {
  readonly id: string
  readonly which: 'value' | 'gradient'
  readonly type: TensorType
  readonly cell: Cell | undefined
  readonly at: Point
}

export const WireLabel = memo(
  function WireLabel({ id, which, type, cell, at }: WireLabelProps) {
    const t = useT()
    const summary = which === 'value' ? cell?.value : cell?.gradient
    const scalar = type.shape.length === 0
    const pending = usePendingStep(id, which)
    if (which === 'value' && !cell && scalar) return null
    const text = textOf(summary, type)
    const label = (
      <button
        type="button"
        tabIndex={-1}
        className="wire-label nodrag nopan"
        data-which={which}
        data-scalar={scalar || undefined}
        data-edge={id}
        data-pending={pending !== null || undefined}
        title={pending === null ? undefined : t('steps.pending')}
        aria-label={
          pending === null
            ? t(which === 'value' ? 'canvas.valueIs' : 'canvas.gradientIs', { text })
            : t('steps.pending')
        }
        onClick={() => {
          if (pending !== null) void goToStep(pending)
          else if (summary) viewTensor({ kind: 'edge', id }, which)
          else select({ edges: [id] })
        }}
      >
        {which === 'gradient' && <span className="wire-mark">∂</span>}
        {pending === null ? (
          <Figure summary={summary ?? null} type={type} which={which} />
        ) : (
          <span className="wire-number">?</span>
        )}
        {which === 'gradient' && <CheckBadge edge={id} />}
      </button>
    )
    return (
      <div className="wire-label-place" style={{ left: at.x, top: at.y }}>
        {which === 'value' || summary ? label : <WhyNone why={cell?.why}>{label}</WhyNone>}
      </div>
    )
  },
  (a, b) => a.id === b.id && a.type === b.type && a.cell === b.cell && a.at.x === b.at.x && a.at.y === b.at.y
)

/** Says of a wire without a gradient why there is none. */
function WhyNone({ why, children }: { readonly why: Problem | null | undefined; readonly children: ReactNode }) {
  const t = useT()
  const problemText = useProblemText()
  return (
    <Hint text={why ? problemText(why).message : t('canvas.noGradient')} side="top">
      {children}
    </Hint>
  )
}

export function textOf(summary: Summary | null | undefined, type: TensorType): string {
  if (!summary) return type.shape.length === 0 ? '–' : formatShape(type.shape)
  const only = summary.shape.length === 0 ? summary.values?.[0] : undefined
  if (only !== undefined) return formatNumber(only)
  return `${formatShape(summary.shape)} ${formatBroken(summary.statistics) ?? `‖·‖ ${formatNumber(summary.statistics.norm)}`}`
}

interface FigureProps {
  readonly summary: Summary | null
  readonly type: TensorType
  readonly which: 'value' | 'gradient'
}

function Figure({ summary, type, which }: FigureProps) {
  if (!summary) return <span className="wire-number">{which === 'value' ? formatShape(type.shape) : '–'}</span>
  const only = summary.values?.length === 1 ? summary.values[0] : undefined
  const broken = formatBroken(summary.statistics)
  const sign = broken && <TriangleAlert className="wire-broken" size={11} aria-hidden="true" />
  if (only !== undefined && summary.shape.length === 0) {
    return (
      <span className="wire-number">
        {sign}
        {formatNumber(only)}
      </span>
    )
  }
  return (
    <span className="wire-tensor">
      <span className="wire-facts">
        <span className="wire-shape">{formatShape(type.shape)}</span>
        <span className="wire-number">
          {sign}
          {only === undefined ? (broken ?? `‖·‖ ${formatNumber(summary.statistics.norm, 3)}`) : formatNumber(only)}
        </span>
      </span>
      {only === undefined && <HeatStrip values={summary.strip} />}
    </span>
  )
}
