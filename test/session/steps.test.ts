/** Walking through a run as a service: what is asked for, what is refused, and how long it takes. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type GraphNode,
  type TrainingSettings
} from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import { Session } from '../../engine/session/session.ts'
import type {
  BackwardDetail,
  Box,
  ForwardDetail,
  ShapeAlgebra,
  Share,
  StepsResult,
  UpdateDetail
} from '../../engine/session/steps/types.ts'
import { edge } from '../edge.ts'

const position = { x: 0, y: 0 }
const parameter = (id: string, shape: number[], values: number[]): GraphNode => ({
  id,
  op: 'Parameter',
  attributes: { shape, init: { kind: 'values', values } },
  position
})

/** L = Σ relu(x) · w, with x partly below 0. */
const gated: GraphDocument = {
  ...emptyDocument,
  nodes: [
    parameter('x', [4], [-1, 2, 3, -4]),
    parameter('w', [4], [5, 0, 7, 8]),
    { id: 'relu', op: 'Relu', position },
    { id: 'product', op: 'Mul', position },
    { id: 'sum', op: 'ReduceSum', position }
  ],
  edges: [
    edge('e1', 'x', 'relu'),
    edge('e2', 'relu', 'product', 'a'),
    edge('e3', 'w', 'product', 'b'),
    edge('e4', 'product', 'sum')
  ],
  objective: 'sum'
}

const learning: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'xor' }, position },
    { id: 'dense', op: 'Dense', attributes: { units: 1 }, position },
    { id: 'loss', op: 'BinaryCrossEntropyWithLogits', position }
  ],
  edges: [
    edge('e1', 'data', 'dense', 'x', 'features'),
    edge('e2', 'dense', 'loss', 'prediction'),
    edge('e3', 'data', 'loss', 'target', 'labels')
  ],
  objective: 'loss',
  training: { ...defaultTraining, epochs: 1 }
}

const mlp: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'x', op: 'Input', attributes: { shape: [null, 784] }, position },
    { id: 't', op: 'Input', attributes: { shape: [null, 10] }, position },
    { id: 'dense1', op: 'Dense', attributes: { units: 512, activation: 'relu' }, position },
    { id: 'dense2', op: 'Dense', attributes: { units: 10 }, position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('e1', 'x', 'dense1'),
    edge('e2', 'dense1', 'dense2'),
    edge('e3', 'dense2', 'loss', 'prediction'),
    edge('e4', 't', 'loss', 'target')
  ],
  objective: 'loss'
}
const BATCH = 128
const feeds = {
  x: { shape: [BATCH, 784], data: Float32Array.from({ length: BATCH * 784 }, (_, i) => ((i * 7919) % 256) / 255) },
  t: { shape: [BATCH, 10], data: Float32Array.from({ length: BATCH * 10 }, (_, i) => (i % 11 === 0 ? 1 : 0)) }
}

let session: Session
beforeEach(() => {
  session = new Session({ breathe: () => new Promise((resolve) => setImmediate(resolve)) })
})

const open = (document: GraphDocument, more: object = {}): Promise<StepsResult> =>
  session.steps({ document, revision: 3, backend: 'cpu', ...more })

