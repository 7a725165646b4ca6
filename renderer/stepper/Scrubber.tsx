import { useTranslation } from 'react-i18next'
import type { StepPhase, StepsResult } from '../../engine/session/steps/types.ts'
import { goToStep, useStepper } from '../store/stepper.ts'
import { sentenceOf } from './sentence.ts'
import { useContext } from './useContext.ts'

const PHASES: readonly StepPhase[] = ['forward', 'backward', 'update']

/** All steps as a line, from the first forward to the last update; drag it, or use the arrow keys. */
export function Scrubber({ walk }: { readonly walk: StepsResult }) {
  const { t } = useTranslation()
  const at = useStepper((s) => s.at)
  const breakpoints = useStepper((s) => s.breakpoints)
  const context = useContext()
  const head = walk.steps[at]
  const count = walk.steps.length
  const place = (i: number): string => `${count < 2 ? 0 : (i / (count - 1)) * 100}%`
  return (
    <div className="scrubber">
      <div className="scrubber-phases" aria-hidden="true">
        {PHASES.map((phase) => {
          const steps = walk.steps.filter((step) => step.phase === phase).length
          if (steps === 0) return null
          return (
            <button
              key={phase}
              type="button"
              tabIndex={-1}
              className="scrubber-phase"
              data-phase={phase}
              data-now={head?.phase === phase || undefined}
              style={{ flexGrow: steps }}
              onClick={() => void goToStep(walk.steps.findIndex((step) => step.phase === phase))}
            >
              <span>{t(`steps.phase.${phase}`)}</span>
            </button>
          )
        })}
      </div>
      <div className="scrubber-track">
        {walk.steps.map((step, i) =>
          breakpoints.has(step.node) ? (
            <span
              key={`${step.kind} ${step.name} ${step.parameter}`}
              className="scrubber-stop"
              style={{ left: place(i) }}
            />
          ) : null
        )}
        <input
          type="range"
          min={0}
          max={count - 1}
          step={1}
          value={at}
          aria-label={t('steps.scrub')}
          aria-valuetext={head && `${t('steps.place', { at: at + 1, count })}. ${sentenceOf(head, null, context)}`}
          style={{ '--done': place(at) } as React.CSSProperties}
          onChange={(event) => void goToStep(Number(event.target.value))}
        />
      </div>
    </div>
  )
}
