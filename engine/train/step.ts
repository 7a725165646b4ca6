/** One training step, compiled, and how fast an executor walks it. */
import { type Compiled, compile } from '../compile/compile.ts'
import type { Executor, Stop } from '../runtime/executor.ts'
import { sizeOf } from '../shape.ts'
import { type Feeds, feedAll } from './feeds.ts'
import type { TrainingGraph } from './graph.ts'
import type { ResidentData } from './resident.ts'

const compiled = new WeakMap<TrainingGraph | ResidentData, Map<string, Compiled>>()

/**
 * The plan of a step; made once for each graph, batch size and kind of executor.
 * @param resident the graph with its data on the device, where they are
 */
export function compileStep(
  graph: TrainingGraph,
  batch: number,
  { maxOperands, maxOutputs, looseSlots }: Pick<Executor, 'maxOperands' | 'maxOutputs' | 'looseSlots'>,
  resident: ResidentData | null = null
): Compiled {
  const owner = resident ?? graph
  const plans = compiled.get(owner) ?? new Map<string, Compiled>()
  compiled.set(owner, plans)
  const key = `${batch} ${maxOperands} ${maxOutputs} ${looseSlots}`
  const known = plans.get(key)
  if (known) return known
  const at = (id: number): number => (resident ? (resident.to[id] as number) : id)
  const wanted = [graph.loss, ...Object.values(graph.metrics)].map(at)
  const updates = new Map([...graph.updates].map(([name, id]) => [name, at(id)]))
  const made = compile(resident?.ir ?? graph.ir, { batch, wanted, updates, maxOperands, maxOutputs, looseSlots })
  const step = { ...made, idOf: (id: number): number => made.idOf(at(id)) }
  plans.set(key, step)
  return step
}

/** Optimizer states and sums, at 0. */
export async function clearStates(executor: Executor, { states }: TrainingGraph): Promise<void> {
  for (const { name, shape } of states) await executor.setVariable(name, new Float64Array(sizeOf(shape)))
}

export interface TrialInput {
  readonly graph: TrainingGraph
  readonly batch: number
  /** Rows of the data sets, as many as the batch. */
  readonly data: Feeds
  /** How long to measure; the first step, which compiles, comes before. */
  readonly milliseconds: number
  readonly now: () => number
  readonly stop: Stop
}

/**
 * Steps per second of an executor that holds the parameters. It learns them on the way: whoever holds their numbers must
 * send them again.
 */
export async function stepRate(executor: Executor, input: TrialInput): Promise<number> {
  const { graph, batch, data, milliseconds, now, stop } = input
  const { plan, idOf } = compileStep(graph, batch, executor)
  executor.check(plan)
  await clearStates(executor, graph)
  const program = await executor.load(plan)
  try {
    let steps = 0
    const walk = async (count: number): Promise<void> => {
      for (let i = 0; i < count && !stop(); i++) {
        const scalars = graph.optimizer.scalars(++steps, 0)
        await program.run(feedAll(plan, data, { step: steps, training: true, rows: batch, scalars }), stop)
      }
      // what a device has only been told to do is not done yet
      await program.read(idOf(graph.loss))
    }
    await walk(1)
    const [from, before] = [now(), steps]
    for (let count = 1; now() - from < milliseconds && !stop(); count = Math.min(64, 2 * count)) await walk(count)
    return ((steps - before) * 1000) / Math.max(now() - from, 1e-3)
  } finally {
    program.dispose()
  }
}
