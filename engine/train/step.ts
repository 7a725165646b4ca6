/** One training step, compiled. */
import { type Compiled, compile, type Limits, limitsOf } from '../compile/compile.ts'
import type { Executor } from '../runtime/executor.ts'
import { sizeOf } from '../shape.ts'
import type { TrainingGraph, Variable } from './graph.ts'
import type { PartsGraph, Walkable } from './parts.ts'
import type { ResidentData } from './resident.ts'

const compiled = new WeakMap<object, Map<string, Compiled>>()

/** A plan that is made once for each graph, batch size and kind of executor. */
export function compileOnce({ ir, wanted, updates }: Walkable, batch: number, executor: Limits): Compiled {
  const plans = compiled.get(ir) ?? new Map<string, Compiled>()
  compiled.set(ir, plans)
  const limits = limitsOf(executor)
  const key = [batch, ...Object.values(limits)].join(' ')
  const known = plans.get(key)
  if (known) return known
  const made = compile(ir, { batch, wanted, updates, ...limits })
  plans.set(key, made)
  return made
}

const resultsOf = ({ loss, metrics }: TrainingGraph): number[] => [loss, ...Object.values(metrics)]

/** The same with its data on the device. */
function on(resident: ResidentData, { wanted, updates }: Omit<Walkable, 'ir'>): Walkable {
  const at = (id: number): number => resident.to[id] as number
  return {
    ir: resident.ir,
    wanted: wanted.map(at),
    updates: new Map([...updates].map(([name, id]) => [name, at(id)]))
  }
}

/**
 * The plan of a step over a whole batch.
 * @param resident the graph with its data on the device, where they are
 */
export function compileStep(
  graph: TrainingGraph,
  batch: number,
  executor: Limits,
  resident: ResidentData | null = null
): Compiled {
  const whole = { ir: graph.ir, wanted: resultsOf(graph), updates: graph.updates }
  const made = compileOnce(resident ? on(resident, whole) : whole, batch, executor)
  return resident ? { ...made, idOf: (id: number): number => made.idOf(resident.to[id] as number) } : made
}

/** The plan of one part of a batch. */
export const compilePart = (
  { add }: PartsGraph,
  rows: number,
  executor: Limits,
  resident: ResidentData | null = null
): Compiled => compileOnce(resident ? on(resident, add) : add, rows, executor)

/** Optimizer states and sums, at 0. */
export async function clearStates(
  executor: Executor,
  { states }: { readonly states: readonly Variable[] }
): Promise<void> {
  for (const { name, shape } of states) await executor.setVariable(name, new Float64Array(sizeOf(shape)))
}
