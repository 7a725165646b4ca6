/** Looking back at a training: what is kept, and that a step is the very one that was taken. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createDataSet } from '../../engine/data/dataset.ts'
import { build } from '../../engine/document/build.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type TrainingSettings
} from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import { CpuExecutor } from '../../engine/runtime/cpu.ts'
import type { Executor } from '../../engine/runtime/executor.ts'
import { makeExecutor } from '../../engine/session/backends.ts'
import { Recorder } from '../../engine/session/history/recorder.ts'
import type { BackendName, TrainEvent } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { initialValues } from '../../engine/train/init.ts'
import { trainLoop } from '../../engine/train/loop.ts'
import { edge } from '../edge.ts'

const position = { x: 0, y: 0 }

/** Draws, drops and normalises: a step depends on its number, its rows and being a step of training. */
const network = (training: Partial<TrainingSettings> = {}): GraphDocument => ({
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'spiral' }, position },
    { id: 'hidden', op: 'Dense', attributes: { units: 16, activation: 'tanh' }, position },
    { id: 'norm', op: 'BatchNorm', position },
    { id: 'drop', op: 'Dropout', attributes: { ratio: 0.3 }, position },
    { id: 'scores', op: 'Dense', attributes: { units: 3 }, position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('e1', 'data', 'hidden', 'x', 'features'),
    edge('e2', 'hidden', 'norm'),
    edge('e3', 'norm', 'drop'),
    edge('e4', 'drop', 'scores'),
    edge('e5', 'scores', 'loss', 'prediction'),
    edge('e6', 'data', 'loss', 'target', 'labels')
  ],
  objective: 'loss',
  training: {
    ...defaultTraining,
    optimizer: { kind: 'adam', learningRate: 0.01 },
    epochs: 8,
    batchSize: 64,
    validationSplit: 0.2,
    ...training
  }
})

let session: Session
beforeEach(() => {
  session = new Session({ breathe: () => new Promise((resolve) => setImmediate(resolve)) })
})

const train = async (document: GraphDocument, backend: BackendName = 'cpu', history = true) => {
  const progress: Extract<TrainEvent, { type: 'progress' }>[] = []
  const request = { document, revision: 7, backend, snapshotEvery: 0, history }
  const outcome = await session.train(request, (event) => event.type === 'progress' && progress.push(event))
  return { outcome, progress }
}

const codes = async (work: Promise<unknown>): Promise<string[]> => {
  try {
    await work
    return []
  } catch (error) {
    if (error instanceof ProblemError) return error.problems.map((p) => p.code)
    throw error
  }
}

/** The parameters of a training of its own that is stopped before a step. */
async function stoppedBefore(document: GraphDocument, step: number, executor: Executor) {
  const settings = document.training as TrainingSettings
  const graph = trainingGraph(document, build(document, { training: true }), settings)
  for (const { name, shape, init } of graph.parameters)
    await executor.setVariable(name, initialValues(name, shape, init, settings.seed))
  let stopped = false
  const sets = new Map([['data', createDataSet('spiral', {})]])
  const beforeStep = (next: number): null => {
    stopped = next === step
    return null
  }
  await trainLoop({ graph, settings, sets, executor, stop: () => stopped, now: () => 0, listener: { beforeStep } })
  const found = new Map<string, number[]>()
  for (const { name } of graph.parameters) found.set(name, Array.from(await executor.getVariable(name)))
  return found
}

const parameter = async (runId: number, name: string, which: 'value' | 'gradient' = 'value'): Promise<number[]> =>
  Array.from((await session.readTensor({ runId, target: { kind: 'parameter', name }, which })).data)

