/** Random graphs from the registry, with numbers for their leaves. */
import { compile } from '../../engine/compile/compile.ts'
import { instantiate } from '../../engine/document/build.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { type Op, portsOf, type Sample } from '../../engine/ir/op.ts'
import type { IrNode } from '../../engine/ir/types.ts'
import { opOf, ops } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { bindShape, type StaticShape, sizeOf } from '../../engine/shape.ts'
import type { Numbers } from '../../engine/tensor.ts'
import { difference, drawInput, drawOwn } from './harness.ts'

export type Store = Record<string, Float64Array>

/** Stands for an open batch in samples. */
export const BATCH = 3

/** Values in a graph stay within it, so that float32 keeps enough digits to compare. */
const LARGEST = 100

/** Its gradient is none by intent, and not the derivative. */
const UNLIKE_DERIVATIVE = ['StopGradient']

/** Far from 0 a float32 argument has lost the digits that the operator would look at. */
const isNear = (sample: Sample): boolean => (sample.domain ?? []).flat().every((x) => Math.abs(x) <= LARGEST)
const isSmall = (sample: Sample): boolean => sample.shapes.every((s) => sizeOf(bindShape(s, BATCH)) <= 300)

const usable: readonly (readonly [Op, Sample])[] = ops
  .filter((op) => !UNLIKE_DERIVATIVE.includes(op.kind))
  .flatMap((op) => op.samples.filter((s) => isSmall(s) && isNear(s)).map((s) => [op, s] as const))

/** The operators that graphs are grown from. */
export const usableKinds: ReadonlySet<string> = new Set(usable.map(([op]) => op.kind))

/** Where equal numbers compete the gradient is shared between them, or the winner jumps: no slope to compare with. */
const isTied = (data: Numbers): boolean =>
  data.toSorted().some((x, i, all) => i > 0 && x - (all[i - 1] as number) < 1e-5)

export interface Grown {
  readonly seed: number
  readonly size: number
  readonly b: Builder
  readonly objective: Value
  readonly feeds: Store
  readonly variables: Store
  /** Operators in use, for the message of a failure. */
  readonly kinds: readonly string[]
}

/** Numbers for the leaves that were emitted since `from`: layers' parameters, masks. */
function drawLeaves(nodes: readonly IrNode[], from: number, random: Random, feeds: Store, variables: Store): void {
  for (const node of nodes.slice(from)) {
    const name = node.attributes.name as string
    if (node.op === 'Const' || name in feeds || name in variables) continue
    const store = node.op === 'Variable' ? variables : node.op === 'Feed' ? feeds : null
    if (!store) continue
    const mask = node.attributes.random !== undefined
    const draw = () => (mask ? 2 * random.int(2) : drawOwn(node, random))
    store[name] = Float64Array.from({ length: sizeOf(node.type.shape as StaticShape) }, draw)
  }
}

async function valuesOf(b: Builder, values: readonly Value[], feeds: Store, variables: Store): Promise<Numbers[]> {
  const executor = new ReferenceExecutor()
  for (const [name, data] of Object.entries(variables)) await executor.setVariable(name, data)
  const { plan, idOf } = compile(b.graph(), { batch: BATCH, wanted: values.map((v) => v.id) })
  const program = await executor.load(plan)
  await program.run(feeds)
  return Promise.all(values.map((v) => program.read(idOf(v.id))))
}

/**
 * Whether the operator makes much of a small difference here, as a normalisation of nearly equal numbers does: float32
 * then has too few digits to compare.
 */
async function isSteep(op: Op, sample: Sample, inputs: readonly Value[], data: readonly Numbers[]): Promise<boolean> {
  const random = new Random(3).fork('nudge')
  const outputs: Numbers[] = []
  for (const nudge of [0, 1e-6]) {
    const b = new Builder(opOf)
    const [feeds, variables]: [Store, Store] = [{}, {}]
    const leaves = inputs.map((v, i) => {
      const by = (sample.kinds?.[i] ?? null) === null ? nudge : 0
      feeds[`in${i}`] = Float64Array.from(data[i] as Numbers, (x) => x + by * random.uniform(-1, 1))
      return b.leaf('Feed', v.type, { name: `in${i}` })
    })
    const out = made(b, op, sample, leaves)
    drawLeaves(b.graph().nodes, 0, new Random(4), feeds, variables)
    outputs.push(...(await valuesOf(b, [out], feeds, variables)))
  }
  return difference(outputs[1] as Numbers, outputs[0] as Numbers) > 30e-6
}

function made(b: Builder, op: Op, sample: Sample, inputs: readonly Value[]): Value {
  const handles = op.variadic
    ? inputs.map((_, i) => `${op.variadic?.name}${i}`)
    : portsOf(op, sample.attributes).map((p) => p.name)
  const wired = Object.fromEntries(inputs.map((v, i) => [handles[i] as string, v]))
  return Object.values(instantiate(b, op, `n${b.size}`, wired, inputs, sample.attributes ?? {}))[0] as Value
}

