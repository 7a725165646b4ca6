/** A plan told for people: its kernels with their sizes and nodes, its memory, and how long each kernel takes. */
import type { Compiled } from '../compile/compile.ts'
import {
  describeStep,
  type Operand,
  operationsOf,
  type Plan,
  printPlan,
  type Step,
  writtenBy
} from '../compile/plan.ts'
import type { Table } from '../data/table.ts'
import type { GraphDocument, TrainingSettings } from '../document/types.ts'
import type { IrGraph } from '../ir/types.ts'
import { fail, type Problem, ProblemError } from '../problem.ts'
import type { Executor, Program, Stop } from '../runtime/executor.ts'
import { sizeOf } from '../shape.ts'
import { BatchFeeder, datasetsIn, type Feeds, feedAll, rowsOf, tablesOf } from '../train/feeds.ts'
import type { TrainingGraph } from '../train/graph.ts'
import { partFeeds, partsOf } from '../train/parts.ts'
import { stepRate } from '../train/rate.ts'
import { takesAll } from '../train/second-order.ts'
import { clearStates, compileStep } from '../train/step.ts'
import { planOf, refusalOf } from '../train/steps.ts'
import type { Backends, Chosen } from './backends.ts'
import type { DataSets } from './data.ts'
import type { Inspection } from './inspect.ts'
import type { Model } from './model.ts'
import type { KernelReport, PlanMemory, PlanReport, PlanRequest, PlanTiming } from './protocol.ts'
import { rowsFor } from './rows.ts'

/** Milliseconds of walks that are timed, and fewest of them. */
const MEASURE = 400
const FEWEST = 3
/** Of walks that take no time there would be no end. */
const MOST = 1e5

const BYTES = 4

/** Bytes of the tensors that a step reads, each once. */
function bytesRead(operands: readonly Operand[]): number {
  const slots = new Map<number, number>()
  for (const o of operands) if ('slot' in o) slots.set(o.slot, sizeOf(o.shape))
  let sum = 0
  for (const size of slots.values()) sum += size * BYTES
  return sum
}

export function kernelOf(step: Step): KernelReport {
  const fused = step.kind === 'product' ? (step.epilogue?.nodes ?? []) : step.nodes
  return {
    what: describeStep(step),
    kind: step.kind,
    product:
      step.kind === 'product' ? { m: step.m, k: step.k, n: step.n, transA: step.transA, transB: step.transB } : null,
    ops: fused.map((n) => n.op),
    phase: step.nodes.at(-1)?.phase ?? 'forward',
    shape: step.shape,
    operations: operationsOf({ steps: [step] }),
    read: bytesRead(step.operands),
    written: writtenBy(step).reduce((sum, { shape }) => sum + sizeOf(shape) * BYTES, 0),
    nodes: [...new Set(step.nodes.flatMap((n) => (n.origin ? [n.origin.node] : [])))]
  }
}

/** Bytes by what they hold. A parameter that is learned has a second buffer where its next value needs one. */
export function memoryOf(plan: Plan): PlanMemory {
  const memory = { variables: 0, next: 0, feeds: 0, constants: 0, temporaries: 0 }
  const kinds = {
    variable: 'variables',
    next: 'next',
    feed: 'feeds',
    constant: 'constants',
    temporary: 'temporaries'
  } as const
  for (const { role, size } of plan.slots) memory[kinds[role]] += size * BYTES
  return { ...memory, total: Object.values(memory).reduce((a, b) => a + b, 0) }
}

export interface Timer {
  readonly now: () => number
  readonly stop: Stop
  /** Whether a step is done when the next one is asked for: only then its time can be taken. */
  readonly inTurn: boolean
  /** Waits for all that was started. */
  readonly finish: () => Promise<unknown>
}

/** The sizes that a training has on `rows` examples. */
export function sizesOf({ optimizer, batchSize, validationSplit }: TrainingSettings, rows: number) {
  const size = takesAll(optimizer.kind) ? rows : Math.min(batchSize, rows)
  const learning = rows - Math.round(rows * validationSplit)
  return { batchSize: size, batch: Math.min(size, learning), stepsPerEpoch: Math.ceil(learning / size) }
}

