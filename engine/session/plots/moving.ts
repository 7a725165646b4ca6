/** One number of a graph over coordinates along which some of its values are moved, and its gradient by them. */
import { backward } from '../../compile/backward.ts'
import { type Compiled, compile } from '../../compile/compile.ts'
import { alongFeed, baseFeed, coordinateFeed, type Moved, moveAlong } from '../../compile/move.ts'
import { operationsOf } from '../../compile/plan.ts'
import type { Value } from '../../ir/builder.ts'
import { fail } from '../../problem.ts'
import type { Executor, Program } from '../../runtime/executor.ts'
import { bindShape, sizeOf } from '../../shape.ts'
import type { Numbers } from '../../tensor.ts'
import { type Doubles, doubleExecutor } from '../../train/double.ts'
import type { Feeds } from '../../train/feeds.ts'
import type { Variable } from '../../train/graph.ts'
import { cancelled, type Ground } from '../derivatives.ts'
import { sum } from '../inspect.ts'
import { feedsFor } from '../rows.ts'
import type { Precision } from './types.ts'

/** What leads to it, and how far: a value of the graph and a tensor of its size for each axis along which it moves. */
export interface Move {
  readonly value: Value
  /** Where it is at the origin of the axes. */
  readonly base: Float64Array
  readonly along: ReadonlyMap<number, Float64Array>
}

export interface Looked {
  readonly value: Value
  /** Element; null for the sum of all. */
  readonly index: number | null
}

/** Has the float32 executor, with the weights on it, for what would take too long in doubles. */
export interface Looks {
  looker(variables: readonly Variable[]): Promise<Executor>
}

/** Most operations of one walk that are done in doubles. */
const SMALL = 4e6
/** Milliseconds between two breaths. */
const BREATH_EVERY = 16
const LOOKED = '#looked'

export interface Here {
  readonly y: number
  /** dy by each coordinate; empty where it was not asked for. */
  readonly slopes: readonly number[]
}

/** Values as they are, in doubles: where moves start. */
export async function valuesNow(ground: Ground, values: readonly Value[]): Promise<Numbers[]> {
  const { inspection, rows, stop } = ground
  const { plan, idOf } = compile(inspection.ir, { batch: rows.batch, wanted: values.map((v) => v.id) })
  const program = await (await doublesOf(ground)).load(plan)
  if (!(await program.run(feedsFor(plan, rows), stop))) cancelled()
  return Promise.all(values.map((v) => program.read(idOf(v.id))))
}

async function doublesOf({ inspection, executor }: Ground): Promise<Doubles> {
  const doubles = doubleExecutor(inspection.ir.nodes.map((node) => node.op))
  for (const { name } of inspection.variables) await doubles.setVariable(name, await executor.getVariable(name))
  return doubles
}

export class Moving {
  readonly precision: Precision
  /** Of one walk. */
  readonly operations: number
  /** Whether anything differentiable leads to each coordinate. */
  readonly reached: readonly boolean[]
  readonly #ground: Ground
  readonly #compiled: Compiled
  readonly #program: Program
  readonly #feeds: Record<string, ArrayLike<number>>
  readonly #looked: { readonly id: number; readonly index: number | null }
  readonly #slopes: readonly (Value | null)[]
  #breathed = performance.now()

  private constructor(
    ground: Ground,
    made: {
      readonly compiled: Compiled
      readonly program: Program
      readonly feeds: Feeds
      readonly looked: { readonly id: number; readonly index: number | null }
      readonly slopes: readonly (Value | null)[]
      readonly precision: Precision
      readonly operations: number
    }
  ) {
    this.#ground = ground
    this.#compiled = made.compiled
    this.#program = made.program
    this.#feeds = { ...made.feeds }
    this.#looked = made.looked
    this.#slopes = made.slopes
    this.precision = made.precision
    this.operations = made.operations
    this.reached = made.slopes.map((slope) => slope !== null)
  }

