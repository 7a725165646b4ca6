/**
 * What must hold of each random graph: executed shapes are the inferred ones, gradients are those of central differences,
 * every float32 executor agrees with the reference, and no plan overwrites what it needs.
 */
import { expect } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { type Compiled, compile } from '../../engine/compile/compile.ts'
import { makePlan, type PlanOptions } from '../../engine/compile/plan.ts'
import { recompute } from '../../engine/compile/recompute.ts'
import type { Value } from '../../engine/ir/builder.ts'
import { printIr } from '../../engine/ir/print.ts'
import type { IrNode } from '../../engine/ir/types.ts'
import { verify } from '../../engine/ir/verify.ts'
import { evaluate } from '../../engine/ops/evaluate.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { WasmExecutor } from '../../engine/runtime/wasm/index.ts'
import { type StaticShape, sizeOf } from '../../engine/shape.ts'
import type { Numbers } from '../../engine/tensor.ts'
import { PiecedExecutor } from '../pieced.ts'
import { difference } from './harness.ts'
import { checkPlan } from './plan-check.ts'
import { BATCH, type Grown, grow, type Store } from './random-graphs.ts'

/** Operators in a graph of the normal test. */
export const NORMAL_SIZE = 8

/** Of a device that holds larger tensors in pieces. */
const MOST_NUMBERS = 6

/** Of float32 against the reference, relative to the largest number of the tensor: a graph adds errors up. */
const AGREEMENT = 1e-3

interface Outcome {
  readonly objective: number
  readonly gradients: readonly Numbers[]
}

/** A graph with its backward graph. */
interface Subject {
  readonly grown: Grown
  readonly forward: readonly IrNode[]
  readonly leaves: readonly IrNode[]
  /** Gradients of the leaves that may be moved, by name. */
  readonly slopes: readonly { readonly name: string; readonly g: Value }[]
  /** IR ids of the objective and of these gradients. */
  readonly wanted: readonly number[]
}

function differentiate(grown: Grown): Subject {
  const { b, objective } = grown
  const forward = [...b.graph().nodes]
  const leaves = forward.filter((n) => (n.op === 'Variable' || n.op === 'Feed') && n.type.dtype === 'float')
  const gradients = backward(b, objective)
  const slopes = leaves.flatMap((n) => {
    const g = gradients.get(n.id)
    return g && !(n.attributes.name as string).startsWith('fixed') ? [{ name: n.attributes.name as string, g }] : []
  })
  return { grown, forward, leaves, slopes, wanted: [objective.id, ...slopes.map(({ g }) => g.id)] }
}

async function outcome(
  executor: Executor,
  { plan, idOf }: Compiled,
  wanted: readonly number[],
  feeds: Store,
  variables: Store
): Promise<Outcome> {
  for (const [name, data] of Object.entries(variables)) await executor.setVariable(name, data)
  const program = await executor.load(plan)
  try {
    await program.run(feeds)
    const read: Numbers[] = []
    for (const id of wanted) read.push(await program.read(idOf(id)))
    const [value, ...gradients] = read
    return { objective: (value as Numbers)[0] as number, gradients }
  } finally {
    program.dispose()
  }
}

/** Largest difference relative to the largest of the tensor, or to 1. */
function scaled(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const size = Array.from(b).reduce((m, x) => Math.max(m, Math.abs(x)), 1)
  const down = (t: ArrayLike<number>) => Array.from(t, (x) => x / size)
  return difference(down(a), down(b))
}

function compare({ slopes }: Subject, found: Outcome, exact: Outcome, device: string): void {
  const on = `in float32 on ${device}`
  expect(difference([found.objective], [exact.objective]), `objective ${on}`).toBeLessThan(AGREEMENT)
  for (const [i, { name }] of slopes.entries())
    expect(scaled(found.gradients[i] as Numbers, exact.gradients[i] as Numbers), `${name} ${on}`).toBeLessThan(
      AGREEMENT
    )
}

/** Says which graph failed, what it is, and how the seed is kept. */
async function named(grown: Grown, check: () => Promise<void>): Promise<void> {
  try {
    await check()
  } catch (error) {
    const { b, objective, seed, size, kinds } = grown
    const { plan } = compile(b.graph(), { batch: BATCH, wanted: [objective.id] })
    const why = error instanceof Error ? error.message : String(error)
    const what = `Random graph of seed ${seed} and size ${size} (${kinds.join(', ')}): ${why}`
    const keep = `To keep it, add { "seed": ${seed}, "size": ${size} } to test/generated/kept-seeds.json.`
    throw new Error(`${what}\n${keep}\n\n${printIr(plan.ir)}`, { cause: error })
  }
}

/** Grows the graph of a seed and checks all of it, on every executor that needs no GPU. */
export async function checkGraph(seed: number, size = NORMAL_SIZE): Promise<Grown> {
  const grown = await grow(seed, size)
  await named(grown, () => checkGrown(differentiate(grown)))
  expect(Object.keys({ ...grown.feeds, ...grown.variables }).length).toBeGreaterThan(0)
  return grown
}

/** Grows the graph of a seed and holds value and gradients of one executor against the reference. */
export async function checkGraphOn(executor: Executor, seed: number, size = NORMAL_SIZE): Promise<void> {
  const grown = await grow(seed, size)
  await named(grown, async () => {
    const subject = differentiate(grown)
    const { feeds, variables } = grown
    const { wanted } = subject
    const { maxOperands, maxOutputs, looseSlots } = executor
    const made = compile(grown.b.graph(), { batch: BATCH, wanted, maxOperands, maxOutputs, looseSlots, longestRow: 32 })
    checkPlan(made.plan)
    const exact = await outcome(new ReferenceExecutor(), made, wanted, feeds, variables)
    compare(subject, await outcome(executor, made, wanted, feeds, variables), exact, executor.device)
  })
}