/** What a trial of the backends holds for. */
export const trialKey = (meaning: string, batch: number): string => `${batch} ${meaning}`

/** What is to be told: a training, or the pass that shows every value. */
export type About =
  | { readonly graph: TrainingGraph; readonly meaning: string; readonly settings: TrainingSettings }
  | { readonly inspection: Inspection }

export interface Tools {
  readonly backends: Backends
  readonly data: DataSets
  readonly model: Model
  readonly now: () => number
  readonly stop: Stop
}

interface Planned {
  readonly chosen: Chosen
  readonly compiled: Compiled
  /** What is held at once: more than the plan where a step goes in parts. */
  readonly held: Plan
  readonly batch: number
  readonly rowsAtOnce: number
  /** Whether the graph has a batch at all. */
  readonly open: boolean
  /** Makes ready for a walk; then what is fed. */
  readonly prepare: (executor: Executor) => Promise<Feeds>
}

/** Rows of the data sets that a training reads; null while their files are not here. */
function tablesIf({ data }: Tools, document: GraphDocument, ir: IrGraph): ReadonlyMap<string, Table> | null {
  try {
    return tablesOf(data.of(document, datasetsIn(ir)), 'train')
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}

async function plannedTraining(
  { document, backend, measure }: PlanRequest,
  { graph, meaning, settings }: Extract<About, { readonly graph: TrainingGraph }>,
  tools: Tools
): Promise<Planned> {
  const { backends, data, model, now, stop } = tools
  const tables = measure
    ? tablesOf(data.of(document, datasetsIn(graph.ir)), 'train')
    : tablesIf(tools, document, graph.ir)
  const rows = tables && (rowsOf(tables) ?? fail('train.noData'))
  const { batch, stepsPerEpoch } = sizesOf(settings, rows ?? settings.batchSize)
  const send = async (executor: Executor): Promise<void> => {
    model.prepare(graph.parameters, settings.seed)
    await model.send(executor, graph.parameters)
  }
  const prepare = async (executor: Executor, count = batch): Promise<Feeds> => {
    await send(executor)
    await clearStates(executor, graph)
    return new BatchFeeder(tables ?? new Map()).gather(Uint32Array.from({ length: count }, (_, i) => i))
  }
  const run = async (executor: Executor, milliseconds: number): Promise<number> => {
    if (!measure) return Number.NaN
    await planOf(executor, graph, batch)
    await send(executor)
    try {
      return await stepRate(executor, { graph, batch, tables: tables ?? new Map(), milliseconds, now, stop })
    } finally {
      model.forget(executor)
    }
  }
  const trial = { key: trialKey(meaning, batch), steps: stepsPerEpoch * settings.epochs, run }
  const chosen = await backends.choose(backend, graph.secondOrder ? { kind: 'host' } : { kind: 'learn', trial })
  const { executor } = chosen
  const whole = compileStep(graph, batch, executor)
  let planned = { rows: batch, compiled: whole, held: whole.plan }
  // what does not fit is told as it is, with its refusal
  await refusalOf(async () => {
    planned = await planOf(executor, graph, batch)
  })
  const { rows: once, compiled, held } = planned
  const part = async (): Promise<Feeds> => {
    const fed = await prepare(executor, once)
    if (once === batch) return fed
    await clearStates(executor, partsOf(graph) ?? graph)
    return { ...fed, ...partFeeds(graph.summed, 0, once, batch) }
  }
  return { chosen, compiled, held, batch, rowsAtOnce: once, open: true, prepare: part }
}

async function plannedRun(
  request: PlanRequest,
  inspection: Inspection,
  { backends, data, model }: Tools
): Promise<Planned> {
  const fed = rowsFor(data, inspection.ir, request)
  const chosen = await backends.choose(request.backend, { kind: 'look' })
  const compiled = inspection.compiledFor(chosen.executor, fed.batch)
  const prepare = async (executor: Executor): Promise<Feeds> => {
    model.prepare(inspection.variables, request.document.training?.seed ?? 0)
    await model.send(executor, inspection.variables)
    return fed.feeds
  }
  const held = compiled.plan
  return { chosen, compiled, held, batch: fed.batch, rowsAtOnce: fed.batch, open: fed.open, prepare }
}

function refusal(executor: Executor, plan: Plan): Problem | null {
  try {
    executor.check(plan)
    return null
  } catch (error) {
    if (error instanceof ProblemError) return error.problem
    throw error
  }
}

/** @throws ProblemError where there is nothing to compile, or, to be measured, nothing to run */
export async function planReport(request: PlanRequest, about: About, tools: Tools): Promise<PlanReport> {
  const { now, stop, model } = tools
  const { chosen, compiled, held, batch, rowsAtOnce, open, prepare } = await ('graph' in about
    ? plannedTraining(request, about, tools)
    : plannedRun(request, about.inspection, tools))
  const { plan } = compiled
  const { executor } = chosen
  let timing: PlanTiming | null = null
  if (request.measure) {
    executor.check(held)
    const data = await prepare(executor)
    const program = await executor.load(plan)
    const training = 'graph' in about
    const scalars = training ? about.graph.optimizer.scalars(1, 0) : {}
    const feeds = feedAll(plan, data, { step: 1, training, rows: rowsAtOnce, scalars })
    const [last] = plan.results.keys()
    const finish = async () => last !== undefined && (await program.read(last))
    try {
      timing = await timed(program, feeds, { now, stop, inTurn: executor.inTurn === true, finish })
    } finally {
      program.dispose()
      // a step that was walked has learned
      if (training) model.forget(executor)
    }
    if (!timing) throw new DOMException('The measurement was cancelled.', 'AbortError')
  }
  return {
    kind: request.kind,
    revision: request.revision,
    backend: chosen.report,
    batch: open ? batch : null,
    rowsAtOnce: open ? rowsAtOnce : null,
    kernels: plan.steps.map(kernelOf),
    memory: memoryOf(held),
    refused: refusal(executor, held),
    compileMilliseconds: compiled.milliseconds,
    timing,
    text: printPlan(plan)
  }
}

/** Walks the program for a while. Null where it was stopped. */
export async function timed(
  program: Program,
  feeds: Feeds,
  timer: Timer,
  milliseconds = MEASURE
): Promise<PlanTiming | null> {
  // the first walk compiles and fills caches
  await program.run(feeds, timer.stop)
  await timer.finish()
  if (timer.inTurn) return timedInTurn(program, feeds, timer, milliseconds)
  const walked = await timedTogether(program, feeds, timer, milliseconds)
  if (!walked || !program.time) return walked && { ...walked, kernels: null }
  const apart = await program.time(feeds, milliseconds, timer.stop)
  return apart && { ...walked, kernels: apart }
}

/** Where a step is through before the next begins, each walk tells of all of them. */
async function timedInTurn(
  program: Program,
  feeds: Feeds,
  { now, stop }: Timer,
  milliseconds: number
): Promise<PlanTiming | null> {
  const { length } = program.plan.steps
  const kernels = new Float64Array(length)
  const began = now()
  let walks = 0
  do {
    let [at, last] = [-1, 0]
    const ask = (): boolean => {
      const time = now()
      if (at >= 0) kernels[at] = (kernels[at] as number) + time - last
      at++
      last = time
      return stop()
    }
    if (!(await program.run(feeds, ask, true))) return null
    if (at >= 0) kernels[at] = (kernels[at] as number) + now() - last
    walks++
    if (at !== length - 1) throw new Error(`${at + 1} of ${length} steps were asked for`)
  } while (walks < FEWEST || now() - began < milliseconds)
  return { walks, milliseconds: (now() - began) / walks, kernels: Array.from(kernels, (sum) => sum / walks) }
}

/**
 * Where a device works through what it was given, the walks that it is given at a time double until they take long enough:
 * given all that fit into the time, a slow one would be at work for minutes.
 */
async function timedTogether(
  program: Program,
  feeds: Feeds,
  { now, stop, finish }: Timer,
  milliseconds: number
): Promise<Pick<PlanTiming, 'walks' | 'milliseconds'> | null> {
  for (let walks = FEWEST; ; walks *= 2) {
    const began = now()
    for (let i = 0; i < walks; i++) if (!(await program.run(feeds, stop))) return null
    await finish()
    const time = now() - began
    if (time >= milliseconds / 2 || walks > MOST) return { walks, milliseconds: time / walks }
  }
}
