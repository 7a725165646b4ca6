/** Looking back at the last training: which of its steps is on screen, and how one goes to another. */
import i18next from 'i18next'
import { create } from 'zustand'
import { meaningOf } from '../../engine/document/meaning.ts'
import type { HistoryOverview, RunFinding } from '../../engine/session/history/types.ts'
import { client } from '../session/session.ts'
import { announce, toast } from '../store/announce.ts'
import { useEditor } from '../store/editor.ts'
import { keepPast, lookBack, run, useRun } from '../store/run.ts'
import { sentenceOf } from './text.ts'

export interface HistoryState {
  readonly overview: HistoryOverview | null
  /** The graph on screen computes what the one that was trained did. */
  readonly fits: boolean
  /** The step that is asked for; null is now. What is on screen is of `useRun`'s result. */
  readonly at: number | null
  /** What the numbers said in the course of the training; null until they were looked through. */
  readonly findings: readonly RunFinding[] | null
}

const nothing = { overview: null, fits: false, at: null, findings: null } as const

export const useHistory = create<HistoryState>(() => nothing)

const get = useHistory.getState
const set = useHistory.setState

/** What the graph meant when it was trained. */
let trained = ''
let busy = false

/** The step on screen; null is now. */
export const usePast = () => useRun((s) => s.result?.past ?? null)

/** Whether there is a step to go to: a training is over, and the graph is still the same. */
export const canLookBack = ({ overview, fits }: HistoryState): boolean =>
  overview !== null && fits && overview.sampled.length > 0

/** Goes to a step; while one is on its way, the last one that was asked for comes next. */
export async function lookAt(step: number): Promise<void> {
  const { overview } = get()
  if (!overview || !canLookBack(get())) return
  set({ at: Math.max(1, Math.min(Math.round(step), overview.steps)) })
  if (busy) return
  busy = true
  try {
    for (let at = get().at; at !== null; at = get().at) {
      const there = await lookBack(at)
      if (get().at !== at) continue
      if (!there) set({ at: useRun.getState().result?.past?.step ?? null })
      break
    }
  } finally {
    busy = false
  }
}

/** As `lookAt`, and says where one is. */
export async function goTo(step: number): Promise<void> {
  await lookAt(step)
  const { result } = useRun.getState()
  const { overview } = get()
  if (result?.past && overview) announce(sentenceOf(result, overview))
}

/** The kept step before or after the one on screen: past the last one is now. */
export function neighbour(by: 1 | -1, { overview, at }: HistoryState = get()): number | null {
  const sampled = overview?.sampled ?? []
  if (by < 0) return sampled.findLast((step) => at === null || step < at) ?? null
  return at === null ? null : (sampled.find((step) => step > at) ?? null)
}

export async function goBy(by: 1 | -1): Promise<void> {
  const step = neighbour(by)
  if (step !== null) await goTo(step)
  else if (by > 0) await goLive()
}

/** Back to the numbers of now. */
export async function goLive(): Promise<void> {
  if (get().at === null) return
  set({ at: null })
  await run()
  announce(i18next.t('history.nowLive'))
}

export async function keepStep(): Promise<void> {
  const { at } = get()
  if (at === null) return
  set({ at: null })
  await keepPast()
  toast('done', i18next.t('history.kept', { step: at }))
}

/** Milliseconds of quiet before the training is looked through: what people ask for comes first. */
const QUIET = 300
let survey: AbortController | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** Looks through the training once nothing else is to do. */
function surveySoon(): void {
  clearTimeout(timer)
  const { overview, findings } = get()
  if (!overview || findings || overview.sampled.length === 0) return
  timer = setTimeout(async () => {
    const controller = new AbortController()
    survey = controller
    const found = await client()
      .surveyHistory(controller.signal)
      .catch(() => null)
    if (found && get().overview === overview) set({ findings: found })
  }, QUIET)
}

/** Asks the engine what there is to look back at. */
export async function refreshHistory(): Promise<void> {
  const overview = await client()
    .history()
    .catch(() => null)
  set({ overview, fits: meaningOf(useEditor.getState().document) === trained, ...(!overview && nothing) })
  surveySoon()
}

/** Keeps up with trainings, edits and other documents. Gives back the function that ends it. */
export function followHistory(): () => void {
  const ends = [
    useRun.subscribe((s, before) => {
      const { outcome } = s.training ?? {}
      if (s.status === 'training' && before.status !== 'training') {
        trained = meaningOf(useEditor.getState().document)
        survey?.abort()
        set(nothing)
      } else if (s.status === 'idle' && before.status === 'running') surveySoon()
      else if (s.status === 'running') {
        clearTimeout(timer)
        survey?.abort()
      }
      if (outcome && outcome !== before.training?.outcome) void refreshHistory()
      if (!s.training && before.training) set(nothing)
      // another run took its place
      if (s.result !== before.result && !s.result?.past && before.result?.past && !busy) set({ at: null })
    }),
    useEditor.subscribe((s, before) => {
      if (s.generation !== before.generation) set(nothing)
      else if (s.graphRevision !== before.graphRevision && get().overview) {
        const fits = meaningOf(s.document) === trained
        if (get().at !== null) toast('note', i18next.t(fits ? 'history.endedNow' : 'history.ended'))
        set({ fits, at: null })
      }
    })
  ]
  return () => {
    for (const end of ends) end()
  }
}
