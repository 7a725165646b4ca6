/** Steps of a training on an executor: whole batches where they fit, else in parts (see parts.ts). */
import type { Compiled } from '../compile/compile.ts'
import type { Plan, Slot } from '../compile/plan.ts'
import type { Table } from '../data/table.ts'
import { fail, ProblemError } from '../problem.ts'
import type { Executor, Program, Stop } from '../runtime/executor.ts'
import { type Feeds, feedAll, type StepContext } from './feeds.ts'
import type { TrainingGraph } from './graph.ts'
import { PART_FEEDS, type PartsGraph, partFeeds, partsOf } from './parts.ts'
import { type ResidentData, release, residentData, upload } from './resident.ts'
import { clearStates, compileOnce, compilePart, compileStep } from './step.ts'

const REFUSALS = ['run.backendLimit', 'run.outOfMemory']

/** The refusal that `work` ends in, for want of room; null where it ends well. */
export async function refusalOf(work: () => unknown): Promise<ProblemError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof ProblemError && REFUSALS.includes(error.problem.code)) return error
    throw error
  }
}

/** Rows of the largest part where a batch goes through in equal parts of at most `most` rows. */
const equal = (batch: number, most: number): number => Math.ceil(batch / Math.ceil(batch / most))

/**
 * What `attempt` gives for the most rows at once that fit, beginning with the whole batch.
 * @throws ProblemError the refusal of the whole batch, where not even two of its rows fit
 */
async function largest<T>(
  batch: number,
  parts: PartsGraph | null,
  attempt: (rows: number) => T | Promise<T>
): Promise<T> {
  let found: T | undefined
  const tried = async (rows: number): Promise<ProblemError | null> =>
    refusalOf(async () => {
      found = await attempt(rows)
    })
  const refusal = await tried(batch)
  if (!refusal) return found as T
  // two rows at least: one alone would not show whether rows depend on each other
  for (let most = batch; parts && most > 2; ) {
    most = Math.ceil(most / 2)
    if (!(await tried(equal(batch, most)))) return found as T
  }
  throw refusal
}

/** What both plans of a step in parts take together: the sums that one writes and the other reads are there once. */
function bothOf(add: Plan, apply: Plan): Plan {
  const named = ({ role, ...slot }: Slot): string | null =>
    role === 'variable' || role === 'next' ? `${role} ${(slot as { name: string }).name}` : null
  const known = new Set(add.slots.map(named))
  const others = apply.slots.filter((slot) => named(slot) === null || !known.has(named(slot)))
  return { ...add, slots: [...add.slots, ...others], steps: [...add.steps, ...apply.steps] }
}

interface Planned {
  /** That go through at once. */
  readonly rows: number
  /** What they go through. */
  readonly compiled: Compiled
  /** What is held at once. */
  readonly held: Plan
}

function planned(
  { graph, executor }: Pick<StepsInput, 'graph' | 'executor'>,
  batch: number,
  rows: number,
  resident: ResidentData | null
): Planned {
  if (rows === batch) {
    const compiled = compileStep(graph, rows, executor, resident)
    return { rows, compiled, held: compiled.plan }
  }
  const parts = partsOf(graph) as PartsGraph
  const compiled = compilePart(parts, rows, executor, resident)
  return { rows, compiled, held: bothOf(compiled.plan, compileOnce(parts.apply, 1, executor).plan) }
}

/** How many rows of a batch go through at once, and the plan that they go through. Nothing is loaded for it. */
export const planOf = (executor: Executor, graph: TrainingGraph, batch: number): Promise<Planned> =>
  largest(batch, partsOf(graph), (rows) => {
    const found = planned({ graph, executor }, batch, rows, null)
    executor.check(found.held)
    return found
  })

/** Loss and metrics, by name. */
export type Values = Readonly<Record<string, number>>

/** The steps of one batch size, loaded. */
interface Walk {
  run(data: Feeds, context: StepContext): Promise<boolean>
  values(): Promise<Values>
  dispose(): void
}

export interface StepsInput {
  readonly graph: TrainingGraph
  readonly executor: Executor
  readonly stop: Stop
  /** Tables that may lie on the device. */
  readonly tables: ReadonlyMap<string, Table>
}

