import { OctagonPause } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { setConditions, toggleBreakpoint, useStepper } from '../store/stepper.ts'
import { IconButton } from '../ui/Button.tsx'
import { NumberField } from '../ui/NumberField.tsx'
import { Toggle } from '../ui/Toggle.tsx'
import { textName } from './sentence.ts'
import { useContext } from './useContext.ts'

/** Where a walk that runs stops: at nodes, and at numbers that are out of the ordinary. */
export function StopSettings() {
  const { t } = useTranslation()
  const ids = { broken: useId(), above: useId(), shape: useId() }
  const conditions = useStepper((s) => s.conditions)
  const breakpoints = useStepper((s) => s.breakpoints)
  const context = useContext()
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton icon={OctagonPause} label={t('steps.stops')} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popup stop-settings"
          side="top"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('steps.stops')}
        >
          <h3>{t('steps.stops')}</h3>
          <div className="stop-row">
            <label htmlFor={ids.broken}>{t('steps.condition.broken')}</label>
            <Toggle
              id={ids.broken}
              label={t('steps.condition.broken')}
              checked={conditions.broken}
              onChange={(broken) => setConditions({ broken })}
            />
          </div>
          <div className="stop-row">
            <label htmlFor={ids.above}>{t('steps.condition.above')}</label>
            <Toggle
              label={t('steps.condition.above')}
              checked={conditions.above !== null}
              onChange={(on) => setConditions({ above: on ? 10 : null })}
            />
          </div>
          {conditions.above !== null && (
            <NumberField
              id={ids.above}
              label={t('steps.condition.above')}
              value={conditions.above}
              min={0}
              onCommit={(above) => setConditions({ above })}
            />
          )}
          <div className="stop-row">
            <label htmlFor={ids.shape}>{t('steps.condition.shape')}</label>
            <input
              id={ids.shape}
              className="field numbers"
              value={conditions.shape}
              placeholder="128, 10"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setConditions({ shape: event.target.value })}
            />
          </div>
          <h3>{t('steps.breakpoints')}</h3>
          {breakpoints.size === 0 ? (
            <p className="muted">{t('steps.noBreakpoints')}</p>
          ) : (
            <ul className="stop-list">
              {[...breakpoints].map((node) => (
                <li key={node}>
                  <span className="breakpoint-dot" aria-hidden="true" />
                  {textName(context, node)}
                  <button type="button" className="go-to" onClick={() => toggleBreakpoint(node)}>
                    {t('steps.remove')}
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
