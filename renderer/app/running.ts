/** Runs as a person asks for them: what comes of it is told. */
import i18next from 'i18next'
import { numbersOf } from '../i18n/useNumbers.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { usePlots } from '../plots/state.ts'
import { announce, toast } from '../store/announce.ts'
import { reset, run, train, useRun } from '../store/run.ts'
import { togglePanel, useSettings } from '../store/settings.ts'
import { closeOthers } from './below.ts'
import { messageOf } from './errors.ts'

const t = i18next.t.bind(i18next)

export async function runNow(): Promise<void> {
  await run()
  const { problems, result } = useRun.getState()
  const first = problems[0]
  if (first) {
    const { message, hint } = problemText(first, i18next.language)
    toast('failed', message, hint ?? undefined)
  } else if (result) {
    const numbers = numbersOf(i18next.language)
    announce(
      result.objective === null
        ? t('run.doneNoObjective')
        : t('run.done', { value: numbers.value(result.objective), time: numbers.value(result.milliseconds, 2) })
    )
  }
}

export async function startTraining(): Promise<void> {
  // the boundary is there to be watched
  closeOthers(usePlots.getState().tab === 'plane' ? 'plots' : null)
  togglePanel('training', true)
  const outcome = await train()
  // the panel tells how it ended; only where it was closed meanwhile a message does
  if (!outcome || useSettings.getState().panels.training) return
  if (outcome.outcome === 'failed') {
    const first = outcome.problems[0]
    const text = first ? problemText(first, i18next.language) : null
    toast('failed', text?.message ?? t('training.failed'), text?.hint ?? undefined)
  } else
    toast(
      outcome.outcome === 'done' ? 'done' : 'note',
      t(outcome.outcome === 'done' ? 'training.done' : 'training.cancelled')
    )
}

export async function resetWeights(): Promise<void> {
  try {
    await reset()
    toast('done', t('weights.reset'))
  } catch (error) {
    toast('failed', t('weights.notReset'), messageOf(error))
  }
}
