/** The objective over two coordinates of its parameters: a grid of numbers, and the paths of optimizers on it. */
import { compile } from '../../compile/compile.ts'
import { DIRECTION } from '../../compile/jacobian.ts'
import type { OptimizerSettings } from '../../document/types.ts'
import { Builder } from '../../ir/builder.ts'
import { opOf } from '../../ops/registry.ts'
import { fail } from '../../problem.ts'
import { Random } from '../../random.ts'
import { bindShape, type StaticShape } from '../../shape.ts'
import { doubleExecutor } from '../../train/double.ts'
import { SCALAR } from '../../train/graph.ts'
import { makeOptimizer } from '../../train/optimizers.ts'
import type { Ground } from '../derivatives.ts'
import { around } from './curve.ts'
import { type Looks, type Move, Moving, valuesNow } from './moving.ts'
import type { Axes, Axis, LandscapeRequest, LandscapeResult, Path, PathsRequest, PathsResult, Range } from './types.ts'

/** Points on a side, by the operations of one walk: few enough for a few seconds in all. */
const sizeFor = (operations: number): number => (operations < 5e5 ? 49 : operations < 2e7 ? 33 : 25)

/**
 * A normal draw for each weight, scaled so that each filter (the weights into one unit) is as long as that of the
 * network. Vectors and single numbers, which are biases beside matrices, stay where they are; where there is nothing
 * else, each is scaled as a whole.
 */
export function randomDirections(
  parameters: readonly { readonly name: string; readonly shape: StaticShape; readonly data: ArrayLike<number> }[],
  seed: number
): Float64Array[] {
  const matrices = parameters.some((p) => p.shape.length > 1)
  return parameters.map(({ name, shape, data }) => {
    const drawn = new Float64Array(data.length)
    if (matrices && shape.length < 2) return drawn
    const random = new Random(seed).fork(name)
    for (let i = 0; i < drawn.length; i++) drawn[i] = random.normal(0, 1)
    // [in, out] has a filter in each column, [out, in, h, w] one in each leading part
    const filters = shape.length === 2 ? (shape[1] as number) : shape.length > 2 ? (shape[0] as number) : 1
    const filterOf = (i: number): number => (shape.length === 2 ? i % filters : Math.floor((i * filters) / data.length))
    const lengths = [new Float64Array(filters), new Float64Array(filters)] as const
    for (let i = 0; i < drawn.length; i++) {
      const at = filterOf(i)
      lengths[0][at] = (lengths[0][at] as number) + (drawn[i] as number) ** 2
      lengths[1][at] = (lengths[1][at] as number) + (data[i] as number) ** 2
    }
    return drawn.map((d, i) => {
      const [own, weights] = lengths.map((l) => Math.sqrt(l[filterOf(i)] as number)) as [number, number]
      return own === 0 ? 0 : (d * weights) / own
    })
  })
}

/** What each axis moves, and where the weights are on it. */
async function movesOf(ground: Ground, axes: Axes): Promise<{ moves: Move[]; at: readonly [number, number] }> {
  const { inspection, rows } = ground
  const random = axes.some(({ kind }) => kind === 'random')
  const named = axes.flatMap((axis) => (axis.kind === 'element' ? [axis.parameter] : []))
  const trainable = inspection.ir.nodes.filter((n) => n.op === 'Variable' && n.attributes.trainable !== false)
  const names = [...new Set([...named, ...(random ? trainable.map((n) => n.attributes.name as string) : [])])]
  const values = names.map((name) => inspection.valueOf({ kind: 'parameter', name }))
  const now = await valuesNow(ground, values)
  const parameters = names.map((name, i) => ({
    name,
    shape: bindShape(values[i]?.type.shape ?? [], rows.batch),
    data: Float64Array.from(now[i] ?? [])
  }))
  const along = names.map(() => new Map<number, Float64Array>())
  const at = axes.map((axis, j) => {
    if (axis.kind === 'random') {
      for (const [i, direction] of randomDirections(parameters, axis.seed).entries())
        if (direction.some((d) => d !== 0)) along[i]?.set(j, direction)
      return 0
    }
    const i = names.indexOf(axis.parameter)
    const { data } = parameters[i] as (typeof parameters)[number]
    if (axis.index >= data.length) fail('plot.element', { index: axis.index, count: data.length })
    along[i]?.set(j, new Float64Array(data.length).with(axis.index, 1))
    return data[axis.index] as number
  }) as [number, number]
  // the coordinates of elements are their numbers: at the origin they are 0
  const bases = parameters.map(({ data }) => data.slice())
  for (const axis of axes) if (axis.kind === 'element') (bases[names.indexOf(axis.parameter)] ?? [])[axis.index] = 0
  const moves = values.map((value, i) => ({
    value,
    base: bases[i] as Float64Array,
    along: along[i] as Map<number, Float64Array>
  }))
  return { moves: moves.filter((move) => move.along.size > 0), at }
}

