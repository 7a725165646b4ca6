/** The backward graph can be differentiated, or is flat; second.test.ts compares the numbers. */
import { expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { instantiate } from '../../engine/document/build.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { portsOf } from '../../engine/ir/op.ts'
import { isLeaf } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { type Case, cases } from './harness.ts'

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
