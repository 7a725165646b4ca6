/** Curves, surfaces, the paths of optimizers and planes of inputs: their numbers against formulas, runs and PyTorch. */
import { beforeEach, describe, expect, test } from 'vitest'
import { build } from '../../engine/document/build.ts'
import {
  defaultTraining,
  emptyDocument,
  type GraphDocument,
  type OptimizerSettings
} from '../../engine/document/types.ts'
import { ProblemError } from '../../engine/problem.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { randomDirections } from '../../engine/session/plots/landscape.ts'
import type { PlaneRequest, Range } from '../../engine/session/plots/types.ts'
import { Session } from '../../engine/session/session.ts'
import { feedAll } from '../../engine/train/feeds.ts'
import { trainingGraph } from '../../engine/train/graph.ts'
import { clearStates, compileStep } from '../../engine/train/step.ts'
import { edge } from '../edge.ts'
import golden from '../golden/paths.json'

const position = { x: 0, y: 0 }
const scalar = (id: string, value: number) => ({
  id,
  op: 'Parameter',
  attributes: { shape: [], init: { kind: 'values', values: [value] } },
  position
})
const constant = (id: string, values: number[], shape: number[] = []) => ({
  id,
  op: 'Constant',
  attributes: { shape, values },
  position
})

/** f = sigmoid(w·x + b) · v, v = [2, -3]; f is summed. */
const neuron: GraphDocument = {
  ...emptyDocument,
  nodes: [
    scalar('w', 0.5),
    { id: 'x', op: 'Input', attributes: { shape: [], values: [1.5] }, position },
    constant('b', [-0.25]),
    constant('v', [2, -3], [2]),
    { id: 'product', op: 'Mul', position },
    { id: 'sum', op: 'Add', position },
    { id: 'gate', op: 'Sigmoid', position },
    { id: 'f', op: 'Mul', position },
    { id: 'step', op: 'Step', position }
  ],
  edges: [
    edge('e1', 'w', 'product', 'a'),
    edge('e2', 'x', 'product', 'b'),
    edge('e3', 'product', 'sum', 'a'),
    edge('e4', 'b', 'sum', 'b'),
    edge('e5', 'sum', 'gate'),
    edge('e6', 'gate', 'f', 'a'),
    edge('e7', 'v', 'f', 'b'),
    edge('e8', 'sum', 'step')
  ],
  objective: 'f'
}
const feeds = { x: { shape: [], data: [1.5] } }
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** (1 - w₀)² + 100(w₁ - w₀²)², or ½(w₀ - 1)² + 4(w₁ + ½)², of two scalar parameters. */
const surfaces = {
  rosenbrock: (x: number, y: number): number => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  bowl: (x: number, y: number): number => 0.5 * (x - 1) ** 2 + 4 * (y + 0.5) ** 2
}
const formulas = { rosenbrock: '(1 - u) ^ 2 + 100 * (v - u ^ 2) ^ 2', bowl: '0.5 * (u - 1) ^ 2 + 4 * (v + 0.5) ^ 2' }
const surfaceOf = (name: keyof typeof surfaces, x: number, y: number): GraphDocument => ({
  ...emptyDocument,
  nodes: [
    scalar('x', x),
    scalar('y', y),
    { id: 'loss', op: 'Custom', attributes: { inputs: 'u, v', forward: formulas[name] }, position }
  ],
  edges: [edge('e1', 'x', 'loss', 'u'), edge('e2', 'y', 'loss', 'v')],
  objective: 'loss'
})
const axes = [
  { kind: 'element', parameter: 'x', index: 0 },
  { kind: 'element', parameter: 'y', index: 0 }
] as const

/** A small classifier on the spiral. */
const classifier: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'spiral' }, position },
    { id: 'hidden', op: 'Dense', attributes: { units: 6, activation: 'tanh' }, position },
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
  training: { ...defaultTraining, optimizer: { kind: 'adam', learningRate: 0.02 }, epochs: 30, batchSize: 50 }
}
const planeRequest: PlaneRequest = {
  document: classifier,
  of: [
    { id: 'hidden', output: 'out' },
    { id: 'scores', output: 'out' }
  ],
  range: [
    [-1, 1],
    [-0.5, 1.5]
  ],
  size: 9,
  units: 4
}

