import type { KeyboardEvent, PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { HistoryOverview } from '../../engine/session/history/types.ts'
import { canLookBack, goBy, goLive, goTo, lookAt, useHistory } from './state.ts'
import { placeOf } from './text.ts'
import './history.css'

/** Between the step of the training and the place in the chart. */
export interface StepScale {
  /** Pixels from the left of the plot. */
  toPlace(step: number): number
  toStep(place: number): number
  /** Where the plot lies in the chart, beside its axes. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The kept step that lies next to a place; null, for now, right of them all. */
function stepAt(place: number, scale: StepScale, { sampled, steps }: HistoryOverview): number | null {
  const end = Math.min(scale.width, scale.toPlace(steps))
  if (place >= end - 1) return null
  const step = scale.toStep(place)
  return sampled.reduce((best, s) => (Math.abs(s - step) < Math.abs(best - step) ? s : best), sampled[0] as number)
}

export const goToPlace = (place: number, scale: StepScale): void => {
  const { overview } = useHistory.getState()
  const step = overview && stepAt(place, scale, overview)
  if (overview) void (step === null ? goLive() : lookAt(step as number))
}

/** The step that is looked at, as a line in the chart: it is dragged, and hears the arrow keys. */
export function HistoryLine({ scale }: { readonly scale: StepScale }) {
  const { t } = useTranslation()
  const history = useHistory()
  const { overview, at } = history
  if (!overview || !canLookBack(history)) return null
  const { steps, stepsPerEpoch } = overview
  const place = at === null ? scale.toPlace(steps) : scale.toPlace(at)
  const left = Math.max(0, Math.min(scale.width, place))

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const box = (event.currentTarget.parentElement as HTMLElement).getBoundingClientRect()
    goToPlace(event.clientX - box.left, scale)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const from = at ?? steps + 1
    const by: Readonly<Record<string, () => unknown>> = {
      ArrowLeft: () => (event.shiftKey ? goTo(from - 1) : goBy(-1)),
      ArrowDown: () => goBy(-1),
      ArrowRight: () => (event.shiftKey && from < steps ? goTo(from + 1) : goBy(1)),
      ArrowUp: () => goBy(1),
      PageUp: () => goTo(from - stepsPerEpoch),
      PageDown: () => (from + stepsPerEpoch > steps ? goLive() : goTo(from + stepsPerEpoch)),
      Home: () => goTo(1),
      End: () => goLive(),
      Escape: () => goLive()
    }
    const act = by[event.key]
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    event.stopPropagation()
    void act()
  }
  return (
    <div
      className="history-layer"
      style={{ left: scale.left, top: scale.top, width: scale.width, height: scale.height }}
    >
      <div
        className="history-line"
        data-live={at === null || undefined}
        role="slider"
        tabIndex={0}
        aria-label={t('history.line')}
        aria-valuemin={1}
        aria-valuemax={steps + 1}
        aria-valuenow={at ?? steps + 1}
        aria-valuetext={at === null ? t('history.now') : placeOf(at, overview)}
        style={{ transform: `translateX(${left}px)` }}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          event.currentTarget.focus()
        }}
        onPointerMove={drag}
      >
        <span className="history-grip" />
      </div>
    </div>
  )
}
