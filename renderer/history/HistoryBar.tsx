import { ChevronLeft, ChevronRight, History, SkipForward } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { HistoryOverview } from '../../engine/session/history/types.ts'
import { useAction } from '../app/useAction.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { bytesText } from '../plan/text.ts'
import { useRun } from '../store/run.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { canLookBack, goTo, useHistory } from './state.ts'
import './history.css'

/** Why there is no step to go to. */
function Why({ overview }: { readonly overview: HistoryOverview | null }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const training = useRun((s) => s.status === 'training')
  const text = training
    ? t('history.afterwards')
    : overview === null
      ? null
      : overview.sampled.length === 0
        ? t('history.tooLarge', { size: bytesText(numbers, overview.bytesPerSample) })
        : t('history.otherGraph')
  return text && <p className="history-text muted">{text}</p>
}

/** Which step of the training is on screen, and ways to another. */
export function HistoryBar() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const history = useHistory()
  const [earlier, later, live] = [useAction('history.earlier'), useAction('history.later'), useAction('history.live')]
  const loss = useRun((s) => (s.result?.past ? s.result.objective : null))
  const { overview, at } = history
  const possible = canLookBack(history)
  return (
    <section className="history-bar" aria-label={t('history.title')}>
      <History size={14} aria-hidden="true" />
      {possible && overview ? (
        <>
          <IconButton
            icon={ChevronLeft}
            label={earlier.label}
            shortcut={earlier.shortcut}
            disabled={!earlier.enabled}
            onClick={earlier.perform}
          />
          <IconButton
            icon={ChevronRight}
            label={later.label}
            shortcut={later.shortcut}
            disabled={!later.enabled}
            onClick={later.perform}
          />
          {at === null ? (
            <p className="history-text muted">{t('history.hint')}</p>
          ) : (
            <p className="history-text numbers">
              {t('history.step')}
              <NumberField
                label={t('history.stepField')}
                value={at}
                integer
                min={1}
                max={overview.steps}
                step={1}
                onCommit={(step) => void goTo(step)}
              />
              {t('history.ofSteps', { steps: numbers.count(overview.planned) })}
              <span className="history-more">
                · {t('history.epoch', { epoch: numbers.count(Math.ceil(at / overview.stepsPerEpoch)) })}
                {loss !== null && <span className="muted"> · {t('history.loss', { loss: numbers.value(loss) })}</span>}
              </span>
            </p>
          )}
          {at !== null && (
            <Button icon={SkipForward} onClick={live.perform}>
              {t('history.now')}
            </Button>
          )}
        </>
      ) : (
        <Why overview={overview} />
      )}
    </section>
  )
}
