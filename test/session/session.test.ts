import { beforeEach, describe, expect, test } from 'vitest'
import { memoryNeeded, type Plan } from '../../engine/compile/plan.ts'
import { apply } from '../../engine/document/commands.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type TrainingSettings
} from '../../engine/document/types.ts'
import { fail, ProblemError } from '../../engine/problem.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import { Backends } from '../../engine/session/backends.ts'
import type { TrainEvent, TrainReport } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { edge } from '../edge.ts'

const position = { x: 0, y: 0 }

/** A small classifier on the spiral. */
const classifier: GraphDocument = {
  ...emptyDocument,
  name: 'Spiral',
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'spiral' }, position },
    { id: 'hidden', op: 'Dense', attributes: { units: 16, activation: 'tanh' }, position },
    { id: 'scores', op: 'Dense', attributes: { units: 3 }, position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('e1', 'data', 'hidden', 'x', 'features'),
    edge('e2', 'hidden', 'scores'),
    edge('e3', 'scores', 'loss', 'prediction'),
    edge('e4', 'data', 'loss', 'target', 'labels')
  ],
  objective: 'loss',
  training: {
    ...defaultTraining,
    optimizer: { kind: 'adam', learningRate: 0.01 },
    epochs: 5,
    batchSize: 64,
    metrics: ['accuracy']
  }
}

let session: Session
beforeEach(() => {
  session = new Session({ breathe: () => new Promise((resolve) => setImmediate(resolve)) })
})

const codes = async (work: Promise<unknown>): Promise<string[]> => {
  try {
    await work
    return []
  } catch (error) {
    if (error instanceof ProblemError) return error.problems.map((p) => p.code)
    throw error
  }
}

const train = async (document = classifier, on: (event: TrainEvent) => void = () => undefined, snapshotEvery = 0) => {
  const outcome = await session.train({ document, revision: 0, backend: 'cpu', snapshotEvery }, on)
  return outcome
}

const reportOf = async (document = classifier): Promise<TrainReport> => {
  const outcome = await train(document)
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.report
}