async function shareOf(walk: StepsResult, name: string, handle: string, look: object = {}): Promise<Share> {
  const index = walk.steps.findIndex((step) => step.kind === 'backward' && step.name === name)
  const detail = (await session.readStep({ walkId: walk.walkId, index, ...look })) as BackwardDetail
  return detail.shares.find((share) => share.handle === handle) as Share
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

describe('a zero', () => {
  test('says why: a closed gate, nothing that arrives, another input that was taken', async () => {
    const walk = await open(gated)
    const at = async (cell: number) => (await shareOf(walk, 'relu', 'x', { cells: { x: cell } })).zero
    expect(await at(0)).toBe('gate')
    expect(await at(1)).toBe('upstream')
    expect(await at(2)).toBeNull()
    const other = await open({
      ...gated,
      nodes: gated.nodes.map((node) => (node.id === 'product' ? { ...node, op: 'Max' } : node))
    })
    expect(await shareOf(other, 'product', 'a', { cells: { a: 0 } })).toMatchObject({ zero: 'routed' })
  })

  test('what lets nothing through says so, and has no terms', async () => {
    const walk = await open({
      ...gated,
      nodes: gated.nodes.map((node) => (node.id === 'relu' ? { ...node, op: 'StopGradient' } : node))
    })
    const share = await shareOf(walk, 'relu', 'x')
    expect(share).toMatchObject({ gradient: null, terms: null, why: { code: 'gradient.blocked' } })
    // nothing behind it is walked back to, and nothing of it is updated
    expect(walk.steps.filter((step) => step.kind === 'update').map((step) => step.parameter)).toEqual(['w'])
  })

  test('a flat end of a curve is told', async () => {
    const walk = await open({
      ...gated,
      nodes: [parameter('x', [4], [-20, 0, 0.5, 20]), ...gated.nodes.slice(1)].map((node) =>
        node.id === 'relu' ? { ...node, op: 'Sigmoid' } : node
      )
    })
    expect((await shareOf(walk, 'relu', 'x', { cells: { x: 0 } })).saturated).toBe(true)
    expect((await shareOf(walk, 'relu', 'x', { cells: { x: 2 } })).saturated).toBe(false)
  })
})

describe('shape algebra', () => {
  const product = (op: string, a: number[], b: number[], attributes: Record<string, unknown> = {}): GraphDocument => {
    const numbers = (shape: number[]) => Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(i))
    return {
      ...emptyDocument,
      nodes: [
        parameter('a', a, numbers(a)),
        parameter('b', b, numbers(b)),
        { id: 'y', op, attributes: attributes as GraphNode['attributes'] & object, position },
        { id: 'sum', op: 'ReduceSum', position }
      ],
      edges: [edge('e1', 'a', 'y', 'a'), edge('e2', 'b', 'y', 'b'), edge('e3', 'y', 'sum')],
      objective: 'sum'
    }
  }
  const said = (shapes: ShapeAlgebra | null | undefined): string => {
    const text = ({ tex, shape, copies }: Box) =>
      `${tex.includes('mathsf') ? 'T' : ''}${copies ? `${copies}×` : ''}${shape.join('×')}`
    return shapes ? `${shapes.factors.map(text).join(' · ')} → ${text(shapes.result)}` : 'none'
  }

  test.each([
    ['MatMul', [4, 3], [3, 5], {}, '4×3 · 3×5 → 4×5', '4×5 · T5×3 → 4×3', 'T3×4 · 4×5 → 3×5'],
    ['MatMul', [2, 4, 3], [2, 3, 5], {}, '2×4×3 · 2×3×5 → 2×4×5', '2×4×5 · T2×5×3 → 2×4×3', 'T2×3×4 · 2×4×5 → 2×3×5'],
    ['MatMul', [2, 4, 3], [3, 5], {}, 'none', 'none', 'none'],
    ['Gemm', [4, 3], [5, 3], { transB: 1 }, '4×3 · T3×5 → 4×5', '4×5 · 5×3 → 4×3', 'T5×4 · 4×3 → 5×3'],
    ['Gemm', [3, 4], [3, 5], { transA: 1 }, 'T4×3 · 3×5 → 4×5', '3×5 · T5×4 → 3×4', '3×4 · 4×5 → 3×5']
  ])('of %s %j %j %j', async (op, a, b, attributes, forward, first, second) => {
    const walk = await open(product(op, a, b, attributes))
    const index = walk.steps.findIndex((step) => step.kind === 'forward' && step.name === 'y')
    const ahead = (await session.readStep({ walkId: walk.walkId, index })) as ForwardDetail
    expect(said(ahead.shapes)).toBe(forward)
    expect(said((await shareOf(walk, 'y', 'a')).shapes)).toBe(first)
    expect(said((await shareOf(walk, 'y', 'b')).shapes)).toBe(second)
  })
})

