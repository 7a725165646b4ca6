/** Stepping through a run: which step is looked at, what stops the walk, and which layers are walked part by part. */
import { create } from 'zustand'
import { type Problem, ProblemError, problemsOf } from '../../engine/problem.ts'
import type { StepDetail, StepHead, StepsResult } from '../../engine/session/steps/types.ts'
import { client } from '../session/session.ts'
import { useEditor } from './editor.ts'
import { feedsOf, useRun } from './run.ts'
import { togglePanel, useSettings } from './settings.ts'

/** Steps per second. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const

export interface Conditions {
  /** A NaN or an infinity. */
  readonly broken: boolean
  /** A gradient with a number above this. */
  readonly above: number | null
  /** A shape that has this in it, as people write it: "128" or "128, 10"; empty asks for none. */
  readonly shape: string
}

/** Why the walk stopped by itself. */
export type Stopped = 'breakpoint' | 'broken' | 'above' | 'shape'

export interface StepperState {
  readonly status: 'off' | 'loading' | 'ready' | 'failed'
  readonly walk: StepsResult | null
  /** Index of the step that is looked at. */
  readonly at: number
  /** In all its numbers; of the step before while they are on their way. */
  readonly detail: StepDetail | null
  readonly playing: boolean
  readonly speed: number
  readonly stopped: Stopped | null
  /** Layers that are walked part by part. */
  readonly opened: readonly string[]
  /** Row of the batch that is looked at, from 0. */
  readonly sample: number
  /** Elements that were chosen in this step, by input. */
  readonly cells: Readonly<Record<string, number>>
  /** Nodes at which a walk that runs stops. */
  readonly breakpoints: ReadonlySet<string>
  readonly conditions: Conditions
  readonly problems: readonly Problem[]
}

const noCells = {}
const off = {
  status: 'off',
  walk: null,
  at: 0,
  detail: null,
  playing: false,
  stopped: null,
  opened: [],
  sample: 0,
  cells: noCells,
  problems: []
} as const

export const useStepper = create<StepperState>(() => ({
  ...off,
  speed: 1,
  breakpoints: new Set<string>(),
  conditions: { broken: true, above: null, shape: '' }
}))

const get = useStepper.getState
const set = useStepper.setState

/** The walk that is on its way; while it is, the one before is already gone. */
let loading: AbortController | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** The same step in another walk, or the nearest that there is: its part's layer, else the same place. */
function placeIn(walk: StepsResult, step: StepHead | undefined, at: number): number {
  if (!step) return 0
  const same = (s: StepHead) => s.kind === step.kind && s.name === step.name && s.parameter === step.parameter
  const exact = walk.steps.findIndex(same)
  if (exact >= 0) return exact
  const near = walk.steps.findIndex((s) => s.phase === step.phase && s.node === step.node)
  return near >= 0 ? near : Math.min(at, walk.steps.length - 1)
}

/** Asks for a walk of the document on screen; stays at the step that was looked at. */
async function load(opened: readonly string[]): Promise<void> {
  loading?.abort()
  const controller = new AbortController()
  loading = controller
  set((s) => ({ status: s.walk ? s.status : 'loading', opened, playing: false }))
  const { document, graphRevision } = useEditor.getState()
  try {
    const request = {
      document,
      revision: graphRevision,
      backend: useSettings.getState().backend,
      feeds: feedsOf(document),
      sample: useRun.getState().sample ?? undefined,
      opened
    }
    const walk = await client().steps(request, controller.signal)
    if (controller !== loading) return
    loading = null
    const { walk: before, at, sample } = get()
    const rows = walk.batch ?? 1
    set({ status: 'ready', walk, problems: [], sample: Math.min(sample, rows - 1) })
    await look(placeIn(walk, before?.steps[at], at))
  } catch (error) {
    if (controller !== loading) return
    loading = null
    set({ ...off, status: 'failed', problems: problemsOf(error) })
  }
}

const isStale = (error: unknown): boolean =>
  error instanceof ProblemError && error.problems.some((p) => p.code === 'run.stale')

/** Reads the numbers of a step, and is there. */
async function look(at: number, cells: StepperState['cells'] = noCells): Promise<void> {
  const { walk, sample } = get()
  if (!walk) return
  set({ at, cells })
  try {
    const detail = await client().readStep({ walkId: walk.walkId, index: at, sample, cells })
    const now = get()
    if (now.walk === walk && now.at === at && now.cells === cells && now.sample === sample) set({ detail })
  } catch (error) {
    if (get().walk !== walk || loading) return
    // somebody trained meanwhile: the walk is of weights that are gone
    if (isStale(error)) endSteps()
    else set({ problems: problemsOf(error) })
  }
}

/** The panel at the bottom shows the steps; where it was closed it closes again afterwards. */
let opensPanel = false

export async function startSteps(): Promise<void> {
  if (get().status === 'loading') return
  opensPanel = !useSettings.getState().panels.training
  togglePanel('training', true)
  await load([])
}

