import { Cpu, TriangleAlert } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import { BACKENDS, type BackendChoice } from '../../engine/session/protocol.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { useRun } from '../store/run.ts'
import { setSettings, useSettings } from '../store/settings.ts'
import { Choice } from '../ui/Choice.tsx'

/** What the numbers are computed on, and why not on something better. */
export function BackendStatus() {
  const { t } = useTranslation()
  const report = useRun((s) => s.backend)
  const training = useRun((s) => s.status === 'training')
  const choice = useSettings((s) => s.backend)
  const choices: readonly BackendChoice[] = ['auto', ...BACKENDS]
  const name = report ? t(`backends.${report.backend}`) : t('status.noBackend')
  const { passedOver = [], trials = [] } = report ?? {}
  // no GPU is usual; plain JavaScript where WebAssembly should be is not
  const slow = passedOver.some(({ backend }) => backend === 'wasm')
  const problemText = useProblemText()
  const numbers = useNumbers()
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className="status-item" aria-label={`${t('status.backend')}: ${name}`}>
          {slow ? (
            <TriangleAlert size={14} className="status-warning" aria-hidden="true" />
          ) : (
            <Cpu size={14} aria-hidden="true" />
          )}
          {name}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popup status-popover"
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('status.backend')}
        >
          <h3>{t('status.backend')}</h3>
          <Choice<BackendChoice>
            label={t('status.backendChoice')}
            value={choice}
            options={choices.map((value) => ({ value, text: t(`backends.${value}`) }))}
            disabled={training}
            onChange={(backend) => setSettings({ backend })}
          />
          {report && <p>{t('status.runsOn', { backend: name, device: report.device })}</p>}
          {trials.length > 0 && (
            <>
              <h3>{t('status.trials')}</h3>
              <dl className="passed-over">
                {trials.map(({ backend, stepsPerSecond }) => (
                  <div key={backend}>
                    <dt>{t(`backends.${backend}`)}</dt>
                    <dd className="numbers">{t('training.speed', { speed: numbers.count(stepsPerSecond) })}</dd>
                  </div>
                ))}
              </dl>
            </>
          )}
          {passedOver.length > 0 && (
            <>
              <h3>{t('status.passedOver')}</h3>
              <dl className="passed-over">
                {passedOver.map(({ backend, why }) => (
                  <div key={backend}>
                    <dt>{t(`backends.${backend}`)}</dt>
                    <dd>{problemText(why).message}</dd>
                  </div>
                ))}
              </dl>
            </>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