export class Steps {
  readonly #input: StepsInput
  readonly #walks = new Map<number, Walk>()
  /** Most rows at once; null: whole batches. */
  readonly #most: number | null
  /** The data on the device, where they are: then a step is fed the numbers of its rows. */
  readonly resident: ResidentData | null
  #proved = false
  #uploaded = false

  /**
   * Steps whose largest batch is `batch`; that one is loaded. The executor holds the parameters and the states.
   * @throws ProblemError where two rows are more than the executor holds
   */
  static open(input: StepsInput, batch: number): Promise<Steps> {
    const { graph, executor } = input
    const parts = partsOf(graph)
    return largest(batch, parts, async (rows) => {
      const steps = new Steps(input, rows === batch ? null : rows)
      try {
        // before any memory is taken
        executor.check(planned(input, batch, rows, steps.resident).held)
        await steps.#upload()
        await steps.#walk(batch)
        return steps
      } catch (error) {
        await steps.dispose()
        throw error
      }
    })
  }

  private constructor(input: StepsInput, most: number | null) {
    const { graph, executor, tables } = input
    this.#input = input
    this.#most = most
    const { ir } = most === null ? graph : (partsOf(graph) as PartsGraph).add
    // steps that are taken on the host read the rows there
    this.resident = graph.secondOrder ? null : residentData(ir, tables, executor.dataLimit)
  }

  async #upload(): Promise<void> {
    if (!this.resident) return
    this.#uploaded = true
    await upload(this.#input.executor, this.resident)
  }