describe('what is kept', () => {
  const variables = [{ name: 'w', shape: [256], init: undefined }]

  /** All steps of a run; the executor counts what is read of it. */
  async function recorded(steps: number, limits: { budget?: number; most?: number }, copying = 0) {
    const executor = new CpuExecutor()
    let [reads, largest, clock] = [0, 0, 0]
    await executor.setVariable('w', new Float32Array(256))
    const read = executor.getVariable.bind(executor)
    executor.getVariable = (name) => {
      reads++
      clock += copying
      return read(name)
    }
    const recorder = new Recorder({ variables, steps, executor, now: () => clock, ...limits })
    for (let step = 1; step <= steps; step++) {
      await executor.setVariable('w', new Float32Array(256).fill(step))
      await recorder.before(step)
      clock += 10
      largest = Math.max(largest, recorder.samples.length)
    }
    await recorder.finish()
    return { kept: recorder.samples.map(({ step }) => step), reads, largest, recorder }
  }

  test.each([1, 2, 15, 16, 17, 240, 5000, 10_007])(
    'of %i steps: the first, the last, and evenly between',
    async (n) => {
      const { kept, largest, reads, recorder } = await recorded(n, { most: 16 })
      expect(largest).toBeLessThanOrEqual(16)
      expect([kept[0], kept.at(-1)]).toEqual([1, n])
      const gaps = kept.slice(1, -1).map((step, i) => step - (kept[i] as number))
      expect(new Set(gaps).size).toBeLessThanOrEqual(1)
      if (n >= 16) expect(kept.length).toBeGreaterThanOrEqual(7)
      // samples that are dropped again cost time
      expect(reads).toBeLessThanOrEqual(16 * 5)
      for (const { step, values } of recorder.samples) expect(values.get('w')?.[0]).toBe(step)
    }
  )

  test('no more memory than given, and nothing where a sample is too large', async () => {
    const { recorder, largest } = await recorded(1000, { budget: 20 * 1024 })
    expect(largest * recorder.bytesPerSample).toBeLessThanOrEqual(20 * 1024)
    expect(recorder.samples.length).toBeGreaterThan(8)
    const none = await recorded(1000, { budget: 3 * 1024 })
    expect(none.kept).toEqual([])
    expect(none.reads).toBe(0)
  })

  test('where a copy takes as long as a step, they are rare: less than two in a hundred', async () => {
    const { kept, reads } = await recorded(5000, { most: 240 }, 10)
    expect(reads).toBeLessThanOrEqual(80)
    expect(kept.length).toBeGreaterThan(20)
    expect([kept[0], kept.at(-1)]).toEqual([1, 5000])
  })

  test('a training that asks for none keeps none', async () => {
    await train(network(), 'cpu', false)
    expect(await session.history()).toBeNull()
    expect(await codes(session.lookBack({ step: 1, revision: 0 }))).toEqual(['history.none'])
  })
})

describe('a step as it was', () => {
  test.each(['cpu', 'wasm'] as const)(
    'has the weights that a training stopped there has, bit for bit, on %s',
    async (backend) => {
      session = new Session({ breathe: () => Promise.resolve(), threads: 1 })
      const document = network()
      await train(document, backend)
      const overview = await session.history()
      expect(overview).toMatchObject({ revision: 7, backend, steps: 32, planned: 32, stepsPerEpoch: 4, broken: null })
      const executor = await makeExecutor(backend, 1)
      for (const step of [2, 14, 32]) {
        const expected = await stoppedBefore(document, step, executor)
        const run = await session.lookBack({ step, revision: 9 })
        expect(run).toMatchObject({ revision: 9, past: { step, epoch: Math.ceil(step / 4) }, backend: { backend } })
        for (const [name, values] of expected)
          expect(await parameter(run.runId, name), `${name} at ${step}`).toEqual(values)
      }
      await executor.dispose()
    },
    30_000
  )

  test('between two samples it is reached from the one before, bit for bit', async () => {
    session = new Session({ breathe: () => Promise.resolve(), historyLimits: { most: 6 } })
    const document = network()
    await train(document)
    expect((await session.history())?.sampled).toEqual([1, 9, 17, 25, 32])
    const step = 13
    const expected = await stoppedBefore(document, step, new CpuExecutor())
    const run = await session.lookBack({ step, revision: 0 })
    for (const [name, values] of expected) expect(await parameter(run.runId, name), name).toEqual(values)
    // further on from there, and back
    for (const other of [step + 1, step - 2]) {
      const again = await session.lookBack({ step: other, revision: 0 })
      const then = await stoppedBefore(document, other, new CpuExecutor())
      expect(await parameter(again.runId, 'hidden.kernel')).toEqual(then.get('hidden.kernel'))
    }
  })

  test('has the rows, the dropout and the normalisation of that step: its gradient is the step that was taken', async () => {
    const rate = 0.125
    const document = network({ optimizer: { kind: 'sgd', learningRate: rate } })
    await train(document, 'cpu')
    for (const step of [1, 13, 31]) {
      const run = await session.lookBack({ step, revision: 0 })
      const names = ['hidden.kernel', 'norm.scale', 'scores.bias']
      const before = await Promise.all(names.map((name) => parameter(run.runId, name)))
      const gradients = await Promise.all(names.map((name) => parameter(run.runId, name, 'gradient')))
      const next = await session.lookBack({ step: step + 1, revision: 0 })
      for (const [i, name] of names.entries()) {
        const after = await parameter(next.runId, name)
        const moved = after.map((w, k) => ((before[i]?.[k] as number) - w) / rate)
        for (const [k, g] of (gradients[i] as number[]).entries()) expect(moved[k], `${name}[${k}]`).toBeCloseTo(g, 5)
      }
    }
  })

  test('shows the loss that the training told then', async () => {
    const { progress } = await train(network())
    const first = progress.find(({ step }) => step === 1)
    const last = progress.find(({ step }) => step === 32)
    expect((await session.lookBack({ step: 1, revision: 0 })).objective).toBeCloseTo(first?.loss as number, 6)
    expect((await session.lookBack({ step: 32, revision: 0 })).objective).toBeCloseTo(last?.loss as number, 6)
  })

  test('newton: steps that are taken on the host', async () => {
    const document: GraphDocument = {
      ...network(),
      nodes: network().nodes.filter(({ id }) => ['data', 'scores', 'loss'].includes(id)),
      edges: [
        edge('e1', 'data', 'scores', 'x', 'features'),
        edge('e5', 'scores', 'loss', 'prediction'),
        edge('e6', 'data', 'loss', 'target', 'labels')
      ],
      training: { ...defaultTraining, optimizer: { kind: 'newton', learningRate: 1, damping: 0.1 }, epochs: 4 }
    }
    await train(document)
    const expected = await stoppedBefore(
      { ...document, training: { ...document.training, batchSize: 300 } as never },
      3,
      new CpuExecutor()
    )
    const run = await session.lookBack({ step: 3, revision: 0 })
    expect(await parameter(run.runId, 'scores.kernel')).toEqual(expected.get('scores.kernel'))
  })
})