describe('training', () => {
  test('tells start, progress, epochs and a test score; the loss falls', async () => {
    const events: TrainEvent[] = []
    const outcome = await train(classifier, (event) => events.push(event))
    expect(outcome.outcome).toBe('done')
    const epochs = events.filter((e) => e.type === 'epoch')
    expect(events[0]).toMatchObject({
      type: 'started',
      stepsPerEpoch: 5,
      examples: 300,
      parameters: 2 * 16 + 16 + 16 * 3 + 3
    })
    expect(epochs.map((e) => e.report.epoch)).toEqual([1, 2, 3, 4, 5])
    expect(epochs.at(-1)?.report.loss).toBeLessThan(epochs[0]?.report.loss as number)
    expect(events.some((e) => e.type === 'progress')).toBe(true)
    expect(outcome.outcome !== 'failed' && outcome.report.test?.metrics.accuracy).toBeGreaterThan(0.4)
  })

  test('the same seed gives the same run to the last bit, another seed another one', async () => {
    const first = await reportOf()
    await session.reset()
    const again = await reportOf()
    await session.reset()
    const other = await reportOf({
      ...classifier,
      training: { ...(classifier.training as typeof defaultTraining), seed: 5 }
    })
    expect(again.epochs.map((e) => e.loss)).toEqual(first.epochs.map((e) => e.loss))
    expect(again.test).toEqual(first.test)
    expect(other.epochs[0]?.loss).not.toBe(first.epochs[0]?.loss)
  })

  test('goes on from what was learned, until reset', async () => {
    const first = await reportOf()
    const second = await reportOf()
    expect(second.epochs[0]?.loss).toBeLessThan(first.epochs[0]?.loss as number)
    await session.reset()
    expect((await reportOf()).epochs[0]?.loss).toBe(first.epochs[0]?.loss)
  })

  test('mean loss of an epoch counts each example once, whatever the last batch holds', async () => {
    // One epoch with a learning rate of 0: every batch sees the same weights.
    const still = {
      ...(classifier.training as typeof defaultTraining),
      optimizer: { kind: 'sgd', learningRate: 0 } as const,
      epochs: 1
    }
    const whole = await reportOf({ ...classifier, training: { ...still, batchSize: 300 } })
    await session.reset()
    const parts = await reportOf({ ...classifier, training: { ...still, batchSize: 64 } })
    expect(parts.epochs[0]?.loss).toBeCloseTo(whole.epochs[0]?.loss as number, 5)
    expect(parts.epochs[0]?.metrics.accuracy).toBeCloseTo(whole.epochs[0]?.metrics.accuracy as number, 5)
  })

  test('the schedule and clipping reach the steps; a batch above the number of examples holds them all', async () => {
    const settings = {
      ...(classifier.training as typeof defaultTraining),
      optimizer: { kind: 'sgd', learningRate: 0.1 } as const,
      epochs: 3,
      batchSize: 1000
    }
    const losses = async (change: Partial<TrainingSettings>): Promise<number[]> => {
      await session.reset()
      const { epochs, steps } = await reportOf({ ...classifier, training: { ...settings, ...change } })
      expect(steps).toBe(3)
      return epochs.map((e) => e.loss)
    }
    const [first, second, third] = await losses({ schedule: { kind: 'step', stepSize: 1, gamma: 1e-30 } })
    expect(second).toBeLessThan(first as number)
    expect(third).toBeCloseTo(second as number, 6)
    const still = await losses({ clip: { norm: 1e-30 } })
    expect(still[2]).toBeCloseTo(first as number, 6)
    const free = await losses({})
    expect(free[2]).toBeLessThan((second as number) - 1e-4)
  })

  test('a loss that sums over the batch is told per example, whatever the batch', async () => {
    const nodes = classifier.nodes.map((n) => (n.id === 'loss' ? { ...n, attributes: { reduction: 'sum' } } : n))
    const still = {
      ...(classifier.training as typeof defaultTraining),
      optimizer: { kind: 'sgd', learningRate: 0 } as const,
      epochs: 1
    }
    const losses: number[] = []
    for (const batchSize of [300, 64]) {
      await session.reset()
      const report = await reportOf({ ...classifier, nodes, training: { ...still, batchSize } })
      losses.push(report.epochs[0]?.loss as number)
    }
    await session.reset()
    const mean = await reportOf({ ...classifier, training: still })
    for (const loss of losses) expect(loss).toBeCloseTo(mean.epochs[0]?.loss as number, 4)
  })

  test('evaluating wants one number as loss, as training does, and tells the mismatch that is in the way', async () => {
    expect(await codes(session.evaluate({ ...classifier, objective: 'scores' }, 'cpu'))).toEqual(['train.notScalar'])
    const nodes = classifier.nodes.map((n) => (n.id === 'scores' ? { ...n, attributes: { units: 4 } } : n))
    expect(await codes(session.evaluate({ ...classifier, nodes }, 'cpu'))).toEqual(['shape.targets'])
    const outcome = await train({ ...classifier, nodes })
    expect(outcome.outcome === 'failed' && outcome.problems.map((p) => p.code)).toEqual(['shape.targets'])
  })

  test('snapshots show values and gradients of the weights as they are then', async () => {
    const norms: number[] = []
    await train(
      classifier,
      (event) => {
        if (event.type === 'snapshot') norms.push(event.run.edges.e2?.gradient?.statistics.norm as number)
      },
      1
    )
    expect(norms.length).toBeGreaterThan(0)
    const after = await session.run({ document: classifier, revision: 0, backend: 'cpu' })
    expect(norms.at(-1)).toBe(after.edges.e2?.gradient?.statistics.norm)
  })

  test('a trial before it changes no number', async () => {
    const settings = { ...(classifier.training as typeof defaultTraining), batchSize: 8, epochs: 20 }
    const document = { ...classifier, training: settings }
    const device = { backend: 'webgpu', available: true, device: 'a card', software: false, why: null } as const
    let clock = 0
    const tried = new Session({
      breathe: () => new Promise((resolve) => setImmediate(resolve)),
      // each look at it takes a twentieth of a second
      now: () => (clock += 50),
      backends: new Backends(
        async () => [device],
        async () => new CpuExecutor()
      )
    })
    const outcome = await tried.train({ document, revision: 0, backend: 'auto', snapshotEvery: 0 }, () => undefined)
    if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome))
    expect(outcome.report.backend.trials.map((t) => t.backend)).toEqual(['wasm', 'webgpu'])
    const plain = await reportOf(document)
    expect(outcome.report.epochs.map((e) => e.loss)).toEqual(plain.epochs.map((e) => e.loss))
    expect(outcome.report.test).toEqual(plain.test)
  })

  test('what does not fit is refused before a weight is drawn, with both sizes', async () => {
    const big = (id: string, units: number) => ({ id, op: 'Dense', attributes: { units }, position })
    const document: GraphDocument = {
      ...classifier,
      nodes: [
        ...classifier.nodes.map((n) => (n.id === 'hidden' ? big('hidden', 16_000) : n)),
        ...['wide', 'wider'].map((id) => big(id, 16_000))
      ],
      edges: [
        ...classifier.edges.filter((e) => e.id !== 'e2'),
        edge('e5', 'hidden', 'wide'),
        edge('e6', 'wide', 'wider'),
        edge('e7', 'wider', 'scores')
      ]
    }
    const began = performance.now()
    const outcome = await train(document)
    expect(outcome).toMatchObject({
      outcome: 'failed',
      problems: [{ code: 'run.outOfMemory', params: { needed: expect.stringMatching(/GB/), available: '4.0 GB' } }]
    })
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test('can be stopped at once, and says so', async () => {
    let stop = false
    const long = { ...classifier, training: { ...(classifier.training as typeof defaultTraining), epochs: 100_000 } }
    let stopped = 0
    const outcome = await session.train(
      { document: long, revision: 0, backend: 'cpu', snapshotEvery: 0 },
      (event) => {
        if (event.type === 'epoch' && event.report.epoch === 3) {
          stop = true
          stopped = performance.now()
        }
      },
      () => stop
    )
    expect(performance.now() - stopped).toBeLessThan(200)
    expect(outcome.outcome).toBe('cancelled')
    expect(outcome.outcome !== 'failed' && outcome.report.epochs.length).toBeGreaterThanOrEqual(3)
  })

  test('a loss that is no number ends the run with the place, and the weights stay as they were', async () => {
    const before = await session.exportWeights(classifier)
    const optimizer = { kind: 'sgd', learningRate: 1e38 } as const
    const outcome = await train({
      ...classifier,
      training: { ...(classifier.training as typeof defaultTraining), optimizer }
    })
    expect(outcome.outcome === 'failed' && outcome.problems.map((p) => p.code)).toEqual(['train.diverged'])
    expect(await session.exportWeights(classifier)).toEqual(before)
    // The executor's own copy is not taken for the old weights either.
    expect((await reportOf()).epochs[0]?.loss).toBeLessThan(2)
  })

  test('validation holds examples back', async () => {
    const { epochs } = await reportOf({
      ...classifier,
      training: { ...(classifier.training as typeof defaultTraining), validationSplit: 0.2 }
    })
    expect(epochs[0]?.validation?.metrics.accuracy).toBeGreaterThan(0)
  })

  test.each([
    ['no objective', { objective: null }, 'train.noObjective'],
    ['no settings', { training: null }, 'train.noTraining'],
    [
      'an unknown hyperparameter',
      { training: { ...defaultTraining, optimizer: { kind: 'sgd', learningRate: 0.1, rho: 1 } } },
      'train.optimizerOption'
    ],
    [
      'a hyperparameter out of range',
      { training: { ...defaultTraining, optimizer: { kind: 'adam', learningRate: 0.1, beta1: 2 } } },
      'train.optimizerShare'
    ],
    ['a metric called loss', { training: { ...defaultTraining, metrics: ['loss'] } }, 'train.metricLoss'],
    ['an unknown metric', { training: { ...defaultTraining, metrics: ['f1'] } }, 'train.metric'],
    ['a tensor as objective', { objective: 'scores' }, 'train.notScalar'],
    ['nothing to train', { objective: 'data' }, 'train.notScalar']
  ] as const)('%s is told', async (_name, change, code) => {
    const outcome = await train({ ...classifier, ...change } as GraphDocument)
    expect(outcome.outcome === 'failed' && outcome.problems.map((p) => p.code)).toEqual([code])
  })

  test('MNIST without files says which are missing', async () => {
    const nodes = classifier.nodes.map((n) =>
      n.id === 'data'
        ? { ...n, attributes: { source: 'mnist' } }
        : n.id === 'scores'
          ? { ...n, attributes: { units: 10 } }
          : n
    )
    const outcome = await train({ ...classifier, nodes })
    expect(outcome.outcome === 'failed' && outcome.problems).toMatchObject([
      { code: 'data.filesMissing', nodeId: 'data' }
    ])
  })
})

