/** Autodiff against differences, in float64, on the reference. */
import { compile } from '../compile/compile.ts'
import { build, type MakeWire } from '../document/build.ts'
import { fail } from '../problem.ts'
import { sizeOf } from '../shape.ts'
import type { Numbers } from '../tensor.ts'
import type { Feeds } from '../train/feeds.ts'
import { cancelled, type Ground } from './derivatives.ts'
import { sum } from './inspect.ts'
import type {
  DifferenceCurve,
  DifferenceRequest,
  GradcheckOptions,
  GradcheckReport,
  GradientCheck
} from './protocol.ts'
import { feedsFor } from './rows.ts'

/** Elements per tensor. */
const MOST = 25

/**
 * (L(x + h) - L(x - h)) / 2h has an error of order h², (L(x + h) - L(x)) / h one of order h: in double precision these
 * steps, times max(1, |x|), balance it against rounding. The limits are what is left with some room.
 */
const METHODS = {
  central: { h: 1e-5, limit: 1e-5 },
  forward: { h: 1e-7, limit: 1e-4 }
} as const

/** Names of the feeds that are added on edges. No node id begins so. */
const NUDGE = '#nudge.'

/** x + 0 in place of x: the feed changes the number on that edge alone. */
const nudged: MakeWire = (b, from, edge) =>
  from.type.dtype === 'float' ? b.add(from, b.feed(`${NUDGE}${edge}`, from.type.shape)) : b.one('Identity', from)

interface Compared {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Numbers
  readonly gradient: Numbers
  /** The objective with element `index` changed to x. */
  readonly at: (index: number, x: number) => Promise<number>
}

async function compare(
  { name, shape, values, gradient, at }: Compared,
  method: GradcheckReport['method'],
  step: number,
  breathe: () => Promise<void>
): Promise<GradientCheck> {
  const checked = Math.min(MOST, values.length)
  let largest = 0
  for (const g of gradient) largest = Math.max(largest, Math.abs(g))
  let worst: GradientCheck['worst'] = { index: 0, autodiff: 0, [method]: 0 }
  let relativeError = -1
  for (let i = 0; i < checked; i++) {
    await breathe()
    const index = Math.floor((i * values.length) / checked)
    const x = values[index] as number
    const h = step * Math.max(1, Math.abs(x))
    const low = method === 'central' ? x - h : x
    const [above, below] = [await at(index, x + h), await at(index, low)]
    const difference = (above - below) / (x + h - low)
    const autodiff = gradient[index] as number
    // A difference of two numbers as large as L is only known to about ε·|L|/h: below that nothing can be called wrong.
    const rounding = (4 * Number.EPSILON * Math.max(1, Math.abs(above), Math.abs(below))) / (h * METHODS[method].limit)
    const scale = Math.max(Math.abs(autodiff), Math.abs(difference), 1e-3 * largest, 1e-8, rounding)
    const error = Math.abs(autodiff - difference) / scale
    // What is no number agrees with nothing, and stays the worst.
    const off = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
    if (off > relativeError) {
      relativeError = off
      worst = { index, autodiff, [method]: difference }
    }
  }
  return { name, shape, checked, elements: values.length, relativeError: Math.max(0, relativeError), worst }
}

/** All that can be compared: every parameter that the objective depends on and, where asked for, every edge. */
async function* comparables(
  ground: Ground,
  edges: boolean
): AsyncGenerator<Compared & { readonly kind: 'parameter' | 'edge' }> {
  const { document, inspection, executor, rows, stop } = ground
  if (!inspection.built.objective) fail('gradient.noObjective')
  const { compiled, program } = await inspection.program(executor, rows.batch)
  if (!(await program.run(feedsFor(compiled.plan, rows), stop))) cancelled()

  const walk = async (makeWire?: MakeWire): Promise<(change: Feeds) => Promise<number>> => {
    const { ir, objective } = build(document, { makeWire })
    const id = objective?.id as number
    const { plan, idOf } = compile(ir, { batch: rows.batch, wanted: [id] })
    const still = plan.feeds.filter(({ name }) => name.startsWith(NUDGE))
    const zeros = Object.fromEntries(still.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))]))
    const feeds = feedsFor(plan, { ...rows, feeds: { ...rows.feeds, ...zeros } })
    const forward = await executor.load(plan)
    return async (change) => {
      if (!(await forward.run({ ...feeds, ...change }, stop))) cancelled()
      return sum(await forward.read(idOf(id)))
    }
  }

  const objective = await walk()
  for (const { name, shape } of inspection.variables) {
    const gradient = await inspection.tensor({ kind: 'parameter', name }, 'gradient')
    if (!gradient) continue
    const values = await executor.getVariable(name)
    const at = async (index: number, x: number): Promise<number> => {
      await executor.setVariable(name, Float64Array.from(values).with(index, x))
      return objective({})
    }
    yield { kind: 'parameter', name, shape, values, gradient: gradient.data, at }
    await executor.setVariable(name, values)
  }
  if (!edges) return

  const along = await walk(nudged)
  for (const { id } of document.edges) {
    const target = { kind: 'edge', id } as const
    const gradient = await inspection.tensor(target, 'gradient')
    if (!gradient) continue
    const { data: values, shape } = (await inspection.tensor(target, 'value')) as typeof gradient
    const at = (index: number, x: number): Promise<number> =>
      along({ [`${NUDGE}${id}`]: new Float64Array(values.length).with(index, x - (values[index] as number)) })
    yield { kind: 'edge', name: id, shape, values, gradient: gradient.data, at }
  }
}

/** Every parameter that the objective depends on and, where asked for, every edge. */
export async function checkGradients(ground: Ground, options: GradcheckOptions): Promise<GradcheckReport> {
  const method = options.forward ? 'forward' : 'central'
  const { limit, h: usual } = METHODS[method]
  const h = options.h ?? usual
  const found = { parameter: [] as GradientCheck[], edge: [] as GradientCheck[] }
  for await (const one of comparables(ground, options.edges ?? false)) {
    found[one.kind].push(await compare(one, method, h, ground.breathe))
  }
  return { method, h, limit, parameters: found.parameter, edges: options.edges ? found.edge : null }
}

/**
 * How the error of a difference depends on its step: a large h cuts the series off early, a small one leaves nothing but
 * rounding. Element `index` of one parameter or edge.
 */
export async function differenceCurve(ground: Ground, request: DifferenceRequest): Promise<DifferenceCurve> {
  const { target, index, steps } = request
  const name = target.kind === 'parameter' ? target.name : target.id
  for await (const one of comparables(ground, target.kind === 'edge')) {
    if (one.kind !== target.kind || one.name !== name) continue
    const x = one.values[index] as number
    const here = await one.at(index, x)
    const points: DifferenceCurve['points'][number][] = []
    for (const step of steps) {
      await ground.breathe()
      // the step that is really taken, after rounding
      const [high, low] = [x + step * Math.max(1, Math.abs(x)), x - step * Math.max(1, Math.abs(x))]
      const [above, below] = [await one.at(index, high), await one.at(index, low)]
      points.push({ h: step, central: (above - below) / (high - low), forward: (above - here) / (high - x) })
    }
    return { autodiff: one.gradient[index] as number, points }
  }
  return fail('graph.noSuchThing', { what: 'gradient', id: name })
}