/** As many of the numbers of `v` as `shape` needs: the first ones, or all of them again and again. */
function fitShape(b: Builder, v: Value, shape: StaticShape): Value {
  const [have, need] = [sizeOf(v.type.shape as StaticShape), sizeOf(shape)]
  if (have === need) return b.reshape(v, shape)
  const flat = b.reshape(v, [have])
  if (have > need)
    return b.reshape(b.one('Slice', flat, { starts: [have - need], ends: [have], axes: [0], steps: [1] }), shape)
  const indices = b.leaf('Const', { shape, dtype: 'int' }, { values: Array.from({ length: need }, (_, i) => i % have) })
  return b.emit('Gather', [flat, indices], { axis: 0 })
}

/** A graph of about `size` operators with numbers for its leaves. */
export async function grow(seed: number, size: number): Promise<Grown> {
  const random = new Random(seed).fork('random graphs')
  const b = new Builder(opOf)
  const [feeds, variables]: [Store, Store] = [{}, {}]
  const pool: Value[] = []
  const used = new Set<number>()
  const kinds: string[] = []
  const leaf = (shape: StaticShape, sample: Sample | null, i: number): Value => {
    const kind = sample?.kinds?.[i] ?? null
    // What must stay a class, a 0 or 1, a probability is not moved to find a slope.
    const name = `${kind === null ? 'leaf' : 'fixed'}${Object.keys(feeds).length + Object.keys(variables).length}`
    const data = drawInput(
      sample ? { ...sample, avoid: sample.avoid ?? [] } : { shapes: [shape] },
      sample ? i : 0,
      random
    )
    const whole = kind !== null && typeof kind === 'object'
    const trainable = kind === null && random.int(2) === 0
    ;(trainable ? variables : feeds)[name] = data
    return b.leaf(trainable ? 'Variable' : 'Feed', { shape, dtype: whole ? 'int' : 'float' }, { name })
  }

  /** An earlier value brought into shape and range; now and then, and where none does, a new leaf. */
  const argument = async (sample: Sample, i: number): Promise<Value | null> => {
    const shape = bindShape(sample.shapes[i] as StaticShape, BATCH)
    const kind = sample.kinds?.[i] ?? null
    const old = pool[random.int(Math.max(1, pool.length))]
    if (kind !== null || !old || random.int(4) === 0 || sizeOf(old.type.shape as StaticShape) === 0)
      return leaf(shape, sample, i)
    const domain = sample.domain ?? [-2, 2]
    const [low, high] = (typeof domain[0] === 'number' ? domain : domain[i]) as readonly [number, number]
    const fitted = fitShape(b, old, shape)
    const [data] = (await valuesOf(b, [fitted], feeds, variables)) as [Numbers]
    const inside = data.every((x) => x > low && x < high)
    const value = inside ? fitted : b.add(low, b.mul(high - low, b.one('Sigmoid', fitted)))
    const [final] = inside ? [data] : ((await valuesOf(b, [value], feeds, variables)) as [Numbers])
    // A kink next to an argument would be crossed by the central difference, or by rounding to float32.
    if (final?.some((x) => sample.avoid?.some((kink) => Math.abs(x - kink) < 1e-3))) return null
    used.add(old.id)
    return value
  }

  for (let tries = 0; kinds.length < size && tries < 10 * size; tries++) {
    const [op, sample] = usable[random.int(usable.length)] as (typeof usable)[number]
    const from = b.size
    const inputs: Value[] = []
    for (const i of sample.shapes.keys()) {
      const input = await argument(sample, i)
      if (!input) break
      inputs.push(input)
    }
    if (inputs.length < sample.shapes.length) continue
    const given = await valuesOf(b, inputs, feeds, variables)
    const free = given.filter((_, i) => (sample.kinds?.[i] ?? null) === null)
    const competes = op.pattern === 'routes' || op.pattern === 'blocks'
    if (competes && isTied(Float64Array.from(free.flatMap((data) => [...data])))) continue
    if (await isSteep(op, sample, inputs, given)) continue
    const out = made(b, op, sample, inputs)
    drawLeaves(b.graph().nodes, from, random, feeds, variables)
    const [data] = (await valuesOf(b, [out], feeds, variables)) as [Numbers]
    if (!data.every((x) => Math.abs(x) <= LARGEST)) continue
    kinds.push(op.kind)
    if (out.type.dtype === 'float') pool.push(out)
  }

  const ends = pool.filter((v) => !used.has(v.id))
  const parts = ends.map((v) => {
    const shape = v.type.shape as StaticShape
    const values = Array.from({ length: sizeOf(shape) }, () => Math.fround(random.uniform(-1, 1)))
    return b.sum(b.mul(v, b.leaf('Const', { shape, dtype: 'float' }, { values })))
  })
  return {
    seed,
    size,
    b,
    objective: parts.reduce((sum, part) => b.add(sum, part), b.number(0)),
    feeds,
    variables,
    kinds
  }
}
