/** What is folded, fused and finished in one kernel, and that the numbers stay the same. */
import { describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { describeStep, type Plan } from '../../engine/compile/plan.ts'
import { build } from '../../engine/document/build.ts'
import { defaultTraining, type TrainingSettings } from '../../engine/document/types.ts'
import { Builder, type Value } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { sizeOf } from '../../engine/shape.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { checkPlan } from '../generated/plan-check.ts'
import { oneLayer } from '../graphs.ts'

const planOf = (make: (b: Builder) => Value | readonly Value[], maxOutputs = 1) => {
  const b = new Builder(opOf)
  const wanted = [make(b)].flat().map((v) => v.id)
  const { plan, idOf } = compile(b.graph(), { batch: 1, wanted, maxOutputs, maxOperands: 12, looseSlots: true })
  checkPlan(plan)
  return { plan, ids: wanted.map(idOf) }
}
const steps = (plan: Plan): string[] => plan.steps.map(describeStep)

describe('constants', () => {
  test('what depends on them alone is computed once, in float64', () => {
    const { plan, ids } = planOf((b) => b.add(b.div(1, 3), b.mul(2, b.number(0.25))))
    expect(plan.steps).toEqual([])
    expect(plan.results.get(ids[0] as number)).toMatchObject({ slot: 0 })
    expect(plan.slots[0]).toMatchObject({ role: 'constant', values: [1 / 3 + 0.5] })
  })

  test('one number everywhere stays one number, in any size', () => {
    const { plan } = planOf((b) => b.mul(b.feed('x', [4000, 4000]), b.expand(b.neg(b.number(2)), [4000, 4000])))
    expect(steps(plan)).toEqual(['Mul'])
    expect(plan.steps[0]?.operands[1]).toEqual({ number: -2 })
  })

  test('tensors too, up to a size', () => {
    const range = (b: Builder, n: number): Value =>
      b.leaf('Const', { shape: [n], dtype: 'float' }, { values: Array.from({ length: n }, (_, i) => i) })
    expect(steps(planOf((b) => b.sum(b.mul(range(b, 5), 2))).plan)).toEqual([])
    expect(planOf((b) => b.sum(b.mul(range(b, 5), 2))).plan.slots[0]).toMatchObject({ values: [20] })
    expect(steps(planOf((b) => b.one('Neg', range(b, 2000))).plan)).toEqual(['Neg'])
  })

  test('equal results are one constant', () => {
    const { plan } = planOf((b) => {
      const x = b.feed('x', [3])
      const three = b.leaf('Const', { shape: [3], dtype: 'float' }, { values: [2, 4, 6] })
      const pair = b.leaf('Const', { shape: [3], dtype: 'float' }, { values: [1, 2, 3] })
      return [b.sum(b.mul(x, three)), b.one('Exp', b.mul(x, b.add(pair, pair)))]
    })
    expect(plan.slots.filter((s) => s.role === 'constant')).toHaveLength(1)
  })
})

describe('a product and what follows it', () => {
  const x = (b: Builder) => b.feed('x', [6, 4])
  const w = (b: Builder) => b.variable('w', [4, 5])

  test('bias and activation are part of it', () => {
    const { plan } = planOf((b) => b.one('Relu', b.add(b.matmul(x(b), w(b)), b.variable('b', [5]))))
    expect(steps(plan)).toEqual(['product 6×4×5 + Add·Relu'])
    expect(plan.slots.filter((s) => s.role === 'temporary')).toHaveLength(1)
  })

  test('not where somebody else reads the product, or where the shape changes', () => {
    const shared = planOf((b) => {
      const y = b.matmul(x(b), w(b))
      return [b.one('Relu', y), b.sum(y)]
    })
    expect(steps(shared.plan)).toEqual(['product 6×4×5', 'Relu', 'ReduceSum'])
    const kept = planOf((b) => {
      const y = b.matmul(x(b), w(b))
      return [y, b.one('Relu', y)]
    })
    expect(steps(kept.plan)).toEqual(['product 6×4×5', 'Relu'])
    const wider = planOf((b) => b.add(b.matmul(x(b), w(b)), b.feed('y', [2, 6, 5])))
    expect(steps(wider.plan)).toEqual(['product 6×4×5', 'Add'])
  })

  test('gives bit for bit what two steps give', async () => {
    const random = new Random(2)
    const draw = (n: number) => Float32Array.from({ length: n }, () => random.normal(0, 1))
    const feeds = { x: draw(24), g: draw(30) }
    const [weights, bias] = [draw(20), draw(5)]
    const make = (b: Builder): Value => {
      const z = b.add(b.matmul(x(b), w(b)), b.variable('b', [5]))
      return b.where(b.greater(b.feed('g', [6, 5]), 0), b.mul(b.one('Tanh', z), 1.5), b.number(0.1))
    }
    const apart = (b: Builder): Value[] => [make(b), ...b.graph().nodes.filter((n) => n.op === 'BatchMatMul')]
    const run = async (executor: Executor, { plan, ids }: ReturnType<typeof planOf>) => {
      await executor.setVariable('w', weights)
      await executor.setVariable('b', bias)
      const program = await executor.load(plan)
      await program.run(feeds)
      return program.read(ids[0] as number)
    }
    const [one, two] = [planOf(make), planOf(apart)]
    expect([one.plan.steps.length, two.plan.steps.length]).toEqual([1, 2])
    const found = await run(new CpuExecutor(), one)
    expect(found).toEqual(await run(new CpuExecutor(), two))
    const exact = await run(new ReferenceExecutor(), one)
    for (const [i, value] of exact.entries()) expect(found[i]).toBeCloseTo(value, 5)
  })
})

const classifier = oneLayer('digits', 10)

describe('an update', () => {
  const settings: readonly Partial<TrainingSettings>[] = [
    { optimizer: { kind: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 } },
    { optimizer: { kind: 'adagrad', learningRate: 0.1 } },
    { optimizer: { kind: 'rmsprop', learningRate: 0.001, momentum: 0.5 } },
    { optimizer: { kind: 'adam', learningRate: 0.001 } },
    { optimizer: { kind: 'adamw', learningRate: 0.001 } },
    { optimizer: { kind: 'adam', learningRate: 0.001 }, clip: { norm: 1 } },
    { optimizer: { kind: 'rmsprop', learningRate: 0.001 }, clip: { value: 0.1 } }
  ]

  test.each(settings)('%j is one kernel for each parameter, and the numbers are the reference’s', async (given) => {
    const graph = trainingGraph(classifier, build(classifier), { ...defaultTraining, ...given })
    const limits = { maxOperands: 12, maxOutputs: 4 }
    const { plan, idOf } = compile(graph.ir, { batch: 5, wanted: [graph.loss], updates: graph.updates, ...limits })
    checkPlan(plan)
    const writers = (name: string) => {
      const next = new Set(plan.slots.flatMap((s, i) => (s.role === 'next' && s.name.startsWith(name) ? [i] : [])))
      return plan.steps.filter((s) =>
        [s.output, ...(s.kind === 'elementwise' ? s.also.map((o) => o.slot) : [])].some((slot) => next.has(slot))
      )
    }
    for (const name of ['dense.kernel', 'dense.bias']) expect(writers(name)).toHaveLength(1)

    const random = new Random(1)
    const feeds = Object.fromEntries(
      plan.feeds.map((f) => [f.name, Float32Array.from({ length: sizeOf(f.shape) }, () => random.uniform(0.01, 0.2))])
    )
    const start = plan.variables.map(({ name, shape }) => ({
      name,
      values: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(0, 0.1))
    }))
    const trained = async (executor: Executor) => {
      for (const { name, values } of start) await executor.setVariable(name, values)
      const program = await executor.load(plan)
      for (let i = 0; i < 3; i++) await program.run(feeds)
      const found = await Promise.all(start.map(({ name }) => executor.getVariable(name)))
      return [...found, await program.read(idOf(graph.loss))]
    }
    const [cpu, exact] = [await trained(new CpuExecutor()), await trained(new ReferenceExecutor())]
    for (const [i, values] of exact.entries())
      for (const [at, value] of values.entries()) expect(cpu[i]?.[at]).toBeCloseTo(value, 5)
  })

  test('on kernels of one output each state has its own', () => {
    const graph = trainingGraph(classifier, build(classifier), {
      ...defaultTraining,
      optimizer: { kind: 'adam', learningRate: 0.001 }
    })
    const { plan } = compile(graph.ir, { batch: 5, wanted: [graph.loss], updates: graph.updates })
    checkPlan(plan)
    expect(plan.steps.every((s) => s.kind !== 'elementwise' || s.also.length === 0)).toBe(true)
  })
})

