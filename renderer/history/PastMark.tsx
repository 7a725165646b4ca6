import { History } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useNumbers } from '../i18n/useNumbers.ts'
import { usePast } from './state.ts'
import './history.css'

/** Beside numbers that are of a step of the past. */
export function PastMark() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const past = usePast()
  return past ? (
    <span className="past-mark numbers">
      <History size={11} aria-hidden="true" />
      {t('history.mark', { step: numbers.count(past.step) })}
    </span>
  ) : null
}
