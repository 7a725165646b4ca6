import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStepper } from '../store/stepper.ts'
import './marks.css'
import { type NodeProgress, useProgress } from './progress.ts'

interface StepMarkProps {
  /** The nodes that the card stands for: one, or all of a closed group. */
  readonly nodes: ReadonlySet<string>
}

/** On a card: whether the walk has been here, and whether it stops here. Style sheets draw the card by it. */
export function StepMark({ nodes }: StepMarkProps) {
  const progress = useProgress(nodes)
  const stops = useStepper((s) => s.breakpoints.size > 0 && [...nodes].some((node) => s.breakpoints.has(node)))
  return progress || stops ? <Mark progress={progress} stops={stops} /> : null
}

function Mark({ progress, stops }: { readonly progress: NodeProgress | null; readonly stops: boolean }) {
  const { t } = useTranslation()
  const phase = useStepper((s) => (progress === 'active' ? s.walk?.steps[s.at]?.phase : undefined))
  const at = useStepper((s) => (progress === 'active' ? s.at + 1 : 0))
  return (
    <>
      {stops && (
        <span className="breakpoint-mark" role="img" aria-label={t('steps.breakpoint')} title={t('steps.breakpoint')} />
      )}
      {progress && (
        <span
          className="step-mark"
          data-state={progress}
          data-phase={phase}
          role="img"
          aria-label={t(`steps.progress.${progress}`)}
        >
          {progress === 'active' && at}
          {progress === 'done' && <Check size={11} strokeWidth={3} aria-hidden="true" />}
          {progress === 'back' && '∂'}
        </span>
      )}
    </>
  )
}
