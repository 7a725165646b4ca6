/** What runs: the plan that the engine compiled the graph to, and how long its kernels took. */
import { create } from 'zustand'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type { PlanReport, PlanRequest } from '../../engine/session/protocol.ts'
import { client } from '../session/session.ts'
import { useEditor } from '../store/editor.ts'
import { feedsOf, useRun } from '../store/run.ts'
import { togglePanel, useSettings } from '../store/settings.ts'

interface PlanState {
  /** Whether the panel is there, in the place of the training. */
  readonly open: boolean
  /** What was asked for; null takes what the graph can do. */
  readonly kind: PlanRequest['kind'] | null
  readonly report: PlanReport | null
  readonly problems: readonly Problem[]
  readonly busy: 'compiling' | 'measuring' | null
  /** Bytes of a training step of the document, and why they cannot be had, if so; null while it is not known. */
  readonly step: {
    readonly bytes: number
    readonly refused: Problem | null
    /** Fewer rows than the batch, which goes through in parts then. */
    readonly rowsAtOnce: number | null
  } | null
  /** Nodes under the pointer or the cursor of the list. */
  readonly lit: readonly string[]
}

export const usePlan = create<PlanState>(() => ({
  open: false,
  kind: null,
  report: null,
  problems: [],
  busy: null,
  step: null,
  lit: []
}))

const set = usePlan.setState

/** Milliseconds of quiet after an edit before the plan is told anew. */
const QUIET = 400

let asked: AbortController | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** A training step where the graph learns from data, else the pass that shows every value. */
export function kindOf(): PlanRequest['kind'] {
  const { document } = useEditor.getState()
  const learns = document.objective !== null && document.nodes.some((n) => n.op === 'Dataset')
  return usePlan.getState().kind ?? (learns ? 'training' : 'run')
}

async function ask(measure: boolean): Promise<void> {
  clearTimeout(timer)
  asked?.abort()
  const controller = new AbortController()
  asked = controller
  const { document, graphRevision } = useEditor.getState()
  set({ busy: measure ? 'measuring' : 'compiling' })
  try {
    const { backend } = useSettings.getState()
    const request = { document, revision: graphRevision, backend, kind: kindOf(), measure, feeds: feedsOf(document) }
    const report = await client().plan(request, controller.signal)
    if (controller === asked) set({ report, problems: [] })
  } catch (error) {
    const aborted = error instanceof DOMException && error.name === 'AbortError'
    if (controller === asked) set(aborted ? {} : { report: null, problems: problemsOf(error) })
  } finally {
    if (controller === asked) set({ busy: null })
  }
}

export const measure = (): Promise<void> => ask(true)
export const stopMeasuring = (): void => asked?.abort()

export function showKind(kind: PlanRequest['kind']): void {
  set({ kind, report: null, problems: [] })
  void ask(false)
}

export function openPlan(): void {
  set({ open: true })
  togglePanel('training', true)
  void ask(false)
}

export function closePlan(): void {
  asked?.abort()
  clearTimeout(timer)
  set({ open: false, lit: [] })
}

export const light = (lit: readonly string[]): void => set({ lit })

/** While it is open the plan follows the graph, its training settings and the choice of the backend. */
export function followGraph(): () => void {
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(false), QUIET)
  }
  const ends = [
    useEditor.subscribe((s, before) => {
      if (s.generation !== before.generation) set({ kind: null, report: null })
      if (s.graphRevision !== before.graphRevision || s.document.training !== before.document.training) soon()
    }),
    useSettings.subscribe((s, before) => {
      if (s.backend !== before.backend) soon()
    }),
    useRun.subscribe((s, before) => {
      // a data set that was missing may be here now, and a training may have tried the backends
      if (s.dataSets !== before.dataSets || (before.status === 'training' && s.status === 'idle')) soon()
    })
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** Graphs beyond that are not compiled at every edit only to tell their memory; the panel of what runs tells it. */
const MOST_NODES = 2000

/** Rows that go through together where the batch goes in parts; null where all of it goes at once. */
export const partOf = ({ batch, rowsAtOnce }: PlanReport): number | null =>
  batch !== null && rowsAtOnce !== null && rowsAtOnce < batch ? rowsAtOnce : null

/** Keeps the memory of a training step up with the document. Gives back the function that ends it. */
export function followMemory(): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  let newest = 0
  const tell = async (): Promise<void> => {
    const mine = ++newest
    const { document, graphRevision } = useEditor.getState()
    const learns = document.objective !== null && document.nodes.some((n) => n.op === 'Dataset')
    if (!learns || document.nodes.length > MOST_NODES) return set({ step: null })
    const { backend } = useSettings.getState()
    const request = { document, revision: graphRevision, backend, kind: 'training', measure: false } as const
    const report = await client()
      .plan(request)
      .catch(() => null)
    if (mine !== newest) return
    set({ step: report && { bytes: report.memory.total, refused: report.refused, rowsAtOnce: partOf(report) } })
  }
  const soon = () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => void tell(), 2 * QUIET)
  }
  soon()
  const end = useEditor.subscribe((s, before) => {
    if (s.graphRevision !== before.graphRevision || s.document.training !== before.document.training) soon()
  })
  return () => {
    clearTimeout(waiting)
    newest++
    end()
  }
}
