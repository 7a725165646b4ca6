/** Newton's method and the normal equation, against closed forms and PyTorch's optimum, and where they are refused. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { compile } from '../../engine/compile/compile.ts'
import { hessianProduct } from '../../engine/compile/jacobian.ts'
import { createDataSet } from '../../engine/data/dataset.ts'
import { gatherAll } from '../../engine/data/table.ts'
import { build } from '../../engine/document/build.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type GraphNode,
  type OptimizerSettings,
  type TrainingSettings
} from '../../engine/document/types.ts'
import { readWeights } from '../../engine/io/weights.ts'
import type { Value } from '../../engine/ir/builder.ts'
import type { IrNode } from '../../engine/ir/types.ts'
import type { Problem } from '../../engine/problem.ts'
import { Random } from '../../engine/random.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import type { BackendName, TrainReport } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'
import { sizeOf } from '../../engine/shape.ts'
import { NotPositiveDefinite, solve } from '../../engine/train/cholesky.ts'
import { curvature } from '../../engine/train/derivatives.ts'
import { doubleExecutor } from '../../engine/train/double.ts'
import { BatchFeeder } from '../../engine/train/feeds.ts'
import { trainingGraph, variablesOf } from '../../engine/train/graph.ts'
import { initialValues } from '../../engine/train/init.ts'
import { Solver } from '../../engine/train/second-order.ts'

const position = { x: 0, y: 0 }
const node = (id: string, op: string, attributes: GraphNode['attributes'] = {}) => ({ id, op, attributes, position })
const edges = (list: readonly (readonly [string, string, string, string?])[]) =>
  list.map(([source, target, targetHandle, sourceHandle = 'out']) => ({
    id: `${source}-${target}`,
    source,
    sourceHandle,
    target,
    targetHandle
  }))

const settings = (optimizer: OptimizerSettings, change: Partial<TrainingSettings> = {}): TrainingSettings => ({
  ...defaultTraining,
  optimizer,
  epochs: 1,
  batchSize: 10,
  ...change
})

/** One layer between a data set and a loss. */
const layer = (
  source: string,
  loss: string,
  dense: GraphNode['attributes'],
  more: GraphNode['attributes'] = {}
): GraphDocument => ({
  ...emptyDocument,
  nodes: [node('data', 'Dataset', { source }), node('dense', 'Dense', dense), node('loss', loss, more)],
  edges: edges([
    ['data', 'dense', 'x', 'features'],
    ['dense', 'loss', 'prediction'],
    ['data', 'loss', 'target', 'labels']
  ]),
  objective: 'loss'
})

let session: Session
beforeEach(() => {
  session = new Session({ breathe: async () => undefined })
})

async function train(
  document: GraphDocument,
  training: TrainingSettings,
  backend: BackendName = 'reference'
): Promise<TrainReport> {
  const outcome = await session.train(
    { document: { ...document, training }, revision: 0, backend, snapshotEvery: 0 },
    () => undefined
  )
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.report
}

async function refusal(document: GraphDocument, training: TrainingSettings): Promise<Problem | undefined> {
  const request = { document: { ...document, training }, revision: 0, backend: 'cpu', snapshotEvery: 0 } as const
  const outcome = await session.train(request, () => undefined)
  return outcome.outcome === 'failed' ? outcome.problems[0] : undefined
}