describe('while a step is looked at', () => {
  test('runs and derivatives read its weights; back to now, those that were learned', async () => {
    const document = network()
    await train(document)
    const request = { document, revision: 0, backend: 'cpu' as const }
    const now = (await session.run(request)).objective
    await session.lookBack({ step: 1, revision: 0 })
    const start = (await session.run(request)).objective
    await session.live()
    const fresh = new Session({ breathe: () => Promise.resolve() })
    expect(start).toBe((await fresh.run(request)).objective)
    expect((await session.run(request)).objective).toBe(now)
    expect(start).not.toBe(now)
  })

  test('one example alone has the answers of that step, on the graph as it answers', async () => {
    const document = network()
    await train(document)
    const sample = { split: 'test', row: 3 } as const
    const ask = { document, revision: 0, backend: 'cpu' as const, sample }
    const run = await session.lookBack({ step: 1, revision: 4, sample })
    expect(run).toMatchObject({ batch: 1, revision: 4, past: { step: 1, epoch: 1 } })
    // a session that never trained stands where the first step did
    const fresh = new Session({ breathe: () => Promise.resolve() })
    expect(run.objective).toBe((await fresh.run(ask)).objective)
    const explained = await session.explainSample(ask)
    expect(explained.loss).toBeCloseTo(run.objective as number, 6)
    expect((await session.steps({ ...ask, opened: [] })).batch).toBe(1)
    // the rows of the step again, and the weights of now
    expect((await session.lookBack({ step: 1, revision: 4 })).batch).toBeGreaterThan(1)
    await session.live()
    expect((await session.run(ask)).objective).not.toBe(run.objective)
  })

  test('weights that are exported are those of now, unless the step is kept', async () => {
    const document = network()
    await train(document)
    const text = async () => new TextDecoder().decode(await session.exportWeights(document))
    const now = await text()
    const { runId } = await session.lookBack({ step: 6, revision: 0 })
    const then = await parameter(runId, 'scores.bias')
    expect(await text()).toBe(now)
    await session.keepPast()
    const kept = JSON.parse(await text())
    expect(kept.training).toMatchObject({ epochs: 1, steps: 5 })
    const { data } = kept.tensors.find(({ name }: { name: string }) => name === 'scores.bias')
    expect(data.map(Math.fround)).toEqual(then)
    expect(await codes(session.keepPast())).toEqual(['history.none'])
  })

  test('another training, other weights and a reset end it', async () => {
    const document = network({ epochs: 2 })
    await train(document)
    await session.lookBack({ step: 1, revision: 0 })
    const bytes = await session.exportWeights(document)
    await train(document)
    expect((await session.history())?.steps).toBe(8)
    await session.importWeights(document, bytes)
    expect(await session.history()).toBeNull()
    await train(document)
    await session.reset()
    expect(await codes(session.lookBack({ step: 1, revision: 0 }))).toEqual(['history.none'])
  })

  test('a training that was stopped can be looked back at as far as it came', async () => {
    const document = network({ epochs: 100_000 })
    let stopped = false
    const request = { document, revision: 0, backend: 'cpu' as const, snapshotEvery: 0, history: true }
    const on = (event: TrainEvent): void => {
      if (event.type === 'progress' && event.step > 20) stopped = true
    }
    await session.train(request, on, () => stopped)
    const { steps = 0, sampled = [] } = (await session.history()) ?? {}
    expect(steps).toBeGreaterThan(20)
    expect(sampled[0]).toBe(1)
    expect((await session.lookBack({ step: steps, revision: 0 })).past?.step).toBe(steps)
    expect(await codes(session.lookBack({ step: steps + 1, revision: 0 }))).toEqual(['history.noStep'])
  })
})

