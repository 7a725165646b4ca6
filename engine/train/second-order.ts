/**
 * Newton's method and the normal equation: steps that need the whole Hessian and a linear system, for small problems.
 *
 * Both are taken on the host, in double precision, whatever backend computes the loss: the Hessian by second derivatives
 * of the graph, the system by Cholesky. They look at all examples at once.
 */
import { backward } from '../compile/backward.ts'
import { compile } from '../compile/compile.ts'
import { type HessianProduct, hessianProduct } from '../compile/jacobian.ts'
import type { Built } from '../document/build.ts'
import { indexOf } from '../document/lookup.ts'
import type { GraphDocument, TrainingSettings } from '../document/types.ts'
import type { Value } from '../ir/builder.ts'
import type { IrGraph, IrNode } from '../ir/types.ts'
import { fail } from '../problem.ts'
import type { Executor, Stop } from '../runtime/executor.ts'
import { bindShape, type StaticShape, sizeOf } from '../shape.ts'
import { NotPositiveDefinite, solve } from './cholesky.ts'
import { curvature, type Loaded } from './derivatives.ts'
import { type Doubles, doubleExecutor } from './double.ts'
import { type Feeds, otherFeeds, type StepContext } from './feeds.ts'

/** Parameters in all. The Hessian has its square in numbers, and takes as many walks through the graph. */
export const MOST_PARAMETERS = 500

const KINDS = ['newton', 'normalEquation'] as const
type Kind = (typeof KINDS)[number]

/** Whether an optimizer takes all examples in each step, whatever the batch size. */
export const takesAll = (kind: string): kind is Kind => (KINDS as readonly string[]).includes(kind)

export interface SecondOrder {
  readonly kind: Kind
  /** λ of H + λI, or of XᵀX + λI. */
  readonly lambda: number
  readonly product: HessianProduct
  /** In the order of the Hessian's rows. */
  readonly trained: readonly { readonly name: string; readonly start: number; readonly size: number }[]
  /** What the normal equation compares, whose elements the mean is over; null where it is a sum, or there is none. */
  readonly meanOver: Value | null
}

/** @throws ProblemError train.solver… where the kind does not apply to the graph. */
export function secondOrder(
  document: GraphDocument,
  { builder: b, objective, wires }: Built,
  { optimizer, clip }: TrainingSettings,
  parameters: readonly IrNode[]
): SecondOrder | null {
  const { kind } = optimizer
  if (!takesAll(kind)) return null
  if (clip) fail('train.solverClip', { kind })
  let count = 0
  const trained = parameters.map((p) => {
    const start = count
    const size = sizeOf(p.type.shape as StaticShape)
    count += size
    return { name: p.attributes.name as string, start, size }
  })
  if (count > MOST_PARAMETERS) fail('train.solverSize', { kind, count, limit: MOST_PARAMETERS })
  let meanOver: Value | null = null
  if (kind === 'normalEquation') {
    const index = indexOf(document)
    const loss = index.nodes.get(document.objective ?? '')
    if (loss?.op !== 'MeanSquaredError') return fail('train.solverObjective', { kind, op: loss?.op ?? '' })
    const wire = (handle: string): Value => wires.get(index.into(loss.id, handle)?.id ?? '') as Value
    const residual = b.sub(wire('prediction'), wire('target'))
    if (!isLinear(b.graph(), backwardOf(b, residual, parameters), parameters)) fail('train.solverLinear', { kind })
    meanOver = loss.attributes?.reduction === 'sum' ? null : residual
  }
  const product = hessianProduct(b, objective as Value, parameters)
  const lambda = Number(optimizer[kind === 'newton' ? 'damping' : 'ridge'] ?? 0)
  return { kind, lambda, product, trained, meanOver }
}

/** vᵀJ of the residual, by parameter, for a fed v. */
function backwardOf(b: Built['builder'], residual: Value, parameters: readonly IrNode[]): readonly Value[] {
  const found = backward(b, residual, new Set(parameters.map((p) => p.id)), b.feed('#residual', residual.type.shape))
  return parameters.flatMap((p) => found.get(p.id) ?? [])
}