let session: Session
beforeEach(() => {
  session = new Session({ breathe: () => new Promise((resolve) => setImmediate(resolve)), threads: 1 })
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

describe('a curve', () => {
  const parameter = { target: { kind: 'parameter', name: 'w' }, index: 0 } as const

  test('has the values and slopes of the function, and where the graph stands', async () => {
    const found = await session.curve({
      document: neuron,
      feeds,
      along: parameter,
      of: null,
      range: [-3, 5],
      points: 17,
      steps: [0.25, 0.25e-3]
    })
    const [y, slope] = [
      (w: number) => -sigmoid(1.5 * w - 0.25),
      (w: number) => -1.5 * sigmoid(1.5 * w - 0.25) * (1 - sigmoid(1.5 * w - 0.25))
    ]
    expect(found.xs[0]).toBe(-3)
    expect(found.xs[16]).toBe(5)
    for (const [i, x] of found.xs.entries()) {
      expect(found.ys[i]).toBeCloseTo(y(x), 14)
      expect(found.slopes[i]).toBeCloseTo(slope(x), 14)
    }
    expect(found.here).toEqual({ x: 0.5, y: expect.closeTo(y(0.5), 14), slope: expect.closeTo(slope(0.5), 14) })
    expect(found.secants[0]?.above).toBeCloseTo(y(1.5), 14)
    expect(found.secants[0]?.below).toBeCloseTo(y(-0.5), 14)
    const [, { above, below } = { above: 0, below: 0 }] = found.secants
    expect((above - below) / 2e-3).toBeCloseTo(slope(0.5), 6)
    expect(found.why).toBeNull()
  })

  test('goes along constants, inputs, edges and elements, to any element of any node', async () => {
    const along = async (target: Parameters<Session['curve']>[0]['along']['target'], index: number, of: number) => {
      const request = { document: neuron, feeds, range: [0, 1] as const, points: 2, steps: [] }
      const found = await session.curve({
        ...request,
        along: { target, index },
        of: { target: { kind: 'node', id: 'f', output: 'out' }, index: of }
      })
      return [...found.ys, ...found.slopes]
    }
    const close = (numbers: number[]) => numbers.map((n) => expect.closeTo(n, 13))
    const slope = (x: number) => sigmoid(x) * (1 - sigmoid(x))
    expect(await along({ kind: 'node', id: 'b', output: 'out' }, 0, 0)).toEqual(
      close([2 * sigmoid(0.75), 2 * sigmoid(1.75), 2 * slope(0.75), 2 * slope(1.75)])
    )
    expect(await along({ kind: 'node', id: 'x', output: 'out' }, 0, 1)).toEqual(
      close([-3 * sigmoid(-0.25), -3 * sigmoid(0.25), -1.5 * slope(-0.25), -1.5 * slope(0.25)])
    )
    expect(await along({ kind: 'edge', id: 'e5' }, 0, 0)).toEqual(
      close([2 * sigmoid(0), 2 * sigmoid(1), 2 * slope(0), 2 * slope(1)])
    )
    const gate = sigmoid(0.5)
    expect(await along({ kind: 'node', id: 'v', output: 'out' }, 1, 1)).toEqual(close([0, gate, gate, gate]))
    // the other element does not change with it
    expect(await along({ kind: 'node', id: 'v', output: 'out' }, 1, 0)).toEqual(close([2 * gate, 2 * gate, 0, 0]))
  })

  test('where the range is left open it stands in the middle; a flat way says why', async () => {
    const of = { target: { kind: 'node', id: 'step', output: 'out' }, index: 0 } as const
    const found = await session.curve({
      document: neuron,
      feeds,
      along: parameter,
      of,
      range: null,
      points: 41,
      steps: []
    })
    expect(found.range).toEqual([-1.5, 2.5])
    expect(new Set(found.ys)).toEqual(new Set([0, 1]))
    expect(found.slopes.every((s) => s === 0)).toBe(true)
    expect(found.why?.code).toBe('gradient.blocked')
  })

  test('says what there is not, and stops when it is told to', async () => {
    const request = { document: neuron, feeds, along: parameter, of: null, range: null, points: 5, steps: [] }
    expect(await codes(session.curve({ ...request, along: { ...parameter, index: 3 } }))).toEqual(['plot.element'])
    expect(await codes(session.curve({ ...request, document: { ...neuron, objective: null } }))).toEqual([
      'gradient.noObjective'
    ])
    const labels = { target: { kind: 'node', id: 'data', output: 'labels' }, index: 0 } as const
    const indices = classifier.nodes.map((n) =>
      n.id === 'data' ? { ...n, attributes: { source: 'spiral', oneHot: false } } : n
    )
    const document = { ...classifier, nodes: indices }
    expect(await codes(session.curve({ ...request, document, feeds: {}, along: labels }))).toEqual(['plot.notFloat'])
    let asked = 0
    await expect(session.curve({ ...request, points: 10_000 }, () => ++asked > 20)).rejects.toThrow(/cancelled/)
  })
})

describe('a surface', () => {
  const ranges: readonly [Range, Range] = [
    [-2, 2],
    [-1, 3]
  ]

  test('has the numbers of the formula', async () => {
    const found = await session.landscape({ document: surfaceOf('rosenbrock', -1.2, 1), axes, ranges })
    expect(found.here).toEqual({ at: [-1.2, 1], loss: expect.closeTo(surfaces.rosenbrock(-1.2, 1), 12) })
    expect(found.precision).toBe('float64')
    const at = ([from, to]: Range, i: number): number => from + ((to - from) * i) / (found.size - 1)
    for (let j = 0; j < found.size; j++)
      for (let i = 0; i < found.size; i++)
        expect(found.data[j * found.size + i]).toBeCloseTo(surfaces.rosenbrock(at(ranges[0], i), at(ranges[1], j)), 9)
  })

  test('of a network has the losses that runs with these weights have', async () => {
    const kernel = { kind: 'element', parameter: 'hidden.kernel' } as const
    const request = {
      document: classifier,
      axes: [
        { ...kernel, index: 3 },
        { kind: 'element', parameter: 'scores.bias', index: 1 }
      ] as const,
      ranges
    }
    const found = await session.landscape(request)
    const { objective } = await session.run({ document: classifier, revision: 0, backend: 'reference' })
    expect(found.here.loss).toBeCloseTo(objective ?? 0, 12)
    expect(found.batch).toBe(50)
    const file = JSON.parse(new TextDecoder().decode(await session.exportWeights(classifier)))
    for (const [i, j] of [
      [0, 0],
      [7, 30],
      [48, 48]
    ] as const) {
      const changed = structuredClone(file)
      const tensor = (name: string) => changed.tensors.find((one: { name: string }) => one.name === name).data
      tensor('hidden.kernel')[3] = -2 + (4 * i) / (found.size - 1)
      tensor('scores.bias')[1] = -1 + (4 * j) / (found.size - 1)
      await session.importWeights(classifier, new TextEncoder().encode(JSON.stringify(changed)))
      const run = await session.run({ document: classifier, revision: 0, backend: 'reference' })
      // weights files hold float32
      expect(found.data[j * found.size + i]).toBeCloseTo(run.objective ?? 0, 6)
    }
  })

  test('along random directions stands in the middle, and leads somewhere else with another seed', async () => {
    const random = (a: number, b: number) =>
      session.landscape({
        document: classifier,
        axes: [
          { kind: 'random', seed: a },
          { kind: 'random', seed: b }
        ],
        ranges: null
      })
    const [one, other] = [await random(1, 2), await random(3, 4)]
    expect(one.ranges).toEqual([
      [-1, 1],
      [-1, 1]
    ])
    expect(one.data[(one.size ** 2 - 1) / 2]).toBeCloseTo(one.here.loss, 12)
    expect(one.here.loss).toBe(other.here.loss)
    expect(one.data[0]).not.toBe(other.data[0])
  })

  test('random directions are as long as the weights, filter by filter, and leave biases alone', () => {
    const dense = { name: 'k', shape: [2, 3], data: [3, 0, 1, 4, 0, -1] }
    const conv = { name: 'c', shape: [2, 1, 1, 2], data: [3, 4, 6, 8] }
    const bias = { name: 'b', shape: [3], data: [1, 2, 3] }
    const [d, c, b] = randomDirections([dense, conv, bias], 7)
    const column = (j: number) => Math.hypot(d?.[j] ?? 0, d?.[3 + j] ?? 0)
    expect([column(0), column(1), column(2)]).toEqual([expect.closeTo(5, 12), 0, expect.closeTo(Math.SQRT2, 12)])
    expect(Math.hypot(c?.[0] ?? 0, c?.[1] ?? 0)).toBeCloseTo(5, 12)
    expect(Math.hypot(c?.[2] ?? 0, c?.[3] ?? 0)).toBeCloseTo(10, 12)
    expect([...(b ?? [])]).toEqual([0, 0, 0])
    const [alone] = randomDirections([bias], 7)
    expect(Math.hypot(...(alone ?? []))).toBeCloseTo(Math.hypot(1, 2, 3), 12)
  })

  test('needs an objective and two axes', async () => {
    const document = surfaceOf('bowl', 0, 0)
    expect(await codes(session.landscape({ document, axes: [axes[0], axes[0]], ranges }))).toEqual(['plot.sameAxis'])
    expect(await codes(session.landscape({ document: { ...document, objective: null }, axes, ranges }))).toEqual([
      'gradient.noObjective'
    ])
    const far = { ...axes[1], index: 1 }
    expect(await codes(session.landscape({ document, axes: [axes[0], far], ranges }))).toEqual(['plot.element'])
  })
})

describe('paths of optimizers', () => {
  const optimizers = golden.surfaces.bowl.paths.map(({ settings }) => settings as OptimizerSettings)

  test.each(['bowl', 'rosenbrock'] as const)('on the %s are those of PyTorch', async (name) => {
    const { start, paths } = golden.surfaces[name]
    const found = await session.paths({
      document: surfaceOf(name, 9, 9),
      axes,
      start: start as [number, number],
      steps: golden.steps,
      optimizers: paths.map(({ settings }) => settings as OptimizerSettings)
    })
    expect(found.precision).toBe('float64')
    for (const [i, { points, losses }] of found.paths.entries()) {
      const expected = paths[i] as (typeof paths)[number]
      expect(losses).toHaveLength(golden.steps + 1)
      for (const [t, point] of expected.points.entries()) {
        expect(points[2 * t], `${expected.settings.kind} ${t}`).toBeCloseTo(point[0] as number, 9)
        expect(points[2 * t + 1]).toBeCloseTo(point[1] as number, 9)
        expect(losses[t]).toBeCloseTo(expected.losses[t] as number, 8)
      }
    }
  })

  test.each(optimizers)('$kind goes as a training goes', async (optimizer) => {
    const document = surfaceOf('bowl', -2, 1.5)
    const settings = { ...defaultTraining, optimizer }
    const graph = trainingGraph(document, build(document), settings)
    const executor = new ReferenceExecutor()
    await executor.setVariable('x', [-2])
    await executor.setVariable('y', [1.5])
    await clearStates(executor, graph)
    const { plan } = compileStep(graph, 1, executor)
    const program = await executor.load(plan)
    const { paths } = await session.paths({ document, axes, start: [-2, 1.5], steps: 12, optimizers: [optimizer] })
    for (let t = 1; t <= 12; t++) {
      const scalars = graph.optimizer.scalars(t, optimizer.learningRate)
      await program.run(feedAll(plan, {}, { step: t, training: true, rows: 1, scalars }))
      expect(paths[0]?.points[2 * t]).toBeCloseTo((await executor.getVariable('x'))[0] as number, 13)
      expect(paths[0]?.points[2 * t + 1]).toBeCloseTo((await executor.getVariable('y'))[0] as number, 13)
    }
  })

  test('end where they leave the numbers; an optimizer without steps is refused', async () => {
    const document = surfaceOf('rosenbrock', 0, 0)
    const ask = (kind: 'sgd' | 'newton', learningRate: number) =>
      session.paths({ document, axes, start: [-1.5, 2], steps: 60, optimizers: [{ kind, learningRate }] })
    const [path] = (await ask('sgd', 1)).paths
    expect(path?.losses.length).toBeLessThan(20)
    expect(path?.points.length).toBe(2 * (path?.losses.length ?? 0))
    expect(path?.points.every(Number.isFinite)).toBe(true)
    expect(await codes(ask('newton', 1))).toEqual(['plot.optimizer'])
  })
})

describe('a plane of inputs', () => {
  /** The same network with the points as an Input. */
  const direct: GraphDocument = {
    ...classifier,
    nodes: classifier.nodes
      .filter((n) => n.id !== 'loss')
      .map((n) => (n.id === 'data' ? { ...n, op: 'Input', attributes: { shape: [null, 2] } } : n)),
    edges: classifier.edges.slice(0, 2).map((e) => ({ ...e, sourceHandle: 'out' })),
    objective: null
  }
  const train = (document = classifier) =>
    session.train({ document, revision: 0, backend: 'wasm', snapshotEvery: 0 }, () => undefined)

  test('says what a run over its points says, with trained weights', async () => {
    await train()
    const found = await session.plane(planeRequest)
    expect(found.input).toEqual({ id: 'data', output: 'features' })
    expect(found.maps.map(({ id, units, shown }) => [id, units, shown])).toEqual([
      ['hidden', 6, 4],
      ['scores', 3, 3]
    ])
    const rows = Array.from({ length: 81 }, (_, i) => [-1 + (2 * (i % 9)) / 8, -0.5 + (2 * Math.floor(i / 9)) / 8])
    const run = await session.run({
      document: direct,
      revision: 0,
      backend: 'cpu',
      feeds: { data: { shape: [81, 2], data: rows.flat() } }
    })
    for (const { id, units, shown, data } of found.maps) {
      const target = { kind: 'node', id, output: 'out' } as const
      const whole = await session.readTensor({ runId: run.runId, target, which: 'value' })
      for (let row = 0; row < 81; row++)
        for (let unit = 0; unit < shown; unit++)
          expect(data[unit * 81 + row]).toBeCloseTo(whole.data[row * units + unit] as number, 4)
    }
  })

  test('has the data set on it, in the middle of its range', async () => {
    const { points, range } = await session.plane({ ...planeRequest, range: null })
    expect(points.xy).toHaveLength(600)
    expect(new Set(points.labels)).toEqual(new Set([0, 1, 2]))
    expect(points.classes).toBe(3)
    const [[left, right], [bottom, top]] = range
    expect(right - left).toBeCloseTo(top - bottom, 6)
    for (let i = 0; i < points.xy.length; i += 2) {
      expect(points.xy[i]).toBeGreaterThan(left)
      expect(points.xy[i + 1]).toBeLessThan(top)
    }
    const alone = await session.plane({ ...planeRequest, document: direct, range: null })
    expect(alone.points.labels).toHaveLength(0)
    expect(alone.range).toEqual([
      [-1.3, 1.3],
      [-1.3, 1.3]
    ])
  })

  test('is answered between the steps of a training, and changes with the weights, which stay as they would', async () => {
    const long = { ...classifier, training: { ...classifier.training, epochs: 200 } } as GraphDocument
    const first = await session.plane(planeRequest)
    let over = false
    const training = train(long).then((outcome) => {
      over = true
      return outcome
    })
    const during = [await session.plane({ ...planeRequest, document: long })]
    while (during.length < 3) during.push(await session.plane({ ...planeRequest, document: long }))
    expect(over).toBe(false)
    expect(await codes(session.plane({ ...planeRequest, document: direct }))).toEqual(over ? [] : ['run.stale'])
    expect((await training).outcome).toBe('done')
    const after = await session.plane(planeRequest)
    const maps = [first, ...during, after].map(({ maps: [one] }) => one?.data.join() ?? '')
    expect(new Set(maps).size).toBeGreaterThan(3)
    const weights = await session.exportWeights(long)
    await session.reset()
    await train(long)
    expect(await session.exportWeights(long)).toEqual(weights)
  })

  test('says where there is none', async () => {
    expect(await codes(session.plane({ ...planeRequest, document: neuron }))).toEqual(['plot.noPlane'])
    const of = [{ id: 'loss', output: 'out' }]
    expect(await codes(session.plane({ ...planeRequest, of }))).toEqual(['plot.notOfPlane'])
    await expect(session.plane(planeRequest, () => true)).rejects.toThrow(/cancelled/)
  })
})
