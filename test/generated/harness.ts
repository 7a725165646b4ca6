/** What the tests generated from the registry share: each sample of each operator as a small graph with random numbers. */
import { backward } from '../../engine/compile/backward.ts'
import { type Compiled, compile } from '../../engine/compile/compile.ts'
import { instantiate } from '../../engine/document/build.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { type Op, portsOf, type Sample } from '../../engine/ir/op.ts'
import type { IrNode } from '../../engine/ir/types.ts'
import { opOf, ops } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { bindShape, type Shape, sizeOf } from '../../engine/shape.ts'
import type { Numbers } from '../../engine/tensor.ts'

export interface Case {
  readonly op: Op
  readonly sample: Sample
  readonly name: string
}

export const cases: readonly Case[] = ops.flatMap((op) =>
  op.samples.map((sample, i) => ({
    op,
    sample,
    name: `${op.kind} ${i}: ${sample.shapes.map((s) => `[${s}]`).join(' ')}${sample.attributes ? ` ${JSON.stringify(sample.attributes)}` : ''}`
  }))
)

/** Random numbers for input `i` of a sample, from inside its domain and away from kinks. */
export function drawInput(sample: Sample, i: number, random: Random): Float64Array {
  const shape = bindShape(sample.shapes[i] as Shape, 3)
  const size = sizeOf(shape)
  const kind = sample.kinds?.[i] ?? null
  const last = shape.at(-1) ?? 1
  if (kind === 'binary') return Float64Array.from({ length: size }, () => random.int(2))
  if (kind === 'one-hot') {
    const out = new Float64Array(size)
    for (let row = 0; row < size / last; row++) out[row * last + random.int(last)] = 1
    return out
  }
  if (kind === 'distribution') {
    const out = Float64Array.from({ length: size }, () => random.uniform(0.1, 1))
    for (let row = 0; row < size / last; row++) {
      const part = out.subarray(row * last, (row + 1) * last)
      const sum = part.reduce((a, b) => a + b, 0)
      for (let c = 0; c < last; c++) part[c] = (part[c] as number) / sum
    }
    return out
  }
  if (kind !== null) return Float64Array.from({ length: size }, () => random.int(kind.indices))
  const domain = sample.domain ?? [-2, 2]
  const [low, high] = (typeof domain[0] === 'number' ? domain : domain[i]) as readonly [number, number]
  const draw = (): number => {
    const x = Math.fround(random.uniform(low, high))
    return sample.avoid?.some((kink) => Math.abs(x - kink) < 1e-2) ? draw() : x
  }
  return Float64Array.from({ length: size }, draw)
}

/** A number of what a layer owns. What no optimizer changes is a statistic, perhaps a variance. */
export const drawOwn = ({ attributes }: IrNode, random: Random): number =>
  Math.fround(attributes.trainable === false ? random.uniform(0.5, 2) : random.uniform(-1, 1))

function drawMask(node: IrNode, random: Random): Float64Array {
  const { ratio } = node.attributes.random as { readonly ratio: number }
  const size = sizeOf(bindShape(node.type.shape, 3))
  return Float64Array.from({ length: size }, () => (random.uniform(0, 1) < ratio ? 0 : Math.fround(1 / (1 - ratio))))
}

/** L = Σ w ∘ op(inputs) with random w, so that every element of the output has its own upstream gradient. */
export interface Probe {
  readonly compiled: Compiled
  readonly output: number
  readonly objective: number
  /** Per input; null where no gradient passes. */
  readonly gradients: readonly (number | null)[]
  /** Gradients of the variables that a layer owns, by name. */
  readonly owned: Readonly<Record<string, number | null>>
  readonly inputs: Readonly<Record<string, Float64Array>>
  /** Values of the variables that a layer owns. */
  readonly variables: Readonly<Record<string, Float64Array>>
  readonly names: readonly string[]
  readonly outputType: Value['type']
}