describe('memory', () => {
  /** Tensors that shrink by half again and again, each read once. */
  const shrinking = (looseSlots: boolean) => {
    const b = new Builder(opOf)
    let x = b.one('Exp', b.feed('x', [64, 64]))
    for (let n = 64; n > 4; n /= 2) x = b.one('Exp', b.matmul(x, b.variable(`w${n}`, [n, n / 2])))
    const { plan } = compile(b.graph(), { batch: 1, wanted: [b.sum(x).id], looseSlots })
    checkPlan(plan)
    return plan.slots.filter((s) => s.role === 'temporary').map((s) => s.size)
  }

  test('a slot is handed on to a tensor of another size, where the executor can do that', () => {
    expect(shrinking(false)).toEqual([4096, 2048, 1024, 512, 256, 1])
    // near in size they take turns; a number does not hold so much
    expect(shrinking(true)).toEqual([4096, 2048, 256, 1])
  })

  test('what is kept has a slot of its own size', () => {
    const { plan, ids } = planOf((b) => {
      const y = b.one('Exp', b.matmul(b.one('Exp', b.feed('x', [8, 8])), b.variable('w', [8, 4])))
      const z = b.one('Neg', b.matmul(b.matmul(y, b.variable('v', [4, 8])), b.variable('u', [8, 3])))
      return [z, b.sum(y)]
    })
    const kept = plan.results.get(ids[0] as number)
    expect(kept && 'slot' in kept && plan.slots[kept.slot]?.size).toBe(24)
  })
})

test('a further output is not written too late for its readers', () => {
  // e is read by a sum before the chain that it could join ends
  const { plan } = planOf((b) => {
    const e = b.one('Exp', b.feed('x', [8]))
    return b.div(e, b.sum(e))
  }, 4)
  expect(steps(plan)).toEqual(['Exp', 'ReduceSum', 'Div'])
  const both = planOf((b) => {
    const e = b.one('Exp', b.feed('x', [8]))
    return [e, b.mul(e, e)]
  }, 4)
  expect(steps(both.plan)).toEqual(['Exp·Mul'])
  expect(both.plan.steps[0]).toMatchObject({ also: [{ expression: 0 }] })
})