describe('the whole of a training', () => {
  /** One long step, and every unit of the ReLU is closed for good. */
  const dying = (): GraphDocument => {
    const document = network({ optimizer: { kind: 'sgd', learningRate: 300 }, validationSplit: 0 })
    const relu = { units: 16, activation: 'relu', biasInit: { kind: 'constant', value: 0.5 } }
    return {
      ...document,
      nodes: document.nodes
        .filter(({ id }) => id !== 'norm' && id !== 'drop')
        .map((node) => (node.id === 'hidden' ? { ...node, attributes: relu } : node)),
      edges: [
        ...document.edges.filter(({ id }) => id !== 'e2' && id !== 'e3' && id !== 'e4'),
        edge('e2', 'hidden', 'scores')
      ]
    }
  }

  test('what the numbers said, where it began and where it was last; what is on screen stays', async () => {
    await train(dying())
    const { runId } = await session.lookBack({ step: 2, revision: 0 })
    const before = await parameter(runId, 'hidden.kernel')
    const found = await session.surveyHistory()
    const silent = found.find(({ problem }) => problem.code === 'finding.silent')
    expect(silent?.problem.nodeId).toBe('hidden')
    expect(silent?.from).toBeGreaterThan(1)
    expect(silent?.to).toBe((await session.history())?.steps)
    const at = (await session.lookBack({ step: silent?.from as number, revision: 0 })).findings
    expect(at).toContainEqual(silent?.problem)
    const first = (await session.lookBack({ step: 1, revision: 0 })).findings
    expect(first.map(({ code }) => code)).not.toContain('finding.silent')
    const again = await session.lookBack({ step: 2, revision: 0 })
    await session.surveyHistory()
    // a survey runs on a program of its own
    expect(await parameter(again.runId, 'hidden.kernel')).toEqual(before)
  })

  test('how a tensor was spread, from the first step to the last', async () => {
    const document = network()
    await train(document)
    const target = { kind: 'parameter', name: 'scores.kernel' } as const
    const { runId: now } = await session.run({ document, revision: 0, backend: 'cpu' })
    const learned = await parameter(now, 'scores.kernel')
    const over = await session.overTime({ target, which: 'value' })
    if (!over) throw new Error('nothing over time')
    expect([over.columns[0]?.step, over.columns.at(-1)?.step]).toEqual([1, 32])
    for (const { shares } of over.columns) expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
    expect(await parameter(now, 'scores.kernel')).toEqual(learned)
    for (const { step, mean } of over.columns.slice(0, 6)) {
      const { runId } = await session.lookBack({ step, revision: 0 })
      const values = await parameter(runId, 'scores.kernel')
      expect(mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 10)
      expect(Math.min(...values)).toBeGreaterThanOrEqual(over.low)
      expect(Math.max(...values)).toBeLessThanOrEqual(over.high)
    }
    expect(await session.overTime({ target: { kind: 'edge', id: 'e6' }, which: 'gradient' })).not.toBeNull()
    expect(await codes(session.overTime({ target: { kind: 'edge', id: 'no' }, which: 'value' }))).toEqual([
      'graph.noSuchThing'
    ])
  })
})

describe('a walk through a step of the past', () => {
  const optimizers = [
    { kind: 'sgd', momentum: 0.9, weightDecay: 0.01 },
    { kind: 'sgd', momentum: 0.9, nesterov: true },
    { kind: 'adagrad' },
    { kind: 'rmsprop' },
    { kind: 'rmsprop', momentum: 0.5 },
    { kind: 'adam' },
    { kind: 'adamw', weightDecay: 0.1 }
  ]

  test.each(optimizers)('updates to what the training went on with: %j', async (optimizer) => {
    const document = network({
      optimizer: { ...optimizer, learningRate: 0.02 } as never,
      schedule: { kind: 'cosine' } as never,
      clip: { norm: 0.5 }
    })
    await train(document)
    const step = 14
    const next = await session.lookBack({ step: step + 1, revision: 0 })
    const after = await parameter(next.runId, 'scores.kernel')
    await session.lookBack({ step, revision: 0 })
    const walk = await session.steps({ document, revision: 0, backend: 'auto' })
    expect(walk.backend.backend).toBe('cpu')
    const index = walk.steps.findIndex(({ parameter: name }) => name === 'scores.kernel')
    for (const cell of [0, 7]) {
      const detail = await session.readStep({ walkId: walk.walkId, index, cells: { out: cell } })
      if (detail.kind !== 'update') throw new Error(detail.kind)
      expect(detail.after).toBeCloseTo(after[cell] as number, 5)
      expect(detail.before.value).not.toBeCloseTo(after[cell] as number, 5)
    }
  })
})
