/** IR with open batch → plan for one batch size: bind, prune, lower, simplify, prune, recompute, gather rows, plan. */
import type { IrGraph } from '../ir/types.ts'
import { bindBatch, follow, lower, ownUpdates, prune, simplify } from './passes.ts'
import { makePlan, type Plan } from './plan.ts'
import { recompute } from './recompute.ts'
import { gatherRows } from './rows.ts'

export interface CompileOptions {
  /** What B stands for. */
  readonly batch: number
  /** IR ids to be readable after a run. */
  readonly wanted: readonly number[]
  /** Variable name → IR id of its value after the run. */
  readonly updates?: ReadonlyMap<string, number>
  readonly maxOperands?: number
  readonly maxOutputs?: number
  readonly looseSlots?: boolean | undefined
  readonly longestRow?: number | undefined
  readonly shortestRow?: number | undefined
  readonly inPlace?: boolean | undefined
}

export interface Compiled {
  readonly plan: Plan
  /** What compiling took. */
  readonly milliseconds: number
  /** The id by which the executor knows a node of the IR that was compiled. */
  readonly idOf: (id: number) => number
}

export function compile(ir: IrGraph, { batch, wanted, updates = new Map(), ...limits }: CompileOptions): Compiled {
  const began = performance.now()
  const read = [...wanted, ...updates.values()]
  const needed = prune(ir, read)
  const bound = bindBatch(needed.ir, batch)
  const lowered = lower(bound.ir)
  const simple = simplify(lowered.ir)
  const before = follow(needed, bound, lowered, simple)
  const live = prune(simple.ir, read.map(before))
  const again = recompute(live.ir, read.map(follow(needed, bound, lowered, simple, live)))
  const rows = gatherRows(again.ir, read.map(follow(needed, bound, lowered, simple, live, again)), limits)
  const idOf = follow(needed, bound, lowered, simple, live, again, rows)
  const own = ownUpdates(rows.ir, new Map([...updates].map(([name, id]) => [name, idOf(id)])))
  const { regions } = rows
  const plan = makePlan(own.ir, { results: new Set(wanted.map(idOf)), updates: own.updates, regions, ...limits })
  return { plan, idOf, milliseconds: performance.now() - began }
}