describe('a batch', () => {
  test('one example is looked at, and its part of a sum over all is told', async () => {
    const walk = await open(mlp, { feeds })
    expect(walk).toMatchObject({ batch: BATCH, averaged: true })
    const total = await shareOf(walk, 'dense2', 'kernel')
    let sum = 0
    for (let sample = 0; sample < BATCH; sample++) {
      sum += total.samples?.[sample] as number
    }
    expect(sum).toBeCloseTo(total.gradient?.value as number, 6)
    // what is a row of the batch is looked at in that row
    const x = await shareOf(walk, 'dense2', 'x', { sample: 77 })
    expect(Math.floor((x.gradient?.cell as number) / 512)).toBe(77)
  })

  test('a step of an MLP on 784 numbers with a batch of 128 is answered in 50 ms', async () => {
    const walk = await open(mlp, { feeds })
    const times: number[] = []
    for (const [index, head] of walk.steps.entries()) {
      const detail = await session.readStep({ walkId: walk.walkId, index })
      expect(detail.index).toBe(index)
      times.push(detail.milliseconds)
      // small slices only: nothing of the size of a tensor goes over
      if (head.kind === 'backward') expect(JSON.stringify(detail).length).toBeLessThan(20_000)
    }
    // the middle one, since a busy machine may hold any single one up
    expect(times.sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(50)
  })
})

describe('a walk', () => {
  test('is given up for the next one, and when its weights are trained', async () => {
    const first = await open(gated)
    const second = await open(gated)
    expect(await codes(session.readStep({ walkId: first.walkId, index: 0 }))).toEqual(['run.stale'])
    expect(await codes(session.readStep({ walkId: second.walkId, index: 0 }))).toEqual([])
    await session.endSteps()
    expect(await codes(session.readStep({ walkId: second.walkId, index: 0 }))).toEqual(['run.stale'])
    const third = await open(learning)
    await session.train({ document: learning, revision: 0, backend: 'cpu', snapshotEvery: 0 }, () => undefined)
    expect(await codes(session.readStep({ walkId: third.walkId, index: 0 }))).toEqual(['run.stale'])
  })

  test('is refused where there is nothing to walk, and a step that there is not', async () => {
    expect(await codes(open(emptyDocument))).toEqual(['graph.empty'])
    const walk = await open(gated)
    expect(await codes(session.readStep({ walkId: walk.walkId, index: 99 }))).toEqual(['graph.noSuchThing'])
  })

  test('leaves out what has a problem, and walks the rest', async () => {
    const walk = await open({ ...gated, nodes: [...gated.nodes, { id: 'loose', op: 'Exp', position }] })
    expect(walk.steps.some((step) => step.node === 'loose')).toBe(false)
    expect(walk.steps.some((step) => step.kind === 'seed')).toBe(true)
  })

  test('says of a node that is bypassed that it passes on', async () => {
    const walk = await open({
      ...gated,
      nodes: gated.nodes.map((node) => (node.id === 'relu' ? { ...node, mode: 'bypass' as const } : node))
    })
    expect(walk.steps.find((step) => step.name === 'relu')).toMatchObject({ op: 'Identity', pattern: 'passes on' })
    const share = await shareOf(walk, 'relu', 'x', { cells: { x: 0 } })
    expect(share).toMatchObject({ zero: null, gradient: { value: 5 }, terms: { count: 1, sum: 5 } })
  })

  test('has no way back without an objective', async () => {
    const walk = await open({ ...gated, objective: null })
    expect(new Set(walk.steps.map((step) => step.phase))).toEqual(new Set(['forward']))
  })

  test('tells what conditions ask for: sizes, magnitudes, NaN', async () => {
    const walk = await open({
      ...gated,
      nodes: [parameter('x', [4], [-1, 2, 3, -4]), ...gated.nodes.slice(1)].map((node) =>
        node.id === 'relu' ? { ...node, op: 'Log' } : node
      )
    })
    const log = walk.steps.find((step) => step.name === 'relu' && step.kind === 'forward')
    expect(log?.outcomes).toEqual([{ shape: [4], largest: expect.closeTo(Math.log(3)), broken: 2 }])
  })

  test('a non-scalar objective begins with ones', async () => {
    const walk = await open({ ...gated, objective: 'product' })
    const index = walk.steps.findIndex((step) => step.kind === 'seed')
    expect(await session.readStep({ walkId: walk.walkId, index })).toMatchObject({
      objective: 21,
      gradient: { shape: [4], window: [1, 1, 1, 1] }
    })
  })
})

describe('an update', () => {
  const xor = (optimizer: TrainingSettings['optimizer'], more: Partial<TrainingSettings> = {}): GraphDocument => ({
    ...learning,
    nodes: learning.nodes.map((node) =>
      node.id === 'dense' ? { ...node, attributes: { units: 1, kernelInit: { kind: 'constant', value: 0.3 } } } : node
    ),
    training: { ...defaultTraining, epochs: 6, batchSize: 2, shuffle: true, seed: 3, optimizer, ...more }
  })
  const updateOf = async (walk: StepsResult, cell: number): Promise<UpdateDetail> => {
    const index = walk.steps.findIndex((step) => step.parameter === 'dense.kernel')
    return (await session.readStep({ walkId: walk.walkId, index, cells: { out: cell } })) as UpdateDetail
  }

  test.each<TrainingSettings['optimizer']>([
    { kind: 'sgd', learningRate: 0.5, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    { kind: 'adagrad', learningRate: 0.5 },
    { kind: 'rmsprop', learningRate: 0.05, momentum: 0.5 },
    { kind: 'adam', learningRate: 0.1 },
    { kind: 'adamw', learningRate: 0.1, weightDecay: 0.1 }
  ])('of a step that is looked back at is the one that was taken: $kind', async (optimizer) => {
    const document = xor(optimizer, { schedule: { kind: 'cosine' }, clip: { norm: 0.4 } })
    await session.train({ document, revision: 0, backend: 'cpu', snapshotEvery: 0, history: true }, () => undefined)
    for (const step of [1, 2, 7, 11]) {
      await session.lookBack({ step: step + 1, revision: 0 })
      const next = (await open(document)) as StepsResult
      const after = (await updateOf(next, 1)).before.value
      await session.lookBack({ step, revision: 0 })
      const update = await updateOf(await open(document), 1)
      expect(update).toMatchObject({ step, schedule: { kind: 'cosine', step, steps: 12 }, refused: null })
      expect(Math.abs((update.after as number) - after)).toBeLessThan(2e-6 * Math.max(1, Math.abs(after)))
      const states = update.lines.filter(({ of }) => of === 'state')
      expect(states.length).toBeGreaterThan(0)
      // what it remembers begins with 0, and is kept
      for (const { before } of states) expect(before === 0).toBe(step === 1)
    }
    await session.live()
  })

  test('is a mean over the batch: each example’s own gradient, and all of them', async () => {
    const document = xor({ kind: 'sgd', learningRate: 1 })
    const update = await updateOf(await open(document, { batch: 4 }), 0)
    expect(update.samples).toHaveLength(4)
    expect(update.samples?.reduce((sum, x) => sum + x, 0)).toBeCloseTo(update.gradient.value, 12)
    for (const [row, x] of (update.samples ?? []).entries()) {
      const alone = await updateOf(await open(document, { sample: { split: 'train', row } }), 0)
      expect(alone.gradient.value).toBeCloseTo(4 * x, 12)
    }
  })

  test.each(['newton', 'normalEquation'] as const)(
    'of %s is what the training does with the same rows',
    async (kind) => {
      const document: GraphDocument = {
        ...learning,
        nodes: [
          { id: 'data', op: 'Dataset', attributes: { source: 'linear', size: 20 }, position },
          { id: 'dense', op: 'Dense', attributes: { units: 1 }, position },
          { id: 'loss', op: 'MeanSquaredError', position }
        ],
        training: { ...defaultTraining, epochs: 1, batchSize: 20, shuffle: false, optimizer: { kind, learningRate: 1 } }
      }
      const rows = { batch: 16 }
      const update = await updateOf(await open(document, rows), 0)
      expect(update).toMatchObject({ refused: null, unknowns: 2 })
      expect(update.lines.at(-1)).toMatchObject({ of: 'parameter', result: update.after })
      // both find the least-squares weights of a linear model in one step: there the gradient is 0
      const walk = await open(document, rows)
      const index = walk.steps.findIndex((step) => step.parameter === 'dense.bias')
      const other = (await session.readStep({ walkId: walk.walkId, index })) as UpdateDetail
      const solved: GraphDocument = {
        ...document,
        nodes: document.nodes.map((node) =>
          node.id === 'dense'
            ? {
                ...node,
                attributes: {
                  units: 1,
                  kernelInit: { kind: 'values', values: [update.after as number] },
                  biasInit: { kind: 'values', values: [other.after as number] }
                }
              }
            : node
        )
      }
      const at = await updateOf(await open(solved, rows), 0)
      expect(Math.abs(at.gradient.value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(update.gradient.value)))
    }
  )

  test('that cannot be solved for says why', async () => {
    const training = { ...defaultTraining, optimizer: { kind: 'newton' as const, learningRate: 1 } }
    const walk = await open({ ...gated, training })
    const index = walk.steps.findIndex((step) => step.kind === 'update')
    expect(await session.readStep({ walkId: walk.walkId, index })).toMatchObject({
      lines: [],
      after: null,
      refused: { code: 'train.singular' }
    })
  })
})
