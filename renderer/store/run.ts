/** Numbers from the engine: the latest run, the training in progress, and the data sets that are there. */
import { create } from 'zustand'
import { indexOf } from '../../engine/document/lookup.ts'
import { defaultTraining, type GraphDocument } from '../../engine/document/types.ts'
import { type Problem, problemsOf } from '../../engine/problem.ts'
import type {
  BackendReport,
  Cell,
  DataFile,
  DataSummary,
  EpochReport,
  RunRequest,
  RunResult,
  TrainEvent,
  TrainOutcome
} from '../../engine/session/protocol.ts'
import type { SampleRef } from '../../engine/session/sample/types.ts'
import { client } from '../session/session.ts'
import { type Curves, emptyCurves, extend } from './curves.ts'
import { useEditor } from './editor.ts'
import { useSettings } from './settings.ts'

type Progress = Extract<TrainEvent, { type: 'progress' }>
type Started = Extract<TrainEvent, { type: 'started' }>

export interface TrainingState {
  readonly started: Started | null
  readonly progress: Progress | null
  readonly epochs: readonly EpochReport[]
  /** What single steps said, a few times a second. */
  readonly stepCurves: Curves
  /** Means over the epochs. */
  readonly epochCurves: Curves
  readonly outcome: TrainOutcome | null
  /** Milliseconds of performance.now at the start. */
  readonly since: number
}

export type Feeds = NonNullable<RunRequest['feeds']>

export interface RunState {
  readonly result: RunResult | null
  /** The result is of an older graph than the one on screen. */
  readonly stale: boolean
  readonly status: 'idle' | 'running' | 'training'
  readonly training: TrainingState | null
  readonly backend: BackendReport | null
  /** Why the latest run or training failed. */
  readonly problems: readonly Problem[]
  readonly dataSets: readonly DataSummary[]
  /** Numbers for Input nodes by id. */
  readonly feeds: Feeds
  /** The example whose numbers are shown alone; null shows a batch. */
  readonly sample: SampleRef | null
  /** The weights were trained, and no file has them. */
  readonly unexported: boolean
}

const noProblems: readonly Problem[] = []

export const useRun = create<RunState>(() => ({
  result: null,
  stale: false,
  status: 'idle',
  training: null,
  backend: null,
  problems: noProblems,
  dataSets: [],
  feeds: {},
  sample: null,
  unexported: false
}))

const set = useRun.setState

/** Milliseconds of quiet after an edit before the graph runs by itself. */
const QUIET = 150
/** Milliseconds between the live numbers of a training run. */
const SNAPSHOT_EVERY = 400

let timer: ReturnType<typeof setTimeout> | undefined
let working: AbortController | null = null
/** What has to be over before the next run: putting the weights back after another document was opened. */
let ready: Promise<unknown> = Promise.resolve()

/** An engine that broke and was started anew has nothing to forget: later runs must not fail for it. */
const forget = (): Promise<void> =>
  client()
    .reset()
    .catch(() => undefined)

function begin(): AbortController {
  clearTimeout(timer)
  working?.abort()
  working = new AbortController()
  return working
}

/**
 * One forward and one backward pass of the document on screen. Takes the place of a run in progress. What has a problem,
 * and what hangs behind it, is left out: a node that was just dropped does not freeze the rest of the graph.
 */
export async function run(): Promise<void> {
  if (useRun.getState().status === 'training') return
  const { document, graphRevision, checked } = useEditor.getState()
  if (checked.types.size === 0) {
    begin()
    set({ status: 'idle', problems: noProblems, ...(document.nodes.length === 0 && { result: null, stale: false }) })
    return
  }
  const controller = begin()
  set({ status: 'running' })
  try {
    await ready
    if (looksBack) await client().live()
    looksBack = false
    const request = {
      document,
      revision: graphRevision,
      backend: useSettings.getState().backend,
      feeds: feedsOf(document),
      sample: useRun.getState().sample ?? undefined
    }
    const result = await client().run(request, controller.signal)
    if (controller !== working) return
    set({ result, backend: result.backend, problems: noProblems, stale: isStale(result) })
  } catch (error) {
    if (controller === working) set((s) => ({ problems: problemsOf(error), stale: s.result !== null }))
  } finally {
    if (controller === working) set({ status: 'idle' })
  }
}

/** The engine was told to look back: the next run begins with going back to now. */
let looksBack = false

/** A step of the last training in the place of the run of now, until the next run. False where it could not be had. */
export async function lookBack(step: number): Promise<boolean> {
  if (useRun.getState().status === 'training') return false
  const controller = begin()
  set({ status: 'running' })
  try {
    await ready
    looksBack = true
    const revision = useEditor.getState().graphRevision
    const sample = useRun.getState().sample ?? undefined
    const result = await client().lookBack({ step, revision, sample }, controller.signal)
    // why the training failed stays said
    const problems = useRun.getState().problems.filter(({ code }) => !code.startsWith('history.'))
    if (controller === working) set({ result, problems, stale: isStale(result) })
    return controller === working
  } catch (error) {
    if (controller === working) set({ problems: problemsOf(error) })
    return false
  } finally {
    if (controller === working) set({ status: 'idle' })
  }
}

/** Makes the weights of the step that is looked at those of now. */
export async function keepPast(): Promise<void> {
  await client().keepPast()
  set({ unexported: true })
  await run()
}

/** Numbers for the Input nodes that there are; others are kept, since undo may bring their nodes back. */
export const feedsOf = (document: GraphDocument): Feeds =>
  Object.fromEntries(
    Object.entries(useRun.getState().feeds).filter(([id]) => indexOf(document).nodes.get(id)?.op === 'Input')
  )

