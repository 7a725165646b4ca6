import { Check, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '../value/format.ts'
import { passes, useCheck, useEdgeCheck } from './state.ts'
import './badge.css'

/** Beside a gradient: whether differences agree with it. */
export function CheckBadge({ edge }: { readonly edge: string }) {
  const { t } = useTranslation()
  const found = useEdgeCheck(edge)
  const good = useCheck((s) => s.report !== null && found !== undefined && passes(s.report, found))
  if (!found) return null
  const Icon = good ? Check : X
  const text = t(good ? 'check.agrees' : 'check.differs', { error: formatNumber(found.relativeError, 2) })
  return (
    <span className="check-badge" data-good={good || undefined} title={text}>
      <Icon size={11} strokeWidth={3} role="img" aria-label={text} />
    </span>
  )
}