  /** @param data rows of a whole batch; @returns false where it was stopped, the parameters being as before */
  async run(data: Feeds, context: StepContext): Promise<boolean> {
    return (await this.#walk(context.rows)).run(data, context)
  }

  /** Loss and metrics of the last step, which had so many rows; what comes after it does not change them. */
  values(rows: number): Promise<Values> {
    return (this.#walks.get(rows) as Walk).values()
  }

  async dispose(): Promise<void> {
    for (const walk of this.#walks.values()) walk.dispose()
    this.#walks.clear()
    // a device that is lost has taken its memory along
    if (this.resident && this.#uploaded) await release(this.#input.executor, this.resident).catch(() => undefined)
  }

  #compiled(rows: number): Compiled {
    const { graph, executor } = this.#input
    return this.#most === null
      ? compileStep(graph, rows, executor, this.resident)
      : compilePart(partsOf(graph) as PartsGraph, rows, executor, this.resident)
  }

  async #walk(rows: number): Promise<Walk> {
    const known = this.#walks.get(rows)
    if (known) return known
    const made = await (this.#most === null ? this.#whole(rows) : this.#parts(rows, equal(rows, this.#most)))
    this.#walks.set(rows, made)
    return made
  }

  async #whole(rows: number): Promise<Walk> {
    const { graph, executor, stop } = this.#input
    const { plan, idOf } = this.#compiled(rows)
    const program = await executor.load(plan)
    const ids = Object.entries({ loss: graph.loss, ...graph.metrics })
    return {
      run: (data, context) => program.run(feedAll(plan, data, context), stop),
      values: () => readAll(ids, (id) => program.read(idOf(id))),
      dispose: () => program.dispose()
    }
  }

  async #parts(rows: number, most: number): Promise<Walk> {
    const { graph, executor, stop } = this.#input
    const parts = partsOf(graph) as PartsGraph
    await clearStates(executor, parts)
    const programs = new Map<number, Program>()
    const load = async (count: number): Promise<Program> => {
      const program = programs.get(count) ?? (await executor.load(this.#compiled(count).plan))
      programs.set(count, program)
      return program
    }
    /** Adds the gradients of the first `count` rows up, so many at once. */
    const add = async (feeds: Feeds, count: number, sizes: readonly number[]): Promise<boolean> => {
      let from = 0
      for (const size of sizes) {
        const to = from + size
        const own = rowsIn(feeds, parts, rows, from, to)
        const said = partFeeds(graph.summed, from, to, count)
        if (!(await (await load(size)).run({ ...own, ...said }, stop))) return false
        from = to
      }
      return true
    }
    const sizes = Array.from({ length: Math.ceil(rows / most) }, (_, i) => Math.min(most, rows - i * most))
    const apply = compileOnce(parts.apply, 1, executor)
    let update: Program | null = null
    const dispose = (): void => {
      for (const program of [...programs.values(), update]) program?.dispose()
    }
    try {
      for (const size of sizes) await load(size)
      update = await executor.load(apply.plan)
    } catch (error) {
      dispose()
      throw error
    }
    const take = update
    return {
      run: async (data, context) => {
        const feeds = wholeFeeds(this.#compiled(most).plan, parts, data, context)
        if (!this.#proved) {
          await this.#prove(parts, most, (count, cut) => add(feeds, count, cut))
          this.#proved = true
          for (const [size, program] of programs) if (!sizes.includes(size)) program.dispose()
          for (const size of [...programs.keys()]) if (!sizes.includes(size)) programs.delete(size)
        }
        return (await add(feeds, rows, sizes)) && (await take.run(feedAll(apply.plan, {}, context), stop))
      },
      values: () => readAll(parts.values, (name) => executor.getVariable(name)),
      dispose
    }
  }

  /**
   * A few rows at once and then in two parts: their gradients must be the same, to rounding. They are not where rows
   * depend on each other, as in a batch normalisation, or where the loss is neither mean nor sum.
   * @throws ProblemError train.rowsTogether
   */
  async #prove(
    parts: PartsGraph,
    most: number,
    add: (count: number, sizes: readonly number[]) => Promise<boolean>
  ): Promise<void> {
    const { executor, graph } = this.#input
    const count = Math.min(PROOF, most)
    const found = async (sizes: readonly number[]): Promise<ArrayLike<number>[] | null> =>
      (await add(count, sizes)) ? Promise.all([...parts.gradients.values()].map((n) => executor.getVariable(n))) : null
    const sums = await Promise.all(
      Object.values(graph.sums).map(async (name) => [name, await executor.getVariable(name)] as const)
    )
    const [together, apart] = [await found([count]), await found([1, count - 1])]
    for (const [name, values] of sums) await executor.setVariable(name, values)
    if (together && apart && !together.every((g, i) => alike(g, apart[i] as ArrayLike<number>)))
      fail('train.rowsTogether', { rows: most })
  }
}

/** Rows that are looked at together and in two parts. */
const PROOF = 4
/** Largest difference that is taken for rounding, relative to the largest gradient of a parameter. */
const ROUNDING = 1e-3

function alike(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  let [apart, most] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    apart = Math.max(apart, Math.abs((a[i] as number) - (b[i] as number)))
    most = Math.max(most, Math.abs(a[i] as number), Math.abs(b[i] as number))
  }
  // what is no number shows in the loss
  return !(apart > ROUNDING * most)
}

/** All that a batch is fed, from the plan of a part of it. */
function wholeFeeds(plan: Plan, { byRow }: PartsGraph, data: Feeds, context: StepContext): Feeds {
  const feeds = plan.feeds.map((f) => (byRow.has(f.name) ? { ...f, shape: [context.rows, ...f.shape.slice(1)] } : f))
  const said = Object.fromEntries(PART_FEEDS.map((name) => [name, [0]]))
  return feedAll({ feeds }, { ...data, ...said }, context)
}

/** The same for rows `from` up to `to` of it. */
function rowsIn(feeds: Feeds, { byRow }: PartsGraph, rows: number, from: number, to: number): Feeds {
  const cut = (numbers: ArrayLike<number>): ArrayLike<number> => {
    const row = numbers.length / rows
    const floats = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers)
    return floats.subarray(from * row, to * row)
  }
  return Object.fromEntries(Object.entries(feeds).map(([name, n]) => [name, byRow.has(name) ? cut(n) : n]))
}

async function readAll<T>(
  of: Iterable<readonly [string, T]>,
  read: (one: T) => Promise<ArrayLike<number>>
): Promise<Values> {
  const all = [...of].map(async ([name, one]) => [name, (await read(one))[0] as number] as const)
  return Object.fromEntries(await Promise.all(all))
}
