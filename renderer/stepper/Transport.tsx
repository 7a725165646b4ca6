import { ChevronsRight, Pause, Play, RotateCcw, StepBack, StepForward, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { StepsResult } from '../../engine/session/steps/types.ts'
import { useAction } from '../app/useAction.ts'
import { SPEEDS, setSpeed, useStepper } from '../store/stepper.ts'
import { IconButton } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { Scrubber } from './Scrubber.tsx'
import { StepList } from './StepList.tsx'
import { StopSettings } from './StopSettings.tsx'

function ActionButton({ id, icon, size }: { readonly id: string; readonly icon: typeof Play; readonly size?: number }) {
  const action = useAction(id)
  return (
    <IconButton
      icon={icon}
      label={action.label}
      disabled={!action.enabled}
      onClick={action.perform}
      {...(action.shortcut ? { shortcut: action.shortcut } : {})}
      {...(size ? { size } : {})}
    />
  )
}

function PlayButton() {
  const { t } = useTranslation()
  const playing = useStepper((s) => s.playing)
  const { shortcut, perform } = useAction('run.play')
  return (
    <IconButton
      className="transport-play"
      icon={playing ? Pause : Play}
      label={t(playing ? 'steps.pause' : 'steps.play')}
      onClick={perform}
      {...(shortcut ? { shortcut } : {})}
    />
  )
}

/** Buttons as on a player, and the line of all steps. */
export function Transport({ walk }: { readonly walk: StepsResult }) {
  const { t } = useTranslation()
  const speed = useStepper((s) => s.speed)
  return (
    <div className="transport">
      <div className="transport-group">
        <ActionButton id="run.firstStep" icon={RotateCcw} size={15} />
        <ActionButton id="run.stepBack" icon={StepBack} />
        <PlayButton />
        <ActionButton id="run.step" icon={StepForward} />
        <ActionButton id="run.runOn" icon={ChevronsRight} />
      </div>
      <Scrubber walk={walk} />
      <div className="transport-group">
        <Choice
          label={t('steps.speed')}
          value={String(speed)}
          options={SPEEDS.map((s) => ({ value: String(s), text: `${s}×` }))}
          onChange={(value) => setSpeed(Number(value))}
        />
        <StopSettings />
        <StepList walk={walk} />
        <ActionButton id="run.endSteps" icon={X} />
      </div>
    </div>
  )
}
