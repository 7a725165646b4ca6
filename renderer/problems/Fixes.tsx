import { Wrench } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../engine/problem.ts'
import { applyFix, fixText, useFixes } from './fixing.ts'
import './problems.css'

/** What would mend the problem, each a button. */
export function Fixes({ problem, onDone }: { readonly problem: Problem; readonly onDone?: () => void }) {
  const { t, i18n } = useTranslation()
  const fixes = useFixes(problem)
  if (!fixes || fixes.length === 0) return null
  return (
    <ul className="fixes" aria-label={t('fixes.title')}>
      {fixes.map((fix) => {
        const text = fixText(fix, t, i18n.language)
        return (
          <li key={text}>
            <button
              type="button"
              className="fix"
              onClick={() => {
                applyFix(fix)
                onDone?.()
              }}
            >
              <Wrench className="fix-sign" size={13} aria-hidden="true" />
              {text}
            </button>
          </li>
        )
      })}
    </ul>
  )
}
