/**
 * The backward graph can be differentiated: for every sample of every operator, the Hessian times a direction against
 * the central difference of the gradient, in float64.
 */
import { describe, expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { hessianProduct } from '../../engine/compile/jacobian.ts'
import { instantiate } from '../../engine/document/build.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { portsOf } from '../../engine/ir/op.ts'
import { isLeaf } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { bindShape, sizeOf } from '../../engine/shape.ts'
import { type Case, cases, drawInput } from './harness.ts'

const BATCH = 3

/** The sample's inputs as feeds, and its first output. */
function sampleGraph({ op, sample }: Case): { b: Builder; inputs: Value[]; output: Value } {
  const b = new Builder(opOf)
  const inputs = sample.shapes.map((shape, i) => {
    const kind = sample.kinds?.[i] ?? null
    const dtype = kind !== null && typeof kind === 'object' ? 'int' : 'float'
    return b.leaf('Feed', { shape, dtype }, { name: `in${i}` })
  })
  const ports = op.variadic
    ? inputs.map((_, i) => `${op.variadic?.name}${i}`)
    : portsOf(op, sample.attributes).map((p) => p.name)
  b.origin = { node: 'probe' }
  const named = Object.fromEntries(inputs.map((v, i) => [ports[i] as string, v]))
  const made = instantiate(b, op, 'probe', named, inputs, sample.attributes ?? {})
  return { b, inputs, output: Object.values(made)[0] as Value }
}

const differentiable = cases.filter((c) => {
  const { output, inputs } = sampleGraph(c)
  return output.type.dtype === 'float' && inputs.length > 0 && !c.op.notDifferentiable
})

test('what has no vjp in a backward graph is flat, and says so', () => {
  const silent = differentiable.flatMap((c) => {
    const { b, output } = sampleGraph(c)
    const forward = b.size
    backward(b, b.sum(output))
    const ops = b
      .graph()
      .nodes.slice(forward)
      .filter((n) => !isLeaf(n.op))
    return ops.flatMap(({ op }) => (opOf(op)?.vjp || opOf(op)?.notDifferentiable ? [] : `${c.op.kind}: ${op}`))
  })
  expect([...new Set(silent)]).toEqual([])
})

describe('the Hessian along a direction is the change of the gradient', () => {
  test.each(differentiable)('$name', async (c) => {
    const { b, inputs, output } = sampleGraph(c)
    const random = new Random(11).fork(c.name)
    const floats = inputs.filter((v, i) => v.type.dtype === 'float' && (c.sample.kinds?.[i] ?? null) === null)
    const values: Record<string, Float64Array> = {}
    const draw = (v: Value, low: number, high: number) =>
      Float64Array.from({ length: sizeOf(bindShape(v.type.shape, BATCH)) }, () => random.uniform(low, high))
    for (const [i] of inputs.entries()) values[`in${i}`] = drawInput(c.sample, i, random)
    // L = Σ w ∘ y ∘ y: the upstream gradient depends on the inputs as well.
    values.weights = draw(output, 0.5, 1.5)
    const w = b.feed('weights', output.type.shape)
    const objective = b.sum(b.mul(w, b.mul(output, output)))
    const { gradients, directions, products } = hessianProduct(b, objective, floats)
    const wanted = [...gradients, ...products].filter((v) => v !== null)
    if (wanted.length === 0) return
    const { plan, idOf } = compile(b.graph(), { batch: BATCH, wanted: wanted.map((v) => v.id) })
    const executor = new ReferenceExecutor()
    for (const { name, shape } of plan.variables) {
      await executor.setVariable(
        name,
        Float64Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1))
      )
    }
    for (const { name, shape, node } of plan.feeds) {
      if (node.attributes.random) values[name] = Float64Array.from({ length: sizeOf(shape) }, () => random.int(2) * 2)
    }
    const program = await executor.load(plan)
    const along = floats.map((v) => draw(v, -1, 1))
    const read = async (list: readonly (Value | null)[], shift: number): Promise<number[]> => {
      const feeds = { ...values, ...Object.fromEntries(directions.map((name, i) => [name, along[i] as Float64Array])) }
      for (const [i, v] of floats.entries()) {
        const name = b.node(v.id).attributes.name as string
        feeds[name] = (values[name] as Float64Array).map((x, j) => x + shift * (along[i]?.[j] as number))
      }
      await program.run(feeds)
      const parts = list.map(async (v, i) =>
        v ? Array.from(await program.read(idOf(v.id))) : Array.from(along[i] as Float64Array, () => 0)
      )
      return (await Promise.all(parts)).flat()
    }
    const h = 1e-5
    const [up, down] = [await read(gradients, h), await read(gradients, -h)]
    const exact = await read(products, 0)
    const scale = Math.max(1, ...exact.map(Math.abs))
    const off = exact.map((x, i) => Math.abs(x - ((up[i] as number) - (down[i] as number)) / (2 * h)) / scale)
    expect(Math.max(0, ...off)).toBeLessThan(1e-6)
  })
})