const sameAxis = (a: Axis, b: Axis): boolean => JSON.stringify(a) === JSON.stringify(b)

async function surface(ground: Ground, axes: Axes, gradient: boolean, looks: Looks) {
  if (sameAxis(...axes)) fail('plot.sameAxis')
  const value = ground.inspection.built.objective ?? fail('gradient.noObjective')
  const { moves, at } = await movesOf(ground, axes)
  const moving = await Moving.load(ground, { value, index: null }, { moves, axes: 2, gradient, looks })
  return { moving, at }
}

/** Farther than a curve: optimizers need room. */
function rangeOf(axis: Axis, at: number): Range {
  if (axis.kind === 'random') return [-1, 1]
  const [from, to] = around(at)
  return [from - (to - from) / 4, to + (to - from) / 4]
}

export async function landscape(ground: Ground, request: LandscapeRequest, looks: Looks): Promise<LandscapeResult> {
  const { axes } = request
  const { moving, at } = await surface(ground, axes, false, looks)
  const [across, up] = request.ranges ?? [rangeOf(axes[0], at[0]), rangeOf(axes[1], at[1])]
  const size = sizeFor(moving.operations)
  const place = ([from, to]: Range, i: number): number => from + ((to - from) * i) / (size - 1)
  const data = new Float64Array(size * size)
  for (let j = 0; j < size; j++)
    for (let i = 0; i < size; i++) data[j * size + i] = (await moving.at(place(across, i), place(up, j))).y
  const loss = (await moving.at(...at)).y
  moving.dispose()
  const batch = ground.rows.open ? ground.rows.batch : null
  return { ranges: [across, up], size, data, here: { at, loss }, batch, precision: moving.precision }
}

/** The two coordinates as parameters of an optimizer of the engine, in doubles. */
async function stepper(settings: OptimizerSettings) {
  const optimizer = makeOptimizer(settings)
  const b = new Builder(opOf)
  const feed = (name: string) => b.feed(`${DIRECTION}${name}`, [2])
  const scalars = new Map<string, ReturnType<typeof feed>>()
  const [parameter, gradient] = [feed('w'), feed('g')]
  const states = new Set<string>()
  const after = optimizer.update({
    b,
    parameter,
    gradient,
    state: (name) => {
      states.add(name)
      return feed(name)
    },
    scalar: (name) => {
      const known = scalars.get(name) ?? b.feed(`${DIRECTION}${SCALAR}${name}`, [])
      scalars.set(name, known)
      return known
    }
  })
  if (!('parameter' in after)) fail('plot.optimizer', { kind: settings.kind })
  const wanted = Object.values(after).map((v) => v.id)
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted })
  const program = await doubleExecutor([]).load(plan)
  const held: Record<string, ArrayLike<number>> = Object.fromEntries([...states].map((name) => [name, [0, 0]]))
  return async (t: number, w: readonly number[], g: readonly number[]): Promise<readonly [number, number]> => {
    const numbers = optimizer.scalars(t, settings.learningRate)
    const feeds = {
      w,
      g,
      ...held,
      ...Object.fromEntries([...scalars.keys()].map((s) => [SCALAR + s, [numbers[s] ?? 0]]))
    }
    await program.run(Object.fromEntries(Object.entries(feeds).map(([name, data]) => [DIRECTION + name, data])))
    for (const [name, value] of Object.entries(after))
      if (name !== 'parameter') held[name] = await program.read(idOf(value.id))
    const [x = 0, y = 0] = await program.read(idOf((after.parameter as { id: number }).id))
    return [x, y]
  }
}

async function pathOf(moving: Moving, settings: OptimizerSettings, request: PathsRequest): Promise<Path> {
  const step = await stepper(settings)
  const [points, losses] = [[...request.start], [] as number[]]
  let at: readonly number[] = request.start
  for (let t = 0; ; t++) {
    const { y, slopes } = await moving.at(...at)
    losses.push(y)
    if (t === request.steps) break
    const next = await step(t + 1, at, slopes)
    if (!next.every(Number.isFinite) || !Number.isFinite(y)) break
    points.push(...next)
    at = next
  }
  return { points: Float64Array.from(points), losses: Float64Array.from(losses) }
}

/** Each optimizer from the same start; all parameters but the two coordinates stay as they are. */
export async function paths(ground: Ground, request: PathsRequest, looks: Looks): Promise<PathsResult> {
  const { moving } = await surface(ground, request.axes, true, looks)
  const found: Path[] = []
  for (const settings of request.optimizers) found.push(await pathOf(moving, settings, request))
  moving.dispose()
  return { paths: found, precision: moving.precision }
}
