import { ListOrdered } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { StepHead, StepsResult } from '../../engine/session/steps/types.ts'
import { glyphOf } from '../app/glyphs.ts'
import { goToStep, useStepper } from '../store/stepper.ts'
import { IconButton } from '../ui/Button.tsx'
import { operatorName, parameterName, textName } from './sentence.ts'
import { useContext } from './useContext.ts'

/** All steps by name; each leads there. */
export function StepList({ walk }: { readonly walk: StepsResult }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const chosen = useRef(false)
  const at = useStepper((s) => s.at)
  const context = useContext()
  const name = (step: StepHead): string =>
    step.kind === 'update' ? parameterName(context, step) : textName(context, step.name)
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <IconButton icon={ListOrdered} label={t('steps.list')} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popup step-list"
          side="top"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('steps.list')}
          onOpenAutoFocus={() => {
            chosen.current = false
          }}
          onCloseAutoFocus={(event) => {
            // the button would have its hint over the step that was asked for
            if (!chosen.current) return
            event.preventDefault()
            document.querySelector<HTMLElement>('.step-card')?.focus()
          }}
        >
          <ol>
            {walk.steps.map((step, i) => (
              <li key={`${step.kind} ${step.name} ${step.parameter} ${step.brings.join()}`}>
                <button
                  type="button"
                  className="step-list-item"
                  aria-current={i === at ? 'step' : undefined}
                  ref={i === at ? (button) => button?.scrollIntoView({ block: 'nearest' }) : undefined}
                  onClick={() => {
                    chosen.current = true
                    setOpen(false)
                    void goToStep(i)
                  }}
                >
                  <span className="step-list-number">{i + 1}</span>
                  <span className="step-list-phase" data-phase={step.phase}>
                    {t(`steps.kind.${step.kind}`)}
                  </span>
                  <span className="step-list-name">{name(step)}</span>
                  <span className="step-list-op" title={operatorName(step.op, context.language)}>
                    {glyphOf(step.op) ?? operatorName(step.op, context.language)}
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
