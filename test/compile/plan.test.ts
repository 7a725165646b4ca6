/** What is compiled, as text: a change here is a change of what runs. */
import { describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { printPlan } from '../../engine/compile/plan.ts'
import { build } from '../../engine/document/build.ts'
import { defaultTraining, emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { printIr } from '../../engine/ir/print.ts'
import { verify } from '../../engine/ir/verify.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { Random } from '../../engine/random.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { sizeOf } from '../../engine/shape.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { edge } from '../edge.ts'

const position = { x: 0, y: 0 }

const classifier: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'digits' }, position },
    { id: 'dense', op: 'Dense', attributes: { units: 10, activation: 'relu' }, position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('e1', 'data', 'dense', 'x', 'features'),
    edge('e2', 'dense', 'loss', 'prediction'),
    edge('e3', 'data', 'loss', 'target', 'labels')
  ],
  objective: 'loss',
  training: { ...defaultTraining, optimizer: { kind: 'rmsprop', learningRate: 0.001 }, metrics: ['accuracy'] }
}

const training = () => trainingGraph(classifier, build(classifier), classifier.training as typeof defaultTraining)

describe('the training step of a small classifier', () => {
  test('as IR, with an open batch, every number traced to its node', () => {
    const { ir } = training()
    verify(ir, opOf)
    expect(printIr(ir)).toMatchSnapshot()
    for (const node of ir.nodes)
      if (node.phase === 'backward') expect(node.origin?.node, `%${node.id}`).toMatch(/^(dense|loss)$/)
  })

  test('as a plan for a batch of 32', () => {
    const graph = training()
    const { plan } = compile(graph.ir, { batch: 32, wanted: [graph.loss], updates: graph.updates })
    verify(plan.ir, opOf)
    expect(printPlan(plan)).toMatchSnapshot()
    expect(plan.steps.filter((s) => s.kind === 'product')).toHaveLength(2)
  })
})

test('memory is reused, and the numbers are those of the reference, which keeps everything', async () => {
  const graph = training()
  const { plan, idOf } = compile(graph.ir, { batch: 8, wanted: [graph.loss], updates: graph.updates })
  const random = new Random(4)
  const feeds = Object.fromEntries(
    plan.feeds.map(({ name, shape }) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(0.01, 0.2))
    ])
  )
  const start = new Map(
    plan.variables.map(({ name, shape }) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(0, 0.1))
    ])
  )
  const after = async (executor: Executor): Promise<Record<string, number[]>> => {
    for (const [name, values] of start) await executor.setVariable(name, values)
    const program = await executor.load(plan)
    // Twice, so that the second walk meets what the first has left behind.
    for (let i = 0; i < 2; i++) await program.run(feeds)
    const found: Record<string, number[]> = { loss: Array.from(await program.read(idOf(graph.loss))) }
    for (const name of start.keys()) found[name] = Array.from(await executor.getVariable(name))
    return found
  }
  const [cpu, reference] = [await after(new CpuExecutor()), await after(new ReferenceExecutor())]
  for (const [name, values] of Object.entries(reference)) {
    const off = values.map((v, i) => Math.abs(v - (cpu[name]?.[i] ?? Number.NaN)))
    expect(Math.max(...off), name).toBeLessThan(1e-5)
  }
  const temporaries = plan.slots.filter((s) => s.role === 'temporary').length
  expect(temporaries).toBeLessThan(plan.steps.length / 2)
})

test('ten thousand nodes compile in time that grows with their number', () => {
  const chain = (length: number): GraphDocument => ({
    ...emptyDocument,
    nodes: [
      { id: 'n0', op: 'Parameter', attributes: { init: { kind: 'ones' } }, position },
      ...Array.from({ length }, (_, i) => ({ id: `n${i + 1}`, op: i % 2 === 0 ? 'Tanh' : 'Neg', position }))
    ],
    edges: Array.from({ length }, (_, i) => edge(`e${i}`, `n${i}`, `n${i + 1}`, 'x')),
    objective: `n${length}`
  })
  const steps = (length: number): number => {
    const built = build(chain(length))
    const { plan } = compile(built.builder.graph(), { batch: 1, wanted: [built.objective?.id as number] })
    return plan.steps.length
  }
  expect(steps(10_000)).toBeLessThan(steps(1000) * 11)
})