const isStale = (result: RunResult): boolean => result.revision !== useEditor.getState().graphRevision

export function runSoon(delay = QUIET): void {
  clearTimeout(timer)
  timer = setTimeout(() => void run(), delay)
}

/** Trains until it is done, stopped or failed; the outcome is also in the store. */
export async function train(): Promise<TrainOutcome | null> {
  if (useRun.getState().status === 'training') return null
  const { document, graphRevision } = useEditor.getState()
  const controller = begin()
  set({
    status: 'training',
    problems: noProblems,
    training: {
      started: null,
      progress: null,
      epochs: [],
      stepCurves: emptyCurves(),
      epochCurves: emptyCurves(),
      outcome: null,
      since: performance.now()
    }
  })
  const request = {
    document,
    revision: graphRevision,
    backend: useSettings.getState().backend,
    training: document.training ?? defaultTraining,
    snapshotEvery: SNAPSHOT_EVERY,
    history: true
  }
  let outcome: TrainOutcome
  try {
    await ready
    looksBack = false
    outcome = await client().train(request, (event) => controller === working && onTraining(event), controller.signal)
  } catch (error) {
    outcome = { outcome: 'failed', problems: problemsOf(error), report: null }
  }
  if (controller !== working) return outcome
  set((s) => ({
    status: 'idle',
    training: s.training && { ...s.training, outcome },
    unexported: s.unexported || (outcome.report?.steps ?? 0) > 0,
    problems:
      outcome.outcome === 'failed' && graphRevision === useEditor.getState().graphRevision
        ? outcome.problems
        : noProblems
  }))
  if (outcome.outcome !== 'failed') runSoon(0)
  return outcome
}

function onTraining(event: TrainEvent): void {
  if (event.type === 'snapshot') {
    set({ result: event.run, stale: isStale(event.run) })
    return
  }
  set((s) => {
    const training = s.training
    if (!training) return {}
    switch (event.type) {
      case 'started':
        return { backend: event.backend, training: { ...training, started: event } }
      case 'progress':
        return { training: { ...training, progress: event, stepCurves: extend(training.stepCurves, event) } }
      case 'epoch':
        return {
          training: {
            ...training,
            epochs: [...training.epochs, event.report],
            epochCurves: extend(training.epochCurves, {
              ...event.report,
              step: event.report.epoch * (training.started?.stepsPerEpoch ?? 1)
            })
          }
        }
    }
  })
}

/** Ends the run or the training in progress; a training run keeps the weights of its last step. */
export function stop(): void {
  working?.abort()
}

/** Back to the initial weights of the seed. */
export async function reset(): Promise<void> {
  begin()
  ready = forget()
  await ready
  set({ status: 'idle', training: null, problems: noProblems, unexported: false })
  await run()
}

export const exportWeights = (): Promise<Uint8Array> => client().exportWeights(useEditor.getState().document)

export const markExported = (): void => set({ unexported: false })

/** How many tensors were read. */
export async function importWeights(bytes: Uint8Array): Promise<number> {
  const { tensors } = await client().importWeights(useEditor.getState().document, bytes)
  markExported()
  runSoon(0)
  return tensors
}

export async function provideData(name: string, files: readonly DataFile[]): Promise<DataSummary> {
  const summary = await client().provideData(name, files)
  await refreshDataSets()
  runSoon(0)
  return summary
}

export async function refreshDataSets(): Promise<void> {
  set({ dataSets: await client().dataSets() })
}

/** Numbers for an Input node; null takes them away. */
export function setFeed(id: string, feed: Feeds[string] | null): void {
  set((s) => {
    const { [id]: _, ...rest } = s.feeds
    return { feeds: feed ? { ...rest, [id]: feed } : rest }
  })
  runSoon()
}

/** Shows the numbers of one example alone, or of a batch again: of the step of the past that is on screen, if one is. */
export function lookAtSample(sample: SampleRef | null): void {
  set({ sample })
  const { result } = useRun.getState()
  if (result?.past && !isStale(result)) void lookBack(result.past.step)
  else void run()
}

/** Keeps the numbers up with the document. Gives back the function that ends it. */
export function followEditor(): () => void {
  const fresh = () => {
    begin()
    ready = forget()
    set({
      result: null,
      stale: false,
      status: 'idle',
      training: null,
      problems: noProblems,
      feeds: {},
      sample: null,
      unexported: false
    })
    runSoon(0)
  }
  const ends = [
    useEditor.subscribe((s, before) => {
      if (s.generation !== before.generation) fresh()
      else if (s.graphRevision !== before.graphRevision) {
        // what failed was the graph before
        set((r) => ({ stale: r.result !== null && isStale(r.result), problems: noProblems }))
        if (useRun.getState().status !== 'training') runSoon()
      }
    }),
    useSettings.subscribe((s, before) => {
      if (s.backend !== before.backend && useRun.getState().status !== 'training') runSoon(0)
    })
  ]
  runSoon(0)
  void client()
    .backends()
    .then((backend) => set((s) => (s.backend ? {} : { backend })))
    .catch((error) => set({ problems: problemsOf(error) }))
  return () => {
    for (const end of ends) end()
  }
}

/** Value and gradient on an edge. */
export const useCell = (edge: string): Cell | undefined => useRun((s) => s.result?.edges[edge])
/** Value and gradient of a node's outputs, by handle. */
export const useNodeCells = (id: string): Readonly<Record<string, Cell>> | undefined =>
  useRun((s) => s.result?.nodes[id])
