/** Second derivatives: the gradient's own gradient against central differences of the gradient. */
import { describe, expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { instantiate } from '../../engine/document/build.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { portsOf } from '../../engine/ir/op.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { bindShape, sizeOf } from '../../engine/shape.ts'
import { type Case, cases, drawInput } from './harness.ts'

type Store = Record<string, Float64Array>

const STEP = 1e-5

/**
 * H d along a random direction d, for L = Σ w ∘ f(x)² / 2 (the square gives every operator a curvature), once as the
 * gradient of ∇L · d and once as the difference of ∇L at both ends of a short step.
 */
async function curvatures({
  op,
  sample
}: Case): Promise<readonly (readonly [exact: Float64Array, close: Float64Array])[]> {
  const random = new Random(11).fork(op.kind).fork(JSON.stringify([sample.shapes, sample.attributes ?? {}]))
  const b = new Builder(opOf)
  const feeds: Store = {}
  const leaf = (name: string, shape: Value['type']['shape'], data: Float64Array, whole = false): Value => {
    feeds[name] = data
    return b.leaf('Feed', { shape, dtype: whole ? 'int' : 'float' }, { name })
  }
  const uniform = (value: Value): Float64Array =>
    Float64Array.from({ length: sizeOf(bindShape(value.type.shape, 3)) }, () => random.uniform(0.5, 1.5))
  const inputs = sample.shapes.map((shape, i) =>
    leaf(
      `in${i}`,
      shape,
      drawInput(sample, i, random),
      typeof (sample.kinds?.[i] ?? '') === 'object' && sample.kinds?.[i] !== null
    )
  )
  const handles = op.variadic
    ? inputs.map((_, i) => `${op.variadic?.name}${i}`)
    : portsOf(op, sample.attributes).map((p) => p.name)
  const made = instantiate(
    b,
    op,
    'it',
    Object.fromEntries(inputs.map((v, i) => [handles[i] as string, v])),
    inputs,
    sample.attributes ?? {}
  )
  const out = Object.values(made)[0] as Value
  for (const n of b.graph().nodes)
    if (n.op === 'Feed' && n.attributes.random !== undefined) feeds[n.attributes.name as string] = uniform(n)
  const variables: Store = Object.fromEntries(
    b
      .graph()
      .nodes.filter((n) => n.op === 'Variable')
      .map((n) => [n.attributes.name as string, uniform(n)])
  )
  const objective = b.sum(b.mul(b.mul(out, out), leaf('w', out.type.shape, uniform(out))))
  const first = backward(b, objective)
  const known = b.graph().nodes.filter((n) => n.op === 'Feed' && n.attributes.name !== 'w' && first.has(n.id))
  if (known.length === 0) return []
  const along = known.map((n) => leaf(`d ${n.attributes.name}`, n.type.shape, uniform(n)))
  const slope = known
    .map((n, i) => b.sum(b.mul(first.get(n.id) as Value, along[i] as Value)))
    .reduce((p, q) => b.add(p, q))
  const second = backward(b, slope)
  const wanted = known.flatMap((n) => [
    first.get(n.id) as Value,
    ...(second.has(n.id) ? [second.get(n.id) as Value] : [])
  ])
  const { plan, idOf } = compile(b.graph(), { batch: 3, wanted: wanted.map((v) => v.id) })
  const at = async (by: number, values: readonly (Value | undefined)[]) => {
    const executor = new ReferenceExecutor()
    for (const [name, data] of Object.entries(variables)) await executor.setVariable(name, data)
    const program = await executor.load(plan)
    const given = { ...feeds }
    for (const n of known) {
      const name = n.attributes.name as string
      given[name] = (feeds[name] as Float64Array).map((x, j) => x + by * (feeds[`d ${name}`]?.[j] as number))
    }
    await program.run(given)
    return Promise.all(values.map(async (v) => (v ? ((await program.read(idOf(v.id))) as Float64Array) : null)))
  }
  const gradients = known.map((n) => first.get(n.id))
  const [more, less] = [await at(STEP, gradients), await at(-STEP, gradients)]
  const exact = await at(
    0,
    known.map((n) => second.get(n.id))
  )
  return known.map((_, i) => {
    const close = (more[i] as Float64Array).map((x, j) => (x - (less[i]?.[j] as number)) / (2 * STEP))
    return [exact[i] ?? new Float64Array(close.length), close] as const
  })
}

const differentiable = cases.filter(({ op }) => !op.notDifferentiable)

describe.each(differentiable)('$name', (one) => {
  test('second derivatives against central differences', async () => {
    for (const [exact, close] of await curvatures(one)) {
      const size = close.reduce((m, x) => Math.max(m, Math.abs(x)), 1)
      for (const [i, x] of close.entries()) expect(Math.abs((exact[i] as number) - x) / size).toBeLessThanOrEqual(1e-5)
    }
  })
})