describe('weights', () => {
  test('exported and imported, they evaluate to the identical number', async () => {
    const report = await reportOf()
    const file = await session.exportWeights(classifier)
    const other = new Session({ breathe: async () => undefined })
    expect(await other.importWeights(classifier, file)).toEqual({ tensors: 4 })
    const again = await other.evaluate(classifier, 'cpu')
    expect({ loss: again.loss, metrics: again.metrics }).toEqual({
      loss: report.test?.loss,
      metrics: report.test?.metrics
    })
    expect(await other.exportWeights(classifier)).toEqual(file)
  })

  test('what does not fit is refused whole', async () => {
    const file = await session.exportWeights(classifier)
    const wider = apply(classifier, { type: 'setAttribute', node: 'hidden', attribute: 'units', value: 8 })
      .document as GraphDocument
    expect(await codes(session.importWeights(wider, file))).toEqual(['weights.shape', 'weights.shape', 'weights.shape'])
    const fewer = apply(classifier, { type: 'remove', nodes: ['scores'] }).document as GraphDocument
    expect(await codes(session.importWeights(fewer, file))).toEqual(['weights.unknown', 'weights.unknown'])
    expect(await codes(session.importWeights(classifier, new TextEncoder().encode('{}')))).toEqual(['file.format'])
  })

  test('an edit elsewhere keeps what was learned; the edited layer starts anew', async () => {
    const before = await reportOf()
    const moved = apply(classifier, { type: 'move', positions: { hidden: { x: 9, y: 9 } } }).document as GraphDocument
    const kept = await session.evaluate(moved, 'cpu')
    expect(kept.loss).toBe(before.test?.loss)
    const narrower = apply(classifier, { type: 'setAttribute', node: 'hidden', attribute: 'units', value: 8 })
      .document as GraphDocument
    expect((await session.evaluate(narrower, 'cpu')).loss).not.toBe(before.test?.loss)
  })
})