/** The same with all that backward can compute again, however small. */
function recomputed({ plan, ...compiled }: Compiled, limits: Partial<PlanOptions>): Compiled {
  const results = [...plan.results.keys()]
  const { ir, to } = recompute(plan.ir, [...results, ...plan.updates.values()], 1)
  const at = (id: number): number => to[id] as number
  const updates = new Map([...plan.updates].map(([name, id]) => [name, at(id)]))
  const again = makePlan(ir, { ...limits, results: results.map(at), updates })
  return { ...compiled, plan: again, idOf: (id) => at(compiled.idOf(id)) }
}

async function checkGrown(subject: Subject): Promise<void> {
  const { forward, leaves, slopes, wanted } = subject
  const { b, objective, feeds, variables } = subject.grown
  const updates = new Map(
    slopes.flatMap(({ name, g }) => {
      const variable = leaves.find((n) => n.op === 'Variable' && n.attributes.name === name)
      return variable ? [[name, b.sub(variable, b.mul(0.1, g)).id] as const] : []
    })
  )
  // As training compiles it, and as a run does that keeps every value for the screen.
  const training = compile(b.graph(), { batch: BATCH, wanted: [objective.id], updates })
  const some = compile(b.graph(), { batch: BATCH, wanted, maxOperands: 3, longestRow: 32 })
  const all = compile(b.graph(), { batch: BATCH, wanted: [...wanted, ...forward.map((n) => n.id)] })
  const limits = { maxOperands: 12, maxOutputs: 4, looseSlots: true, longestRow: 1024, inPlace: true }
  const wide = compile(b.graph(), { batch: BATCH, wanted, updates, ...limits })
  const again = recomputed(wide, limits)
  const pieced = compile(b.graph(), { batch: BATCH, wanted, updates, mostNumbers: MOST_NUMBERS })
  for (const { plan } of [training, some, all, wide, again, pieced]) {
    verify(plan.ir, opOf)
    checkPlan(plan)
  }
  checkShapes(all.plan.ir.nodes, feeds, variables)

  const exact = await outcome(new ReferenceExecutor(), some, wanted, feeds, variables)
  for (const compiled of [some, all, wide, again]) {
    for (const executor of [new CpuExecutor(), new WasmExecutor('simd'), new WasmExecutor('relaxed')]) {
      if ((compiled === wide || compiled === again) && executor.maxOutputs < 4) continue
      compare(subject, await outcome(executor, compiled, wanted, feeds, variables), exact, executor.device)
    }
  }
  const executor = new PiecedExecutor(MOST_NUMBERS)
  compare(subject, await outcome(executor, pieced, wanted, feeds, variables), exact, `${executor.device}, in pieces`)
  await checkSlope(subject, some, exact)
}

/** All leaves along one random direction at once; where a step crosses a kink a smaller one does not. */
async function checkSlope({ grown, slopes, wanted }: Subject, compiled: Compiled, exact: Outcome): Promise<void> {
  const { feeds, variables } = grown
  const random = new Random(1).fork('direction')
  const directions = new Map(
    slopes.map(({ name }) => {
      const { length } = (feeds[name] ?? variables[name]) as Float64Array
      return [name, Float64Array.from({ length }, () => random.uniform(-1, 1))]
    })
  )
  const slope = slopes.reduce(
    (sum, { name }, i) =>
      sum + (directions.get(name)?.reduce((s, d, j) => s + d * (exact.gradients[i]?.[j] as number), 0) ?? 0),
    0
  )
  const moved = (store: Store, by: number): Store =>
    Object.fromEntries(
      Object.entries(store).map(([name, x]) => [name, x.map((v, j) => v + by * (directions.get(name)?.[j] ?? 0))])
    )
  const errors: number[] = []
  for (const step of [1e-5, 1e-6, 1e-7]) {
    const at = async (by: number) =>
      (await outcome(new ReferenceExecutor(), compiled, wanted, moved(feeds, by), moved(variables, by))).objective
    errors.push(Math.abs(((await at(step)) - (await at(-step))) / (2 * step) - slope) / Math.max(1, Math.abs(slope)))
    if ((errors.at(-1) as number) < 1e-5) return
  }
  expect(Math.min(...errors), 'gradient against central differences').toBeLessThan(1e-5)
}

/** Executes node by node and compares what came out with what was inferred. */
function checkShapes(nodes: readonly IrNode[], feeds: Store, variables: Store): void {
  const values = new Map<number, { shape: StaticShape; data: Float64Array }>()
  for (const node of nodes) {
    const shape = node.type.shape as StaticShape
    const name = node.attributes.name as string
    if (node.op === 'Const') {
      const given = node.attributes.values as readonly number[]
      const data =
        given.length === 1 ? new Float64Array(sizeOf(shape)).fill(given[0] as number) : Float64Array.from(given)
      values.set(node.id, { shape, data })
    } else if (node.op === 'Feed') values.set(node.id, { shape, data: feeds[name] as Float64Array })
    else if (node.op === 'Variable') values.set(node.id, { shape, data: variables[name] as Float64Array })
    else
      values.set(
        node.id,
        evaluate(
          node,
          node.inputs.map((i) => values.get(i) as { shape: StaticShape; data: Float64Array })
        )
      )
    expect(values.get(node.id)?.data.length, `elements of %${node.id} ${node.op}`).toBe(sizeOf(shape))
  }
}
