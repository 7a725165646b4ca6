/** Batches that are more than an executor holds: they go through in parts, and end where whole ones end. */
import { describe, expect, test } from 'vitest'
import { memoryNeeded } from '../../engine/compile/plan.ts'
import { createDataSet } from '../../engine/data/dataset.ts'
import { build } from '../../engine/document/build.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type TrainingSettings
} from '../../engine/document/types.ts'
import { fail } from '../../engine/problem.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { initialValues } from '../../engine/train/init.ts'
import { trainLoop } from '../../engine/train/loop.ts'
import { planOf } from '../../engine/train/steps.ts'

const position = { x: 0, y: 0 }
const edge = (source: string, target: string, targetHandle = 'x', sourceHandle = 'out') => ({
  id: `${source} ${target} ${targetHandle}`,
  source,
  sourceHandle,
  target,
  targetHandle
})

type Between = readonly [op: string, attributes?: Record<string, number>]

/** spiral → Dense 16 → what is between → Dense 3 → softmax cross-entropy. */
const network = (between: readonly Between[], reduction = 'mean'): GraphDocument => {
  const ids = between.map((_, i) => `between${i}`)
  const row = ['data', 'hidden', ...ids, 'logits']
  return {
    ...emptyDocument,
    nodes: [
      { id: 'data', op: 'Dataset', attributes: { source: 'spiral' }, position },
      { id: 'hidden', op: 'Dense', attributes: { units: 16, activation: 'tanh' }, position },
      ...between.map(([op, attributes = {}], i) => ({ id: `between${i}`, op, attributes, position })),
      { id: 'logits', op: 'Dense', attributes: { units: 3 }, position },
      { id: 'loss', op: 'SoftmaxCrossEntropyLoss', attributes: { reduction }, position }
    ],
    edges: [
      ...row.slice(1).map((id, i) => edge(row[i] as string, id, 'x', i === 0 ? 'features' : 'out')),
      edge('logits', 'loss', 'prediction'),
      edge('data', 'loss', 'target', 'labels')
    ],
    objective: 'loss'
  }
}

/** As the executor, but it holds no tensor of more numbers. */
const limited = (executor: Executor, most: number): Executor =>
  new Proxy(executor, {
    get: (of, name) => {
      if (name === 'check')
        return (plan: Parameters<Executor['check']>[0]) => {
          for (const { size } of plan.slots)
            if (size > most) fail('run.backendLimit', { backend: 'CPU', what: 'a tensor', size, limit: most })
          of.check(plan)
        }
      const value = Reflect.get(of, name, of)
      return typeof value === 'function' ? value.bind(of) : value
    }
  })

const sets = new Map([['data', createDataSet('spiral', {})]])

async function train(document: GraphDocument, executor: Executor, given: Partial<TrainingSettings> = {}) {
  const settings: TrainingSettings = {
    ...defaultTraining,
    optimizer: { kind: 'adam', learningRate: 0.01 },
    // 300 rows: the last batch is smaller
    batchSize: 64,
    epochs: 2,
    metrics: ['accuracy'],
    clip: { norm: 0.1 },
    ...given
  }
  const graph = trainingGraph(document, build(document, { training: true }), settings)
  for (const { name, shape, init } of graph.parameters)
    await executor.setVariable(name, initialValues(name, shape, init, 1))
  const { rows } = await planOf(executor, graph, settings.batchSize)
  const told: number[] = []
  const listener = { onProgress: ({ loss }: { loss: number }) => void told.push(loss) }
  const input = { graph, settings, sets, executor, stop: () => false, now: () => performance.now(), listener }
  const { epochs } = await trainLoop(input)
  const weights = await Promise.all(graph.parameters.map(({ name }) => executor.getVariable(name)))
  return {
    rows,
    numbers: [...epochs.flatMap((e) => [e.loss, e.metrics.accuracy as number]), ...weights.flatMap((w) => [...w])],
    first: told[0] as number
  }
}

const apart = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))))

describe('in double precision the numbers are those of whole batches', () => {
  test.each([
    ['a mean', network([]), {}],
    ['a sum', network([], 'sum'), { optimizer: { kind: 'sgd', learningRate: 1e-3 } }],
    ['Dropout: the same mask for each row', network([['Dropout', { ratio: 0.5 }]]), {}],
    ['LayerNorm', network([['LayerNorm']]), { clip: { value: 0.01 } }]
  ] as const)('%s', async (_, document, settings) => {
    const given = settings as Partial<TrainingSettings>
    const whole = await train(document, new ReferenceExecutor(), given)
    // 16 numbers a row
    const parts = await train(document, limited(new ReferenceExecutor(), 16 * 16), given)
    expect(whole.rows).toBe(64)
    expect(parts.rows).toBe(16)
    expect(apart(parts.numbers, whole.numbers)).toBeLessThan(1e-10)
    expect(parts.first).toBeCloseTo(whole.first, 10)
  })
})

test('the sums of the gradients are told with the memory of a step', async () => {
  const document = network([])
  const graph = trainingGraph(document, build(document), { ...defaultTraining, batchSize: 64 })
  const executor = limited(new CpuExecutor(), 16 * 16)
  const { compiled, held, rows } = await planOf(executor, graph, 64)
  expect(rows).toBe(16)
  const names = held.slots.flatMap((s) => (s.role === 'variable' || s.role === 'next' ? [`${s.role} ${s.name}`] : []))
  expect(new Set(names).size).toBe(names.length)
  for (const { name } of graph.parameters)
    for (const of of [name, `#part.gradient.${name}`]) expect(names).toContain(`variable ${of}`)
  expect(memoryNeeded(held)).toBeGreaterThan(memoryNeeded(compiled.plan))
})

test('in single precision to rounding', async () => {
  const whole = await train(network([]), new CpuExecutor())
  const parts = await train(network([]), limited(new CpuExecutor(), 5 * 16))
  expect(parts.rows).toBeLessThanOrEqual(5)
  expect(apart(parts.numbers, whole.numbers)).toBeLessThan(1e-4)
})

describe('refused', () => {
  test('where the rows of a batch depend on each other', async () => {
    const document = network([])
    // a normalisation over the batch, by hand
    const nodes = [
      ...document.nodes,
      { id: 'mean', op: 'ReduceMean', attributes: { axes: [0], keepdims: 1 }, position },
      { id: 'centred', op: 'Sub', position }
    ]
    const edges = [
      ...document.edges.filter((e) => e.target !== 'logits'),
      edge('hidden', 'mean'),
      edge('hidden', 'centred', 'a'),
      edge('mean', 'centred', 'b'),
      edge('centred', 'logits')
    ]
    const executor = limited(new CpuExecutor(), 16 * 16)
    await expect(train({ ...document, nodes, edges }, executor)).rejects.toMatchObject({
      problem: { code: 'train.rowsTogether', params: { rows: 16 } }
    })
  })

  test('at once where statistics of the batch are kept, and where not even two rows fit: as the whole batch is', async () => {
    for (const [document, most, size] of [
      [network([['BatchNorm']]), 16 * 16, 64 * 16],
      [network([]), 20, 64 * 2]
    ] as const)
      await expect(train(document, limited(new CpuExecutor(), most))).rejects.toMatchObject({
        problem: { code: 'run.backendLimit', params: { size } }
      })
  })
})