describe('looking', () => {
  test('tensors come by run, in slices; those of an earlier run are refused', async () => {
    const first = await session.run({ document: classifier, revision: 1, backend: 'cpu', batch: 4 })
    const target = { kind: 'edge', id: 'e2' } as const
    const slice = await session.readTensor({ runId: first.runId, target, which: 'value', offset: 16, count: 3 })
    expect(slice.shape).toEqual([4, 16])
    expect(slice.data).toHaveLength(3)
    const whole = await session.readTensor({ runId: first.runId, target, which: 'value' })
    expect(Array.from(whole.data.subarray(16, 19))).toEqual(Array.from(slice.data))
    await session.run({ document: classifier, revision: 2, backend: 'cpu', batch: 4 })
    expect(await codes(session.readTensor({ runId: first.runId, target, which: 'value' }))).toEqual(['run.stale'])
  })

  test('after a run that was cancelled nobody reads its half-made numbers as those of the run before', async () => {
    const first = await session.run({ document: classifier, revision: 1, backend: 'cpu', batch: 4 })
    let asked = 0
    await expect(
      session.run({ document: classifier, revision: 2, backend: 'cpu', batch: 6 }, () => ++asked > 3)
    ).rejects.toThrow(/cancelled/)
    const target = { kind: 'edge', id: 'e2' } as const
    expect(await codes(session.readTensor({ runId: first.runId, target, which: 'value' }))).toEqual(['run.stale'])
  })

  test('a batch that does not fit is refused, and the one before it runs again', async () => {
    class Small extends CpuExecutor {
      override check(plan: Plan): void {
        super.check(plan)
        if (memoryNeeded(plan) > 50_000) fail('run.outOfMemory', { needed: 'more', available: '50 kB' })
      }
    }
    const small = new Session({
      breathe: async () => undefined,
      backends: new Backends(
        async () => [],
        async () => new Small()
      )
    })
    const look = (batch: number) => small.run({ document: classifier, revision: 0, backend: 'cpu', batch })
    const { objective } = await look(8)
    await expect(look(300)).rejects.toThrow(/50 kB/)
    expect((await look(8)).objective).toBe(objective)
  })

  test('an input whose id looks like a data set’s output keeps its own numbers', async () => {
    const values = [5, 6, 7]
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        { id: 'data', op: 'Dataset', attributes: { source: 'linear' }, position },
        { id: 'data.features', op: 'Input', attributes: { shape: [null, 1], values }, position },
        { id: 'sum', op: 'Add', position }
      ],
      edges: [edge('e1', 'data', 'sum', 'a', 'features'), edge('e2', 'data.features', 'sum', 'b')],
      objective: 'sum'
    }
    const result = await session.run({ document, revision: 0, backend: 'cpu' })
    expect(result.nodes['data.features']?.out?.value.values).toEqual(values)
    expect(result.nodes.data?.features?.value.values).not.toEqual(values)
  })

  test('0 and -0 are two numbers', async () => {
    const constant = (id: string, value: number) => ({ id, op: 'Constant', attributes: { values: [value] }, position })
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        constant('p', 0),
        constant('n', -0),
        { id: 'a', op: 'Reciprocal', position },
        { id: 'b', op: 'Reciprocal', position }
      ],
      edges: [edge('e1', 'p', 'a'), edge('e2', 'n', 'b')]
    }
    const { nodes } = await session.run({ document, revision: 0, backend: 'reference' })
    expect([nodes.a?.out?.value.values, nodes.b?.out?.value.values]).toEqual([
      [Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY]
    ])
  })

  test('a graph that is being built shows what can be computed, with its problems', async () => {
    const document = apply(classifier, { type: 'addNode', node: { id: 'lonely', op: 'Relu', position } })
      .document as GraphDocument
    const result = await session.run({ document, revision: 0, backend: 'cpu' })
    expect(result.objective).toBeGreaterThan(0)
    expect(result.warnings.map((p) => [p.code, p.nodeId])).toEqual([['graph.inputMissing', 'lonely']])
  })

  test('inputs are fed, or say what they need', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        { id: 'x', op: 'Input', attributes: { shape: [null, 2] }, position },
        { id: 'y', op: 'ReduceSum', position }
      ],
      edges: [edge('e', 'x', 'y')],
      objective: 'y'
    }
    const run = (data: number[], shape = [data.length / 2, 2]) =>
      session.run({ document, revision: 0, backend: 'cpu', feeds: { x: { shape, data } } })
    expect((await run([1, 2, 3, 4])).objective).toBe(10)
    expect((await run([1, 2, 3, 4])).batch).toBe(2)
    expect(await codes(run([1, 2, 3], [2, 2]))).toEqual(['value.feedShape'])
    expect(await codes(session.run({ document, revision: 0, backend: 'cpu' }))).toEqual(['value.feedMissing'])
  })

  test('parts along the edges of a fork add up to the total', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        { id: 'x', op: 'Parameter', attributes: { init: { kind: 'values', values: [3] } }, position },
        { id: 'square', op: 'Mul', position }
      ],
      edges: [edge('e1', 'x', 'square', 'a'), edge('e2', 'x', 'square', 'b')],
      objective: 'square'
    }
    const result = await session.run({ document, revision: 0, backend: 'reference' })
    expect([result.edges.e1, result.edges.e2].map((c) => c?.gradient?.values?.[0])).toEqual([3, 3])
    expect(result.nodes.x?.out?.gradient?.values).toEqual([6])
  })

  test('a backend that is not there is refused by name', async () => {
    expect(await codes(session.run({ document: classifier, revision: 0, backend: 'webgl2' }))).toEqual([
      'run.backendUnavailable'
    ])
    const { passedOver, backend } = await session.backends()
    expect(backend).toBe('wasm')
    expect(passedOver.map((p) => p.backend)).toEqual(['webgpu', 'webgl2'])
    expect(passedOver.every((p) => p.why.message.length > 10)).toBe(true)
  })
})