export function endSteps(): void {
  pause()
  loading?.abort()
  loading = null
  const open = get().walk !== null
  set(off)
  if (opensPanel) togglePanel('training', false)
  opensPanel = false
  if (open)
    client()
      .endSteps()
      .catch(() => undefined)
}

/** To a step by its number, as far as there are any. */
export async function goToStep(at: number): Promise<void> {
  const { walk } = get()
  if (!walk) return
  const place = Math.max(0, Math.min(at, walk.steps.length - 1))
  set({ stopped: null })
  if (place !== get().at) await look(place)
}

export const lastStep = (): number => (get().walk?.steps.length ?? 1) - 1

/** Starts where no walk is open. */
export async function step(by: 1 | -1): Promise<void> {
  if (!get().walk) return startSteps()
  pause()
  await goToStep(get().at + by)
}

const phaseOf = (head: StepHead | undefined): StepHead['phase'] => head?.phase ?? 'forward'

/** Why a running walk stops at a step; null where it goes on. */
export function reasonToStop(
  head: StepHead,
  { breakpoints, conditions }: Pick<StepperState, 'breakpoints' | 'conditions'>
): Stopped | null {
  if (breakpoints.has(head.node)) return 'breakpoint'
  if (conditions.broken && head.outcomes.some((o) => o.broken > 0)) return 'broken'
  const { above, shape } = conditions
  if (above !== null && head.phase === 'backward' && head.outcomes.some((o) => o.largest > above)) return 'above'
  const wanted = shape.replace(/\s/g, '')
  if (wanted !== '' && head.outcomes.some((o) => `,${o.shape.join()},`.includes(`,${wanted},`))) return 'shape'
  return null
}

export function pause(): void {
  clearTimeout(timer)
  if (get().playing) set({ playing: false })
}

/** One step after the other, until the end or a reason to stop. */
export async function play(): Promise<void> {
  if (!get().walk) await startSteps()
  const { walk, at } = get()
  if (!walk) return
  set({ playing: true, stopped: null })
  if (at === walk.steps.length - 1) await look(0)
  next()
}

function next(): void {
  clearTimeout(timer)
  timer = setTimeout(async () => {
    const { walk, at, playing } = get()
    const head = walk?.steps[at + 1]
    if (!playing || !head) {
      pause()
      return
    }
    await look(at + 1)
    const stopped = reasonToStop(head, get())
    if (stopped || at + 1 === lastStep()) {
      pause()
      set({ stopped })
    } else if (get().playing) next()
  }, 1000 / get().speed)
}

export const togglePlay = (): unknown => (get().playing ? pause() : play())

export const setSpeed = (speed: number): void => set({ speed })

/** On to the next step that gives a reason to stop, at once; to the end where none does. */
export async function runOn(): Promise<void> {
  const { walk, at } = get()
  if (!walk) return
  pause()
  const found = walk.steps.findIndex((head, i) => i > at && reasonToStop(head, get()) !== null)
  const head = walk.steps[found]
  await goToStep(head ? found : lastStep())
  set({ stopped: head ? reasonToStop(head, get()) : null })
}

/** The next step of a node from here on, else its first. */
export async function goToNode(node: string): Promise<boolean> {
  if (!get().walk) await startSteps()
  const { walk, at } = get()
  const steps = walk?.steps ?? []
  const later = steps.findIndex((head, i) => i > at && head.node === node)
  const found = later >= 0 ? later : steps.findIndex((head) => head.node === node)
  if (found < 0) return false
  pause()
  await goToStep(found)
  return true
}

/** Walks a layer part by part, or as one again. */
export async function toggleOpened(name: string): Promise<void> {
  const { opened } = get()
  const without = opened.filter((other) => other !== name && !other.startsWith(`${name}.`))
  await load(without.length < opened.length ? without : [...opened, name])
}

export function toggleBreakpoint(node: string): boolean {
  const breakpoints = new Set(get().breakpoints)
  const added = !breakpoints.delete(node)
  if (added) breakpoints.add(node)
  set({ breakpoints })
  return added
}

export const setConditions = (change: Partial<Conditions>): void =>
  set((s) => ({ conditions: { ...s.conditions, ...change } }))

/** Looks at another row of the batch. */
export async function setSample(sample: number): Promise<void> {
  set({ sample })
  await look(get().at)
}

/** Looks at another element of one of the step's tensors. */
export async function setCell(handle: string, cell: number): Promise<void> {
  await look(get().at, { ...get().cells, [handle]: cell })
}

/** Keeps the walk up with the document and its numbers. Gives back the function that ends it. */
export function followRuns(): () => void {
  const ends = [
    useEditor.subscribe((s, before) => {
      if (s.generation !== before.generation) {
        endSteps()
        set({ breakpoints: new Set() })
      } else if (s.checked.types.size === 0 && get().status !== 'off') endSteps()
    }),
    useRun.subscribe((s, before) => {
      if (get().status === 'off') return
      if (s.status === 'training') endSteps()
      else if (s.result && s.result !== before.result) void load(get().opened)
    })
  ]
  return () => {
    for (const end of ends) end()
  }
}

export const usePhase = (): StepHead['phase'] => useStepper((s) => phaseOf(s.walk?.steps[s.at]))
