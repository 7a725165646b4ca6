/** Where in a training one is, in words. */
import i18next from 'i18next'
import type { HistoryOverview } from '../../engine/session/history/types.ts'
import type { RunResult } from '../../engine/session/protocol.ts'
import { numbersOf } from '../i18n/useNumbers.ts'

/** "Step 1,240 of 2,345, epoch 3". */
export function placeOf(step: number, { planned, stepsPerEpoch }: HistoryOverview): string {
  const { count } = numbersOf(i18next.language)
  const epoch = count(Math.ceil(step / stepsPerEpoch))
  return i18next.t('history.place', { step: count(step), steps: count(planned), epoch })
}

/** The place with the loss of that step. */
export function sentenceOf({ past, objective }: RunResult, overview: HistoryOverview): string {
  const place = placeOf(past?.step ?? 1, overview)
  return objective === null
    ? place
    : i18next.t('history.placeLoss', { place, loss: numbersOf(i18next.language).value(objective) })
}
