import { ScanEye, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useRun } from '../store/run.ts'
import { useStepper } from '../store/stepper.ts'
import { IconButton } from '../ui/Button.tsx'
import { closeSample } from './state.ts'
import './sample.css'

/** Says over the canvas that its numbers are of one example, where no panel says so. */
export function SampleChip() {
  const { t } = useTranslation()
  const sample = useRun((s) => s.sample)
  const walking = useStepper((s) => s.status !== 'off')
  if (!sample || !walking) return null
  return (
    <div className="sample-chip-place">
      <div className="sample-chip">
        <ScanEye size={14} aria-hidden="true" />
        <span className="numbers">
          {t('sample.chip', { row: sample.row, split: t(`sample.splits.${sample.split}`) })}
        </span>
        <IconButton icon={X} size={13} label={t('sample.close')} onClick={closeSample} />
      </div>
    </div>
  )
}