describe('Cholesky', () => {
  test('solves random systems', () => {
    const random = new Random(5)
    for (const n of [1, 2, 7, 40]) {
      const m = Float64Array.from({ length: n * n }, () => random.normal(0, 1))
      const at = (i: number, j: number) => m[i * n + j] as number
      const a = new Float64Array(n * n)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          for (let k = 0; k < n; k++) a[i * n + j] = (a[i * n + j] as number) + at(k, i) * at(k, j)
          if (i === j) a[i * n + j] = (a[i * n + j] as number) + 1
        }
      }
      const x = Float64Array.from({ length: n }, () => random.normal(0, 1))
      const b = x.map((_, i) => x.reduce((sum, xj, j) => sum + (a[i * n + j] as number) * xj, 0))
      const found = solve(a, b)
      for (const [i, xi] of x.entries()) expect(found[i]).toBeCloseTo(xi, 11)
    }
  })

  test.each([
    ['indefinite', [1, 2, 2, 1], 1],
    ['singular', [1, 0.1, 0.1, 0.1 * 0.1], 1],
    ['zero', [0, 0, 0, 0], 0],
    ['not a number', [Number.NaN, 0, 0, 1], 0]
  ])('refuses a matrix that is %s', (_what, a, row) => {
    expect(() => solve(Float64Array.from(a), new Float64Array(2))).toThrow(NotPositiveDefinite)
    try {
      solve(Float64Array.from(a), new Float64Array(2))
    } catch (error) {
      expect((error as NotPositiveDefinite).row).toBe(row)
    }
  })
})

describe('normal equation', () => {
  /** (XᵀX + λI) w - Xᵀt with a column of ones for the bias, from the rows themselves. */
  function residual(source: string, lambda: number, kernel: ArrayLike<number>, bias: ArrayLike<number>): number {
    const { train } = createDataSet(source)
    const { features, labels } = gatherAll(train)
    const [n, k, rows] = [train.featureSize + 1, train.labelSize, train.rows]
    const x = (r: number, i: number): number => (i === n - 1 ? 1 : (features[r * (n - 1) + i] as number))
    const w = (i: number, c: number): number => (i === n - 1 ? bias[c] : kernel[i * k + c]) as number
    let worst = 0
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < k; c++) {
        let sum = lambda * w(i, c)
        for (let r = 0; r < rows; r++) {
          let prediction = 0
          for (let j = 0; j < n; j++) prediction += x(r, j) * w(j, c)
          sum += x(r, i) * (prediction - (labels[r * k + c] as number))
        }
        worst = Math.max(worst, Math.abs(sum) / rows)
      }
    }
    return worst
  }

  const solved = async (
    source: string,
    units: number,
    optimizer: OptimizerSettings,
    more = {},
    backend?: BackendName
  ) => {
    const document = layer(source, 'MeanSquaredError', { units }, more)
    const report = await train(document, settings(optimizer), backend)
    expect(report.steps).toBe(1)
    const { tensors } = readWeights(await session.exportWeights(document))
    const [kernel, bias] = ['dense.kernel', 'dense.bias'].map((name) => tensors.find((t) => t.name === name)?.data)
    return residual(source, Number(optimizer.ridge ?? 0), kernel as Float32Array, bias as Float32Array)
  }

  // Weights files hold float32: what is left is its rounding.
  test.each([
    ['a line', 'linear', 1, {}, {}],
    ['two features and three outputs', 'spiral', 3, {}, {}],
    ['with a ridge', 'spiral', 3, { ridge: 20 }, {}],
    ['with a ridge, of a sum', 'spiral', 3, { ridge: 20 }, { reduction: 'sum' }],
    ['whatever the learning rate', 'linear', 1, { learningRate: 0.01 }, {}]
  ])('is solved in one step: %s', async (_what, source, units, more, loss) => {
    const optimizer = { kind: 'normalEquation', learningRate: 1, ...more } as const
    expect(await solved(source, units, optimizer, loss)).toBeLessThan(2e-7)
    await session.reset()
    expect(await solved(source, units, optimizer, loss, 'cpu')).toBeLessThan(1e-6)
  })

  test('in float64 the gradient after one step is nothing but rounding', async () => {
    const document = layer('spiral', 'MeanSquaredError', { units: 3 })
    await train(document, settings({ kind: 'normalEquation', learningRate: 1 }))
    const { gradient, size } = await session.hessian({ document, batch: 300 })
    expect(size).toBe(9)
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-15)
  })

  test.each([
    ['another loss', layer('moons', 'MeanAbsoluteError', { units: 2 }), 'train.solverObjective'],
    ['an activation', layer('moons', 'MeanSquaredError', { units: 2, activation: 'tanh' }), 'train.solverLinear'],
    ['a kink', layer('moons', 'MeanSquaredError', { units: 2, activation: 'relu' }), 'train.solverLinear']
  ])('is refused for %s', async (_what, document, code) => {
    const found = await refusal(document, settings({ kind: 'normalEquation', learningRate: 1 }))
    expect(found?.code).toBe(code)
  })

  test('two layers without an activation are not linear in both kernels', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        node('data', 'Dataset', { source: 'linear' }),
        node('one', 'Dense', { units: 2 }),
        node('two', 'Dense', { units: 1 }),
        node('loss', 'MeanSquaredError')
      ],
      edges: edges([
        ['data', 'one', 'x', 'features'],
        ['one', 'two', 'x'],
        ['two', 'loss', 'prediction'],
        ['data', 'loss', 'target', 'labels']
      ]),
      objective: 'loss'
    }
    const found = await refusal(document, settings({ kind: 'normalEquation', learningRate: 1 }))
    expect(found?.code).toBe('train.solverLinear')
  })

  test('parameters that do the same: the matrix is singular, and a ridge helps', async () => {
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        node('data', 'Dataset', { source: 'linear' }),
        node('one', 'Dense', { units: 1 }),
        node('twin', 'Parameter', { shape: [1], init: { kind: 'zeros' } }),
        node('sum', 'Add'),
        node('loss', 'MeanSquaredError')
      ],
      edges: edges([
        ['data', 'one', 'x', 'features'],
        ['one', 'sum', 'a'],
        ['twin', 'sum', 'b'],
        ['sum', 'loss', 'prediction'],
        ['data', 'loss', 'target', 'labels']
      ]),
      objective: 'loss'
    }
    const found = await refusal(document, settings({ kind: 'normalEquation', learningRate: 1 }))
    expect(found).toMatchObject({ code: 'train.singular', params: { option: 'ridge', place: 'one.bias[0]' } })
    expect((await train(document, settings({ kind: 'normalEquation', learningRate: 1, ridge: 1e-3 }))).steps).toBe(1)
  })
})

