/** On a wire: the way that numbers go in this step, and the local derivative while it is asked for. */
import { EdgeLabelRenderer } from '@xyflow/react'
import { Eye } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Point } from '../canvas/geometry.ts'
import { Formula } from '../value/Formula.tsx'
import { formatNumber } from '../value/format.ts'
import './marks.css'
import { type Saying, useWireWay } from './progress.ts'
import { useFill } from './useContext.ts'

interface StepWireProps {
  readonly id: string
  readonly path: string
  /** Where the local derivative stands. */
  readonly at: Point
  readonly saying: Saying | null
}

export function StepWire({ id, path, at, saying }: StepWireProps) {
  const way = useWireWay(id)
  if (way === null) return null
  return (
    <>
      <path className="step-flow" data-way={way} d={path} fill="none" />
      {saying && <Local at={at} saying={saying} />}
    </>
  )
}

function Local({ at, saying: { number, more, matrix, read } }: { readonly at: Point; readonly saying: Saying }) {
  const { t } = useTranslation()
  const fill = useFill()
  return (
    <EdgeLabelRenderer>
      <span
        className="step-local nodrag nopan"
        title={t('steps.local')}
        style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px) scale(var(--label-scale, 1))` }}
      >
        {number !== null && `× ${formatNumber(number, 3)}${more > 0 ? ' …' : ''}`}
        {matrix !== null && (
          <>
            · <Formula tex={fill(matrix)} />
          </>
        )}
        {read && <Eye size={11} role="img" aria-label={t('steps.readsValue')} />}
      </span>
    </EdgeLabelRenderer>
  )
}
