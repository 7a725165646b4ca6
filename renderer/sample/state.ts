/** One example at a time: which one, what is asked of it, and what the network makes of it. */
import { create } from 'zustand'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type { SampleRef, SampleReport, ScoresOf, Split } from '../../engine/session/sample/types.ts'
import { client } from '../session/session.ts'
import { useEditor } from '../store/editor.ts'
import { feedsOf, lookAtSample, useRun } from '../store/run.ts'
import { togglePanel, useSettings } from '../store/settings.ts'

interface SampleState {
  /** Whether the panel is there, in the place of the training, and the wires show the numbers of the example. */
  readonly open: boolean
  readonly sample: SampleRef
  /** Whose output the scores are; null leaves it to the loss. */
  readonly scores: ScoresOf | null
  /** The score whose gradient is shown; null follows the prediction. */
  readonly chosen: number | null
  /** Which examples the way to the next one stops at. */
  readonly label: number | null
  readonly wrong: boolean
  readonly report: SampleReport | null
  readonly problems: readonly Problem[]
  readonly busy: 'explaining' | 'searching' | null
  /** The last search found no example. */
  readonly none: boolean
}

const first: SampleState = {
  open: false,
  sample: { split: 'test', row: 0 },
  scores: null,
  chosen: null,
  label: null,
  wrong: false,
  report: null,
  problems: [],
  busy: null,
  none: false
}

export const useSample = create<SampleState>(() => first)

const set = useSample.setState
const get = useSample.getState

let asked: AbortController | null = null
let stopFollowing: (() => void) | null = null

function begin(busy: SampleState['busy']): AbortController {
  asked?.abort()
  asked = new AbortController()
  set({ busy })
  return asked
}

const common = () => {
  const { document } = useEditor.getState()
  const { scores } = get()
  return { document, backend: useSettings.getState().backend, feeds: feedsOf(document), ...(scores && { scores }) }
}

/** The numbers of the example on screen, at the weights that there are. */
async function explain(): Promise<void> {
  const controller = begin('explaining')
  const { sample, chosen } = get()
  try {
    const request = { ...common(), sample, ...(chosen !== null && { chosen }) }
    const report = await client().explainSample(request, controller.signal)
    if (controller === asked) set({ report, problems: [] })
  } catch (error) {
    if (controller === asked && !controller.signal.aborted) set({ report: null, problems: problemsOf(error) })
  } finally {
    if (controller === asked) set({ busy: null })
  }
}

/** To an example by its place; the wires follow. */
export function showSample(sample: SampleRef): void {
  set({ sample, none: false })
  lookAtSample(sample)
}

/** To the next of those that are asked for, round the end. */
export async function goOn(step: 1 | -1): Promise<void> {
  const controller = begin('searching')
  const { sample: from, label, wrong } = get()
  try {
    const found = await client().findSample(
      { ...common(), from, step, wrong, ...(label !== null && { label }) },
      controller.signal
    )
    if (controller !== asked) return
    set({ busy: null, none: found.sample === null })
    if (found.sample) showSample(found.sample)
  } catch (error) {
    if (controller === asked && !controller.signal.aborted) set({ problems: problemsOf(error) })
  } finally {
    if (controller === asked) set({ busy: null })
  }
}

export const stopSearching = (): void => asked?.abort()

export function openSample(): void {
  stopFollowing ??= follow()
  set({ open: true })
  togglePanel('training', true)
  lookAtSample(get().sample)
}

export function closeSample(): void {
  if (!get().open) return
  stopFollowing?.()
  stopFollowing = null
  asked?.abort()
  set({ open: false, report: null, problems: [], busy: null, none: false })
  lookAtSample(null)
}

export const setSplit = (split: Split): void => showSample({ split, row: 0 })

export function setScores(scores: ScoresOf | null): void {
  set({ scores, chosen: null, none: false })
  void explain()
}

/** The prediction's own score means whichever is predicted, also of the next example. */
export function choose(index: number): void {
  const { report } = get()
  const followed = report?.answers === 'class' && report.predicted === index
  set({ chosen: followed ? null : index })
  void explain()
}

export const setFilter = (filter: Partial<Pick<SampleState, 'label' | 'wrong'>>): void =>
  set({ ...filter, none: false })

/** Each new run brings other numbers: of another example, graph or weights. */
function follow(): () => void {
  const ends = [
    useEditor.subscribe((s, before) => {
      if (s.generation !== before.generation) {
        closeSample()
        set(first)
        return
      }
      const { scores } = get()
      if (scores && s.graphRevision !== before.graphRevision && !s.checked.types.has(scores.node)) set({ scores: null })
    }),
    useRun.subscribe((s, before) => {
      if (s.status === 'training') return
      if (s.result && s.result !== before.result) void explain()
      else if (s.problems !== before.problems && s.problems.length > 0) {
        asked?.abort()
        set({ report: null, problems: s.problems, busy: null })
      }
    })
  ]
  return () => {
    for (const end of ends) end()
  }
}
