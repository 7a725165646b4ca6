/** IR with open batch → plan for one batch size: bind, prune, lower, simplify, prune, split, recompute, gather rows, plan. */
import type { IrGraph } from '../ir/types.ts'
import { bindBatch, follow, lower, ownUpdates, prune, simplify } from './passes.ts'
import { makePlan, type Plan } from './plan.ts'
import { recompute } from './recompute.ts'
import { gatherRows } from './rows.ts'
import { split } from './split.ts'

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
  /** Numbers of the largest tensor that is held as one. */
  readonly mostNumbers?: number | undefined
}

const LIMITS = [
  'maxOperands',
  'maxOutputs',
  'looseSlots',
  'longestRow',
  'shortestRow',
  'inPlace',
  'mostNumbers'
] as const

/** What kernels and tensors an executor takes. */
export type Limits = Pick<CompileOptions, (typeof LIMITS)[number]>

export const limitsOf = (executor: Limits): Limits => Object.fromEntries(LIMITS.map((key) => [key, executor[key]]))

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
  const at = follow(needed, bound, lowered, simple, live)
  const asked = wanted.map(at)
  const after = new Map([...updates].map(([name, id]) => [name, at(id)]))
  const parted = split(live.ir, asked, after, limits.mostNumbers)
  const single = asked.filter((id) => !parted.parts.has(id)).map((id) => parted.to[id] as number)
  const results = [...single, ...[...parted.parts.values()].flat()]
  const last = [...results, ...parted.updates.values()]
  const again = recompute(parted.ir, last)
  const rows = gatherRows(again.ir, last.map(follow(again)), limits)
  const planId = follow(again, rows)
  const own = ownUpdates(rows.ir, new Map([...parted.updates].map(([name, id]) => [name, planId(id)])))
  const planned = makePlan(own.ir, {
    results: new Set(results.map(planId)),
    updates: own.updates,
    regions: rows.regions,
    ...limits
  })
  // ids behind those of the plan stand for what is read from pieces
  const joined = new Map([...parted.parts.keys()].map((id, i) => [id, own.ir.nodes.length + i]))
  const plan: Plan = {
    ...planned,
    pieces: parted.pieces,
    joined: new Map([...parted.parts].map(([id, parts]) => [joined.get(id) as number, parts.map(planId)]))
  }
  const idOf = (id: number): number => joined.get(at(id)) ?? follow(parted, again, rows)(at(id))
  return { plan, idOf, milliseconds: performance.now() - began }
}