/** A function is linear (or affine) exactly where its Jacobian does not depend on what it is a function of. */
function isLinear(ir: IrGraph, jacobian: readonly Value[], parameters: readonly IrNode[]): boolean {
  const changing = new Set(parameters.map((p) => p.id))
  const seen = new Set<number>()
  const waiting = jacobian.map((v) => v.id)
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (changing.has(id)) return false
    const node = ir.nodes[id] as IrNode
    // A count reads the shape of its input alone.
    if (seen.has(id) || node.op === 'CountOf') continue
    seen.add(id)
    waiting.push(...node.inputs)
  }
  return true
}

export interface SolverInput {
  readonly ir: IrGraph
  readonly order: SecondOrder
  /** Names of everything that the graph reads as a variable. */
  readonly variables: readonly string[]
  readonly stop: Stop
  readonly breathe?: (() => Promise<void>) | undefined
}

/** One step after the other, in double precision on arrays of its own. */
export class Solver {
  readonly #input: SolverInput
  readonly #executor: Doubles
  #loaded: (Omit<Loaded, 'feeds'> & { readonly rows: number }) | null = null

  constructor(input: SolverInput) {
    this.#input = input
    this.#executor = doubleExecutor(input.ir.nodes.map((node) => node.op))
  }

  async #load(rows: number): Promise<Omit<Loaded, 'feeds'>> {
    if (this.#loaded?.rows === rows) return this.#loaded
    const { ir, order, stop, breathe } = this.#input
    const wanted = [...order.product.gradients, ...order.product.products].flatMap((value) => value?.id ?? [])
    const compiled = compile(ir, { batch: rows, wanted })
    this.#loaded = { compiled, program: await this.#executor.load(compiled.plan), stop, breathe, rows }
    return this.#loaded
  }

  /**
   * What the parameters become, by name; null where it was stopped.
   *
   * - newton: w - η (H + λI)⁻¹ g
   * - normalEquation: w with (XᵀX + λI) w = Xᵀt. As H = c XᵀX and g = c Xᵀ(Xw - t), with c = 2 / n for a mean over n
   *   elements and 2 for a sum, that is w - (H + cλI)⁻¹ (g + cλw); the rate plays no part.
   *
   * @throws ProblemError train.singular
   */
  async step(
    from: Pick<Executor, 'getVariable'>,
    rows: Feeds,
    context: StepContext,
    rate: number
  ): Promise<Map<string, Float64Array> | null> {
    const { order, variables } = this.#input
    for (const name of variables) await this.#executor.setVariable(name, await from.getVariable(name))
    const loaded = await this.#load(context.rows)
    const feeds = { ...rows, ...otherFeeds(loaded.compiled.plan, context) }
    const found = await curvature(
      { ...loaded, feeds },
      order.product,
      order.trained.map((p) => p.size)
    )
    if (!found) return null
    const { gradient, hessian } = found
    const before = new Float64Array(gradient.length)
    for (const { name, start } of order.trained) before.set(await this.#executor.getVariable(name), start)
    const normal = order.kind === 'normalEquation'
    const scale = order.meanOver ? 2 / sizeOf(bindShape(order.meanOver.type.shape, context.rows)) : 2
    const lambda = normal ? scale * order.lambda : order.lambda
    for (let i = 0; i < gradient.length; i++) {
      hessian[i * gradient.length + i] = (hessian[i * gradient.length + i] as number) + lambda
      if (normal) gradient[i] = (gradient[i] as number) + lambda * (before[i] as number)
    }
    const change = this.#solve(hessian, gradient)
    const after = before.map((w, i) => w - (normal ? 1 : rate) * (change[i] as number))
    return new Map(order.trained.map(({ name, start, size }) => [name, after.slice(start, start + size)]))
  }

  #solve(hessian: Float64Array, gradient: Float64Array): Float64Array {
    try {
      return solve(hessian, gradient)
    } catch (error) {
      if (!(error instanceof NotPositiveDefinite)) throw error
      const { kind, trained } = this.#input.order
      const owner = trained.findLast(({ start }) => start <= error.row) as (typeof trained)[number]
      return fail('train.singular', {
        kind,
        place: `${owner.name}[${error.row - owner.start}]`,
        pivot: error.pivot.toPrecision(3),
        option: kind === 'newton' ? 'damping' : 'ridge'
      })
    }
  }
}