describe('differences of several steps', () => {
  /** x³ at 2, so h is taken twice as large. */
  const cube: GraphDocument = {
    ...emptyDocument,
    nodes: [
      { id: 'x', op: 'Parameter', attributes: { init: { kind: 'values', values: [2] } }, position },
      { id: 'three', op: 'Constant', attributes: { values: [3] }, position },
      { id: 'cube', op: 'Pow', position }
    ],
    edges: [edge('e1', 'x', 'cube', 'a'), edge('e2', 'three', 'cube', 'b')],
    objective: 'cube'
  }
  const steps = [0.5, 1e-3, 1e-20]

  test.each([
    { kind: 'parameter', name: 'x' },
    { kind: 'edge', id: 'e1' }
  ] as const)('$kind: cut off by a large step, rounded away by a small one', async (target) => {
    const session = new Session({ breathe: async () => undefined })
    const { autodiff, points } = await session.differences({ document: cube, target, index: 0, steps })
    expect(autodiff).toBe(12)
    const [large, middle, small] = points.map(({ central, forward }) => ({ central, forward }))
    expect(large).toEqual({ central: 12 + 1, forward: 12 + 6 + 1 })
    expect(middle?.central).toBeCloseTo(12 + 4e-6, 8)
    expect(middle?.forward).toBeCloseTo(12 + 6 * 2e-3 + 4e-6, 8)
    // x + h is x again
    expect(small).toEqual({ central: Number.NaN, forward: Number.NaN })
  })

  test('what has no gradient is refused by name', async () => {
    const session = new Session({ breathe: async () => undefined })
    const target = { kind: 'parameter', name: 'gone' } as const
    expect(await codes(session.differences({ document: cube, target, index: 0, steps }))).toEqual(['graph.noSuchThing'])
  })

  test('a check without an objective says what to choose', async () => {
    const session = new Session({ breathe: async () => undefined })
    expect(await codes(session.gradcheck({ ...cube, objective: null }))).toEqual(['gradient.noObjective'])
  })

  test('a check is given the numbers of its inputs', async () => {
    const session = new Session({ breathe: async () => undefined })
    const nodes = cube.nodes.map((node) =>
      node.id === 'three' ? { id: 'three', op: 'Input', attributes: { shape: [] }, position } : node
    )
    const feeds = { three: { shape: [], data: [2] } }
    const { parameters, edges } = await session.gradcheck({ ...cube, nodes }, { edges: true, feeds })
    expect(parameters.map(({ worst }) => worst.autodiff)).toEqual([4])
    expect(edges?.map(({ name }) => name)).toEqual(['e1', 'e2'])
  })
})

test('a gradient check and an evaluation let others in, and can be stopped by them', async () => {
  let [breaths, stopped] = [0, false]
  const breathe = async (): Promise<void> => {
    if (++breaths === 1) stopped = true
  }
  const stoppable = new Session({ breathe })
  const stop = (): boolean => stopped
  await expect(stoppable.gradcheck(classifier, {}, stop)).rejects.toThrow('The derivatives were cancelled.')
  expect(breaths).toBe(1)
  breaths = 0
  stopped = false
  await expect(stoppable.evaluate(classifier, 'cpu', stop)).rejects.toThrow('The evaluation was cancelled.')
  expect(breaths).toBe(1)
})
