import { Check, History, SkipForward } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useAction } from '../app/useAction.ts'
import { Button } from '../ui/Button.tsx'
import { Hint } from '../ui/Hint.tsx'
import { useHistory, usePast } from './state.ts'
import { placeOf } from './text.ts'
import './history.css'

/** Above the canvas while it shows a step of the past: no number there is of now. */
export function PastBanner() {
  const { t } = useTranslation()
  const past = usePast()
  const overview = useHistory((s) => s.overview)
  const [keep, live] = [useAction('history.keep'), useAction('history.live')]
  if (!past || !overview) return null
  return (
    <aside className="past-banner" aria-label={t('history.title')}>
      <History size={15} aria-hidden="true" />
      <p className="numbers">
        <b>{placeOf(past.step, overview)}</b>
        <span>{t('history.asItWas')}</span>
      </p>
      <Hint text={t('history.keepHint')}>
        <Button icon={Check} onClick={keep.perform}>
          {keep.label}
        </Button>
      </Hint>
      <Hint text={live.label} shortcut={live.shortcut}>
        <Button icon={SkipForward} look="primary" onClick={live.perform}>
          {t('history.toNow')}
        </Button>
      </Hint>
    </aside>
  )
}