describe('Newton', () => {
  interface Golden {
    readonly x: number[][]
    readonly t: number[][]
    readonly w: number[][]
    readonly b: number[]
    readonly optimum: { readonly w: number[]; readonly b: number[]; readonly loss: number }
  }

  test('logistic regression reaches PyTorch’s optimum in a few steps', async () => {
    const path = join(import.meta.dirname, '../golden/derivatives.json')
    const golden: Golden = JSON.parse(readFileSync(path, 'utf8')).logistic
    const document: GraphDocument = {
      ...emptyDocument,
      nodes: [
        node('x', 'Input', { shape: [null, 3] }),
        node('t', 'Input', { shape: [null, 1] }),
        node('w', 'Parameter', { shape: [3, 1], init: { kind: 'zeros' } }),
        node('b', 'Parameter', { shape: [1], init: { kind: 'zeros' } }),
        node('product', 'MatMul'),
        node('y', 'Add'),
        node('loss', 'BinaryCrossEntropyWithLogits')
      ],
      edges: edges([
        ['x', 'product', 'a'],
        ['w', 'product', 'b'],
        ['product', 'y', 'a'],
        ['b', 'y', 'b'],
        ['y', 'loss', 'prediction'],
        ['t', 'loss', 'target']
      ]),
      objective: 'loss'
    }
    const graph = trainingGraph(document, build(document), settings({ kind: 'newton', learningRate: 1 }))
    const order = graph.secondOrder as NonNullable<typeof graph.secondOrder>
    const executor = new ReferenceExecutor()
    await executor.setVariable('w', [0, 0, 0])
    await executor.setVariable('b', [0])
    const solver = new Solver({ ir: graph.ir, order, variables: ['w', 'b'], stop: () => false })
    const feeds = { x: golden.x.flat(), t: golden.t.flat() }
    const off: number[] = []
    for (let step = 1; step <= 6; step++) {
      const next = await solver.step(executor, feeds, { step, training: true, rows: golden.x.length }, 1)
      for (const [name, values] of next ?? []) await executor.setVariable(name, values)
      const found = [...(await executor.getVariable('w')), ...(await executor.getVariable('b'))]
      const optimum = [...golden.optimum.w, ...golden.optimum.b]
      off.push(Math.max(...found.map((v, i) => Math.abs(v - (optimum[i] as number)))))
    }
    // LBFGS itself stops at a gradient of 2e-9.
    expect(off.at(-1)).toBeLessThan(1e-7)
    expect(off[0]).toBeGreaterThan(0.1)
  })

  const moons = layer('moons', 'BinaryCrossEntropyWithLogits', { units: 2 })

  test('converges on a data set in less than 10 steps, on any backend', async () => {
    const { epochs, steps } = await train(moons, settings({ kind: 'newton', learningRate: 1 }, { epochs: 9 }))
    expect(steps).toBe(9)
    expect((epochs[7]?.loss as number) - (epochs[8]?.loss as number)).toBeLessThan(1e-14)
    const { gradient } = await session.hessian({ document: moons, batch: 400 })
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-14)
    await session.reset()
    const rough = await train(moons, settings({ kind: 'newton', learningRate: 1 }, { epochs: 9 }), 'cpu')
    expect(rough.epochs[8]?.loss).toBeCloseTo(epochs[8]?.loss as number, 6)
  })

  test('the rate shortens the step, and its schedule is followed', async () => {
    const losses = async (change: Partial<TrainingSettings>, learningRate = 1): Promise<number[]> => {
      await session.reset()
      const { epochs } = await train(moons, settings({ kind: 'newton', learningRate }, { epochs: 3, ...change }))
      return epochs.map((e) => e.loss)
    }
    const [full, half] = [await losses({}), await losses({}, 0.5)]
    expect(half[1]).toBeGreaterThan(full[1] as number)
    expect(half[1]).toBeLessThan(half[0] as number)
    const stopped = await losses({ schedule: { kind: 'step', stepSize: 1, gamma: 1e-30 } })
    expect(stopped[1]).toBe(full[1])
    expect(stopped[2]).toBeCloseTo(stopped[1] as number, 12)
  })

  test('a flat direction is refused with its place; damping helps', async () => {
    // Softmax does not change where all logits rise alike.
    const document = layer('spiral', 'SoftmaxCrossEntropyLoss', { units: 3 })
    const found = await refusal(document, settings({ kind: 'newton', learningRate: 1 }))
    expect(found).toMatchObject({ code: 'train.singular', params: { kind: 'newton', option: 'damping' } })
    expect(found?.params.place).toMatch(/^dense\.(kernel|bias)\[\d\]$/)
    const report = await train(document, settings({ kind: 'newton', learningRate: 1, damping: 1e-3 }, { epochs: 8 }))
    expect(report.epochs[7]?.loss).toBeLessThan(report.epochs[0]?.loss as number)
  })

  test.each([
    ['too many parameters', layer('digits', 'SoftmaxCrossEntropyLoss', { units: 10 }), {}, 'train.solverSize'],
    ['clipping', moons, { clip: { norm: 1 } }, 'train.solverClip'],
    [
      'a setting that it has not',
      moons,
      { optimizer: { kind: 'newton', learningRate: 1, ridge: 1 } as const },
      'train.optimizerOption'
    ]
  ])('%s is refused', async (_what, document, change, code) => {
    const found = await refusal(document, settings({ kind: 'newton', learningRate: 1 }, change))
    expect(found?.code).toBe(code)
  })

  test('can be stopped in the middle of a step, which leaves no trace', async () => {
    const before = await session.exportWeights(moons)
    let asked = 0
    const stop = () => ++asked > 20
    const training = settings({ kind: 'newton', learningRate: 1 })
    const document = { ...moons, training }
    const outcome = await session.train(
      { document, revision: 0, backend: 'cpu', snapshotEvery: 0 },
      () => undefined,
      stop
    )
    expect(outcome.outcome).toBe('cancelled')
    const [a, b] = [before, await session.exportWeights(moons)].map((bytes) => readWeights(bytes).tensors)
    expect(b).toEqual(a)
  })
})