  /**
   * @param axes how many coordinates there are
   * @param gradient whether the slopes are asked for too
   * @param looks where it may be computed in float32; absent, it is computed in doubles however long that takes
   */
  static async load(
    ground: Ground,
    looked: Looked,
    { moves, axes, gradient, looks }: { moves: readonly Move[]; axes: number; gradient: boolean; looks?: Looks }
  ): Promise<Moving> {
    const { inspection, rows } = ground
    const forward = { nodes: inspection.ir.nodes.slice(0, looked.value.id + 1) }
    const inside = moves.filter(({ value }) => value.id <= looked.value.id)
    const moved = moveAlong(forward, new Map(inside.map((m) => [m.value.id, [...m.along.keys()]])), axes)
    const of = moved.valueOf(looked.value.id)
    const slopes = gradient ? slopesOf(moved, of, looked.index) : []
    const wanted = [of, ...slopes.flatMap((slope) => slope ?? [])].map((v) => v.id)
    const ir = moved.builder.graph()
    const fed: Feeds = {}
    for (const { value, base, along } of inside) {
      fed[baseFeed(value.id)] = base
      for (const [axis, direction] of along) fed[alongFeed(value.id, axis)] = direction
    }
    for (let axis = 0; axis < axes; axis++) fed[coordinateFeed(axis)] = [0]
    const one = new Float64Array(sizeOf(bindShape(of.type.shape, rows.batch)))
    if (looked.index !== null && looked.index >= one.length)
      fail('plot.element', { index: looked.index, count: one.length })
    if (looked.index !== null) one[looked.index] = 1
    fed[LOOKED] = one
    const plain = compile(ir, { batch: rows.batch, wanted })
    const operations = operationsOf(plain.plan)
    const executor = looks && operations > SMALL ? await looks.looker(inspection.variables) : null
    const compiled = executor
      ? compile(ir, {
          batch: rows.batch,
          wanted,
          maxOperands: executor.maxOperands,
          maxOutputs: executor.maxOutputs,
          mostNumbers: executor.mostNumbers
        })
      : plain
    const names = new Set(compiled.plan.feeds.map(({ name }) => name))
    const own = Object.fromEntries(Object.entries(fed).filter(([name]) => names.has(name)))
    const feeds = feedsFor(compiled.plan, { ...rows, feeds: { ...rows.feeds, ...own } })
    const program = await (executor ?? (await doublesOf(ground))).load(compiled.plan)
    return new Moving(ground, {
      compiled,
      program,
      feeds,
      looked: { id: of.id, index: looked.index },
      slopes,
      precision: executor ? 'float32' : 'float64',
      operations
    })
  }

  /** @throws DOMException AbortError where it was stopped */
  async at(...coordinates: readonly number[]): Promise<Here> {
    const { stop, breathe } = this.#ground
    if (performance.now() - this.#breathed >= BREATH_EVERY) {
      await breathe()
      this.#breathed = performance.now()
    }
    for (const [axis, t] of coordinates.entries()) this.#feeds[coordinateFeed(axis)] = [t]
    if (stop() || !(await this.#program.run(this.#feeds, stop))) cancelled()
    const numbers = await this.#program.read(this.#compiled.idOf(this.#looked.id))
    const slopes: number[] = []
    for (const slope of this.#slopes)
      slopes.push(slope ? ((await this.#program.read(this.#compiled.idOf(slope.id)))[0] as number) : 0)
    return { y: this.#looked.index === null ? sum(numbers) : (numbers[this.#looked.index] as number), slopes }
  }

  dispose(): void {
    this.#program.dispose()
  }
}

function slopesOf({ builder, coordinates }: Moved, of: Value, index: number | null): (Value | null)[] {
  const wanted = new Set(coordinates.map((c) => c.id))
  const upstream = index === null || of.type.dtype !== 'float' ? undefined : builder.feed(LOOKED, of.type.shape)
  const found = backward(builder, of, wanted, upstream)
  return coordinates.map((c) => found.get(c.id) ?? null)
}
