/**
 * Batch normalisation through training: running statistics move, are used afterwards, and travel with the weights.
 * Single steps are held against PyTorch in test/golden.
 */
import { expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { createDataSet } from '../../engine/data/dataset.ts'
import { gatherAll } from '../../engine/data/table.ts'
import { build } from '../../engine/document/build.ts'
import { check } from '../../engine/document/check.ts'
import { apply } from '../../engine/document/commands.ts'
import { expandCommand, expansionOf } from '../../engine/document/expand.ts'
import { defaultTraining, emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { readWeights, type WeightTensor } from '../../engine/io/weights.ts'
import type { BackendChoice } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { edge } from '../edge.ts'

const EPOCHS = 3
const ROWS = 40

const position = { x: 0, y: 0 }

/** Normalised features, a Dense layer; all examples in each step. */
const classifier: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'spiral', size: ROWS }, position },
    { id: 'norm', op: 'BatchNorm', position },
    { id: 'scores', op: 'Dense', attributes: { units: 3 }, position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('e1', 'data', 'norm', 'x', 'features'),
    edge('e2', 'norm', 'scores'),
    edge('e3', 'scores', 'loss', 'prediction'),
    edge('e4', 'data', 'loss', 'target', 'labels')
  ],
  objective: 'loss',
  training: { ...defaultTraining, optimizer: { kind: 'adam', learningRate: 0.05 }, epochs: EPOCHS, batchSize: ROWS }
}

/** Means and sample variances of the training features, per column. */
function statistics(): { mean: number[]; variance: number[] } {
  const { train } = createDataSet('spiral', { size: ROWS })
  const { features } = gatherAll(train)
  const columns = Array.from({ length: train.featureSize }, (_, c) =>
    Array.from({ length: train.rows }, (_, r) => features[r * train.featureSize + c] as number)
  )
  const mean = columns.map((x) => x.reduce((a, b) => a + b, 0) / x.length)
  const variance = columns.map((x, c) => x.reduce((sum, v) => sum + (v - (mean[c] as number)) ** 2, 0) / (x.length - 1))
  return { mean, variance }
}

const newSession = () => new Session({ breathe: () => new Promise((resolve) => setImmediate(resolve)) })

async function trained(document: GraphDocument, backend: BackendChoice = 'cpu') {
  const session = newSession()
  const outcome = await session.train({ document, revision: 0, backend, snapshotEvery: 0 }, () => undefined)
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome))
  const file = await session.exportWeights(document)
  const tensors = new Map(readWeights(file).tensors.map((t) => [t.name, t]))
  return { session, report: outcome.report, file, tensors }
}

const numbers = (tensors: ReadonlyMap<string, WeightTensor>, name: string): number[] => [
  ...(tensors.get(name) as WeightTensor).data
]

test.each(['cpu', 'wasm'] as const)('running statistics move towards those of the batches: %s', async (backend) => {
  const { tensors } = await trained(classifier, backend)
  const { mean, variance } = statistics()
  const left = 0.9 ** EPOCHS
  for (const [c, found] of numbers(tensors, 'norm.running_mean').entries())
    expect(found).toBeCloseTo((1 - left) * (mean[c] as number), 6)
  for (const [c, found] of numbers(tensors, 'norm.running_var').entries())
    expect(found).toBeCloseTo(left + (1 - left) * (variance[c] as number), 6)
  // and the optimizer has changed what it may change
  expect(numbers(tensors, 'norm.scale')).not.toEqual([1, 1])
})

test('they cost no pass over the batch: the forward pass has both', () => {
  const graph = trainingGraph(classifier, build(classifier, { training: true }), classifier.training ?? defaultTraining)
  const passes = (updates: ReadonlyMap<string, number>): number =>
    compile(graph.ir, { batch: ROWS, wanted: [graph.loss], updates }).plan.steps.filter((s) => s.kind === 'loop').length
  const others = new Map([...graph.updates].filter(([name]) => !name.includes('running')))
  expect(others.size).toBe(graph.updates.size - 2)
  expect(passes(graph.updates)).toBe(passes(others))
})