describe('hundreds of parameters', () => {
  const network: GraphDocument = {
    ...emptyDocument,
    nodes: [
      node('data', 'Dataset', { source: 'spiral' }),
      node('hidden', 'Dense', { units: 33, activation: 'tanh' }),
      node('dense', 'Dense', { units: 3 }),
      node('loss', 'SoftmaxCrossEntropyLoss')
    ],
    edges: edges([
      ['data', 'hidden', 'x', 'features'],
      ['hidden', 'dense', 'x'],
      ['dense', 'loss', 'prediction'],
      ['data', 'loss', 'target', 'labels']
    ]),
    objective: 'loss'
  }

  test('a step is heard to be stopped while it computes, and leaves the weights as they were', async () => {
    let breaths = 0
    session = new Session({
      breathe: async () => {
        breaths++
      }
    })
    const before = await session.exportWeights(network)
    const training = settings({ kind: 'newton', learningRate: 1, damping: 1 })
    // no flag is set beside the work: only a message could say it
    const outcome = await session.train(
      { document: { ...network, training }, revision: 0, backend: 'reference', snapshotEvery: 0 },
      () => undefined,
      () => breaths > 2
    )
    expect(outcome.outcome).toBe('cancelled')
    expect(outcome.report?.steps).toBe(0)
    expect(readWeights(await session.exportWeights(network)).tensors).toEqual(readWeights(before).tensors)
  })

  /** Of the loss at the first rows and weights, walked by the reference. */
  async function exactHessian(batch: number, wrt: readonly string[]): Promise<Float64Array> {
    const { builder, objective } = build(network)
    const ir = builder.graph()
    const values = wrt.map((name) => ir.nodes.find((one) => one.attributes.name === name) as IrNode)
    const product = hessianProduct(builder, objective as Value, values)
    const wanted = [...product.gradients, ...product.products].flatMap((value) => value?.id ?? [])
    const compiled = compile(builder.graph(), { batch, wanted })
    const executor = new ReferenceExecutor()
    for (const { name, shape, init } of variablesOf(ir))
      await executor.setVariable(name, initialValues(name, shape, init, 0))
    const rows = Uint32Array.from({ length: batch }, (_, i) => i)
    const feeds = new BatchFeeder(new Map([['data', createDataSet('spiral').train]])).gather(rows)
    const loaded = { compiled, program: await executor.load(compiled.plan), feeds, stop: () => false }
    const sizes = values.map((value) => sizeOf(value.type.shape as number[]))
    return (await curvature(loaded, product, sizes))?.hessian as Float64Array
  }

  test('the Hessian on compiled kernels is that of the reference', async () => {
    const wrt = ['hidden.bias', 'dense.kernel']
    const found = await session.hessian({ document: network, batch: 6, wrt })
    const exact = await exactHessian(6, wrt)
    expect(found.size).toBe(33 + 99)
    let worst = 0
    for (const [i, x] of exact.entries()) worst = Math.max(worst, Math.abs(x - (found.data[i] as number)))
    expect(worst).toBeLessThan(1e-15)
    expect(exact.some((x) => Math.abs(x) > 0.01)).toBe(true)
  })

  test('where kernels are exact to a float32 only, the reference computes', () => {
    expect(doubleExecutor(['MatMul', 'Tanh'])).not.toBeInstanceOf(ReferenceExecutor)
    expect(doubleExecutor(['MatMul', 'Gelu'])).toBeInstanceOf(ReferenceExecutor)
  })
})