export function probe({ op, sample }: Case, maxOperands = 6): Probe {
  const random = new Random(7).fork(op.kind).fork(JSON.stringify([sample.shapes, sample.attributes ?? {}]))
  const b = new Builder(opOf)
  const names = sample.shapes.map((_, i) => `in${i}`)
  const drawn = sample.shapes.map((_, i) => drawInput(sample, i, random))
  const values = sample.shapes.map((shape, i) => {
    const kind = sample.kinds?.[i] ?? null
    return b.leaf(
      'Feed',
      { shape, dtype: kind !== null && typeof kind === 'object' ? 'int' : 'float' },
      { name: names[i] as string }
    )
  })
  const ports = op.variadic
    ? values.map((_, i) => `${op.variadic?.name}${i}`)
    : portsOf(op, sample.attributes).map((p) => p.name)
  b.origin = { node: 'probe' }
  const made = instantiate(
    b,
    op,
    'probe',
    Object.fromEntries(values.map((v, i) => [ports[i] as string, v])),
    values,
    sample.attributes ?? {}
  )
  const output = Object.values(made)[0] as Value
  const size = sizeOf(bindShape(output.type.shape, 3))
  const weights = Float64Array.from({ length: size }, () => Math.fround(random.uniform(0.5, 1.5)))
  const variables = Object.fromEntries(
    b
      .graph()
      .nodes.filter((n) => n.op === 'Variable')
      .map((n) => [
        n.attributes.name as string,
        Float64Array.from({ length: sizeOf(n.type.shape as number[]) }, () => drawOwn(n, random))
      ])
  )
  // What an operator draws for itself (a Dropout mask): 0, or what the others are scaled by.
  const drawnFeeds = Object.fromEntries(
    b
      .graph()
      .nodes.filter((n) => n.op === 'Feed' && n.attributes.random !== undefined)
      .map((n) => [n.attributes.name as string, drawMask(n, random)])
  )
  const w = b.leaf('Feed', { shape: output.type.shape, dtype: 'float' }, { name: 'weights' })
  const asFloat = output.type.dtype === 'float'
  const objective = b.sum(b.mul(output, w))
  const gradients = asFloat ? backward(b, objective) : new Map<number, Value>()
  const ids = values.map((v) => gradients.get(v.id)?.id ?? null)
  const owned = Object.fromEntries(
    b
      .graph()
      .nodes.filter((n) => n.op === 'Variable')
      .map((n) => [n.attributes.name as string, gradients.get(n.id)?.id ?? null])
  )
  const wanted = [output.id, objective.id, ...[...ids, ...Object.values(owned)].filter((id) => id !== null)]
  const compiled = compile(b.graph(), { batch: 3, wanted, maxOperands, longestRow: 32 })
  return {
    compiled,
    output: output.id,
    objective: objective.id,
    gradients: ids,
    owned,
    inputs: { ...Object.fromEntries(names.map((n, i) => [n, drawn[i] as Float64Array])), ...drawnFeeds, weights },
    variables,
    names,
    outputType: output.type
  }
}

export interface Ran {
  readonly output: Numbers
  readonly objective: number
  readonly gradients: readonly (Numbers | null)[]
  readonly owned: Readonly<Record<string, Numbers | null>>
}

export async function run(executor: Executor, p: Probe, inputs = p.inputs, variables = p.variables): Promise<Ran> {
  for (const [name, data] of Object.entries(variables)) await executor.setVariable(name, data)
  const program = await executor.load(p.compiled.plan)
  try {
    await program.run(inputs)
    const read = (id: number) => program.read(p.compiled.idOf(id))
    const gradients: (Numbers | null)[] = []
    for (const id of p.gradients) gradients.push(id === null ? null : await read(id))
    const owned: Record<string, Numbers | null> = {}
    for (const [name, id] of Object.entries(p.owned)) owned[name] = id === null ? null : await read(id)
    return { output: await read(p.output), objective: (await read(p.objective))[0] as number, gradients, owned }
  } finally {
    program.dispose()
  }
}

/** Largest |a - b| / max(1, |b|); a NaN on one side alone counts as infinite. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    if (Object.is(x, y)) continue
    const off = Math.abs(x - y) / Math.max(1, Math.abs(y))
    worst = Math.max(worst, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off)
  }
  return worst
}