test('momentum 1 keeps them, 0 takes those of the last batch', async () => {
  const at = (momentum: number): GraphDocument => ({
    ...classifier,
    nodes: classifier.nodes.map((n) => (n.id === 'norm' ? { ...n, attributes: { momentum } } : n))
  })
  expect(numbers((await trained(at(1))).tensors, 'norm.running_mean')).toEqual([0, 0])
  const { mean } = statistics()
  for (const [c, found] of numbers((await trained(at(0))).tensors, 'norm.running_mean').entries())
    expect(found).toBeCloseTo(mean[c] as number, 6)
})

test('a run uses the running statistics: a result does not depend on what else is in the batch', async () => {
  const { session } = await trained(classifier)
  const first = async (batch: number) => {
    const run = await session.run({ document: classifier, revision: 0, backend: 'cpu', batch })
    const target = { kind: 'node', id: 'scores', output: 'out' } as const
    return [...(await session.readTensor({ runId: run.runId, target, which: 'value', count: 3 })).data]
  }
  expect(await first(1)).toEqual(await first(7))
})

test('they travel with the weights: imported, the graph evaluates to the identical number', async () => {
  const { report, file } = await trained(classifier)
  const other = newSession()
  expect(await other.importWeights(classifier, file)).toEqual({ tensors: 6 })
  expect((await other.evaluate(classifier, 'cpu')).loss).toBe(report.test?.loss)
})

test('opened into its parts, the layer trains to the same numbers', async () => {
  const expansion = expansionOf(classifier, check(classifier).edgeTypes, 'norm')
  const opened = apply(classifier, expandCommand(classifier, 'norm', expansion)).document as GraphDocument
  expect(opened.nodes.some((n) => n.op === 'BatchNormalization')).toBe(true)
  const [whole, parts] = [await trained(classifier), await trained(opened)]
  expect([...parts.tensors.keys()].sort()).toEqual([...whole.tensors.keys()].sort())
  for (const name of whole.tensors.keys()) expect(numbers(parts.tensors, name)).toEqual(numbers(whole.tensors, name))
  expect(parts.report.test).toEqual(whole.report.test)
})

test('the operator with running statistics is not opened: parts would not move them', () => {
  const expansion = expansionOf(classifier, check(classifier).edgeTypes, 'norm')
  const opened = apply(classifier, expandCommand(classifier, 'norm', expansion)).document as GraphDocument
  expect(() => expansionOf(opened, check(opened).edgeTypes, 'norm.normalize')).toThrow('no parts')
})

test('a Hessian is by what an optimizer changes, unless others are asked for', async () => {
  const of = async (wrt?: string[]) =>
    (await newSession().hessian({ document: classifier, batch: 4, ...(wrt ? { wrt } : {}) })).parameters.map(
      (p) => p.name
    )
  expect((await of()).sort()).toEqual(['norm.bias', 'norm.scale', 'scores.bias', 'scores.kernel'])
  expect(await of(['norm.running_var'])).toEqual(['norm.running_var'])
})

test('a Parameter that is not trainable stays as it is', async () => {
  const frozen: GraphDocument = {
    ...classifier,
    nodes: [
      ...classifier.nodes.filter((n) => n.id !== 'norm'),
      {
        id: 'shift',
        op: 'Parameter',
        attributes: { init: { kind: 'values', values: [0.5] }, trainable: false },
        position
      },
      { id: 'norm', op: 'Add', position }
    ],
    edges: [
      ...classifier.edges.filter((e) => e.id !== 'e1'),
      edge('e1', 'data', 'norm', 'a', 'features'),
      edge('e5', 'shift', 'norm', 'b')
    ]
  }
  const { session, tensors } = await trained(frozen)
  expect(numbers(tensors, 'shift')).toEqual([0.5])
  const run = await session.run({ document: frozen, revision: 0, backend: 'cpu' })
  expect(run.parameters.shift?.gradient).not.toBe(null)
})
