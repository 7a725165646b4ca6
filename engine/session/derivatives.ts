/** Jacobian and Hessian of a document, in float64. */
import { type Compiled, compile } from '../compile/compile.ts'
import { DIRECTION, hessianProduct, jacobianRow } from '../compile/jacobian.ts'
import type { GraphDocument } from '../document/types.ts'
import type { Value } from '../ir/builder.ts'
import { fail } from '../problem.ts'
import type { Executor, Stop } from '../runtime/executor.ts'
import { bindShape, sizeOf } from '../shape.ts'
import { curvature, jacobianMatrix, type Loaded } from '../train/derivatives.ts'
import { doubleExecutor } from '../train/double.ts'
import type { Inspection } from './inspect.ts'
import type { HessianRequest, HessianResult, JacobianRequest, JacobianResult } from './protocol.ts'
import { feedsFor, type Rows } from './rows.ts'
import { explainer } from './why.ts'

/** A document with its weights on an executor, and the rows that are looked at. */
export interface Ground {
  readonly document: GraphDocument
  readonly inspection: Inspection
  readonly executor: Executor
  readonly rows: Rows
  readonly stop: Stop
  /** Lets other work in, such as whoever wants to stop. */
  readonly breathe: () => Promise<void>
}

/** Each row of a Jacobian is a walk through the graph, and a matrix is for looking at: both have an end. */
const MOST_ROWS = 1000
const MOST_NUMBERS = 1_000_000

export const cancelled = (): never => {
  throw new DOMException('The derivatives were cancelled.', 'AbortError')
}

/** The graph on doubles, with these values among its results; directions are 0 until they are fed. */
export async function load(
  { inspection, executor, rows, stop, breathe }: Ground,
  wanted: readonly (Value | null)[]
): Promise<Loaded> {
  const ids = wanted.flatMap((value) => value?.id ?? [])
  const compiled: Compiled = compile(inspection.built.builder.graph(), { batch: rows.batch, wanted: ids })
  const doubles = doubleExecutor(inspection.ir.nodes.map((node) => node.op))
  for (const { name } of inspection.variables) await doubles.setVariable(name, await executor.getVariable(name))
  // Directions are fed walk by walk.
  const directions = compiled.plan.feeds.filter(({ name }) => name.startsWith(DIRECTION))
  const none = Object.fromEntries(directions.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))]))
  const feeds = feedsFor(compiled.plan, { ...rows, feeds: { ...rows.feeds, ...none } })
  return { compiled, program: await doubles.load(compiled.plan), feeds, stop, breathe }
}

function checkSize(what: string, rows: number, columns: number): void {
  if (rows > MOST_ROWS) fail('derivative.tooLarge', { what, rows, columns, limit: `at most ${MOST_ROWS} rows` })
  if (rows * columns > MOST_NUMBERS)
    fail('derivative.tooLarge', { what, rows, columns, limit: `at most ${MOST_NUMBERS} in all` })
}

export async function jacobian(ground: Ground, request: JacobianRequest): Promise<JacobianResult> {
  const { inspection, rows } = ground
  const { builder } = inspection.built
  const [of, wrt] = [inspection.valueOf(request.of), inspection.valueOf(request.wrt)]
  const shapes = { of: bindShape(of.type.shape, rows.batch), wrt: bindShape(wrt.type.shape, rows.batch) }
  const [height, width] = [sizeOf(shapes.of), sizeOf(shapes.wrt)]
  checkSize('The Jacobian', height, width)
  const found = jacobianRow(builder, of, wrt)
  const why = found.row ? null : explainer(builder.graph(), of.id)(wrt.id)
  const loaded = await load(ground, [found.row])
  const data = (await jacobianMatrix(loaded, found, height, width)) ?? cancelled()
  return { ...shapes, batch: rows.open ? rows.batch : null, data, why }
}

export async function hessian(ground: Ground, request: HessianRequest): Promise<HessianResult> {
  const { inspection, rows } = ground
  const { builder, objective } = inspection.built
  if (!objective) return fail('train.noObjective')
  // what no optimizer changes is looked at where it is asked for
  const changed = inspection.ir.nodes.filter((n) => n.op === 'Variable' && n.attributes.trainable !== false)
  const names = request.wrt ?? changed.map((n) => n.attributes.name as string)
  const values = names.map((name) => inspection.valueOf({ kind: 'parameter', name }))
  const sizes = values.map((value) => sizeOf(bindShape(value.type.shape, rows.batch)))
  const size = sizes.reduce((sum, n) => sum + n, 0)
  checkSize('The Hessian', size, size)
  const product = hessianProduct(builder, objective, values)
  const loaded = await load(ground, [...product.gradients, ...product.products])
  const found = (await curvature(loaded, product, sizes)) ?? cancelled()
  let offset = 0
  const parameters = names.map((name, i) => {
    const at = offset
    offset += sizes[i] as number
    return { name, shape: bindShape((values[i] as Value).type.shape, rows.batch), offset: at }
  })
  return { parameters, size, batch: rows.open ? rows.batch : null, gradient: found.gradient, data: found.hessian }
}
