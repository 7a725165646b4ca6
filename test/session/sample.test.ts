/** One example at a time: its scores, what they say, the gradient of one of them, and the search for the next. */
import { beforeEach, describe, expect, test } from 'vitest'
import { backward } from '../../engine/compile/backward.ts'
import { compile } from '../../engine/compile/compile.ts'
import { guidedRule } from '../../engine/compile/guided.ts'
import { defaultTraining, emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'
import { Builder } from '../../engine/ir/builder.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { ProblemError } from '../../engine/problem.ts'
import { ReferenceExecutor } from '../../engine/runtime/reference.ts'
import { Session } from '../../engine/session/session.ts'

const position = { x: 0, y: 0 }
const edge = (source: string, target: string, targetHandle = 'x', sourceHandle = 'out') => ({
  id: `${source}.${sourceHandle} ${target}.${targetHandle}`,
  source,
  sourceHandle,
  target,
  targetHandle
})

type Loss = 'SoftmaxCrossEntropyLoss' | 'CategoricalCrossEntropy' | 'BinaryCrossEntropyWithLogits' | 'MeanSquaredError'

function network(source: string, loss: Loss, units: number, more: Omit<GraphNode, 'position'>[] = []): GraphDocument {
  const layers = [
    { id: 'hidden', op: 'Dense', attributes: { units: 6, activation: 'relu' } },
    { id: 'scores', op: 'Dense', attributes: { units } },
    ...more
  ]
  const ids = ['data', ...layers.map(({ id }) => id)]
  return {
    ...emptyDocument,
    nodes: [{ id: 'data', op: 'Dataset', attributes: { source } }, ...layers, { id: 'loss', op: loss }].map((node) => ({
      ...node,
      position
    })),
    edges: [
      ...layers.map(({ id }, i) => edge(ids[i] as string, id, 'x', i === 0 ? 'features' : 'out')),
      edge(ids.at(-1) as string, 'loss', 'prediction'),
      edge('data', 'loss', 'target', 'labels')
    ],
    objective: 'loss',
    training: { ...defaultTraining, optimizer: { kind: 'adam', learningRate: 0.02 }, epochs: 5, batchSize: 32 }
  }
}

const spiral = network('spiral', 'SoftmaxCrossEntropyLoss', 3)

let session: Session
beforeEach(() => {
  session = new Session({ breathe: async () => undefined })
})

const codesOf = async (work: Promise<unknown>): Promise<readonly string[]> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown
  )
  return error instanceof ProblemError ? error.problems.map((p) => p.code) : []
}

const explain = (document: GraphDocument, row = 0, more: object = {}) =>
  session.explainSample({ document, backend: 'reference', sample: { split: 'train', row }, ...more })

describe('explaining a sample', () => {
  test('tells scores, answer, loss, and the gradient of the largest score', async () => {
    const report = await explain(spiral, 5)
    const { scores, inputs, chosen } = report
    expect(report).toMatchObject({ rows: 300, dataSet: 'spiral', answers: 'class', rectifiers: 1 })
    expect(scores).toMatchObject({ node: 'scores', before: null })
    expect(chosen).toBe(scores.values.indexOf(Math.max(...scores.values)))
    expect(report.predicted).toBe(chosen)
    expect(report.label).toBe(report.targets?.indexOf(1))
    expect(report.right).toBe(report.predicted === report.label)
    expect(scores.probabilities?.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    expect(report.loss).toBeCloseTo(-Math.log(scores.probabilities?.[report.label as number] as number), 6)
    expect(inputs).toHaveLength(1)
    expect(inputs[0]).toMatchObject({ node: 'data', output: 'features', shape: [2], why: null })
  })

  test('the gradient is that of differences, at any score that is chosen', async () => {
    const input = { id: 'data', op: 'Input', attributes: { shape: [null, 2], values: [0.3, -0.7, 0.9, 0.4] } }
    const document: GraphDocument = {
      ...spiral,
      nodes: [{ ...input, position }, ...spiral.nodes.slice(1, 3)],
      edges: [edge('data', 'hidden'), edge('hidden', 'scores')],
      objective: null
    }
    const scores = { node: 'scores', output: 'out' }
    const at = (x: readonly number[]) =>
      explain(document, 0, { scores, chosen: 1, feeds: { data: { shape: [1, 2], data: x } } })
    for (const row of [0, 1]) {
      const { inputs, rows, dataSet, answers } = await explain(document, row, { scores, chosen: 1 })
      expect({ rows, dataSet, answers }).toEqual({ rows: 2, dataSet: null, answers: 'numbers' })
      const x = Array.from(inputs[0]?.value ?? [])
      for (const i of [0, 1]) {
        const moved = (h: number) => at(x.map((v, j) => (j === i ? v + h : v)))
        const [up, down] = [await moved(1e-3), await moved(-1e-3)]
        const slope = ((up.scores.values[1] as number) - (down.scores.values[1] as number)) / 2e-3
        expect(inputs[0]?.gradient?.[i]).toBeCloseTo(slope, 3)
      }
    }
  })

  test('scores are those before a softmax or sigmoid, also inside a layer', async () => {
    const apart = network('spiral', 'CategoricalCrossEntropy', 3, [{ id: 'softmax', op: 'Softmax' }])
    expect((await explain(apart)).scores).toMatchObject({ node: 'scores', part: 'add', before: 'softmax' })
    const inside: GraphDocument = {
      ...network('spiral', 'CategoricalCrossEntropy', 3),
      nodes: apart.nodes
        .filter(({ id }) => id !== 'softmax')
        .map((n) => (n.id === 'scores' ? { ...n, attributes: { units: 3, activation: 'softmax' } } : n))
    }
    const [one, other] = [await explain(apart), await explain(inside)]
    expect(other.scores).toEqual(one.scores)
    const chosen = await explain(apart, 0, { scores: { node: 'softmax', output: 'out' } })
    expect(chosen.scores).toMatchObject({ node: 'softmax', before: null, probabilities: null })
    expect(chosen.scores.values).toEqual(one.scores.probabilities?.map((p) => expect.closeTo(p, 6)))
    expect(chosen.label).toBe(one.label)
  })

  test('a yes or no, and numbers', async () => {
    const yes = await explain(network('xor', 'BinaryCrossEntropyWithLogits', 1), 1)
    expect(yes).toMatchObject({ answers: 'labels', label: 1, predicted: (yes.scores.values[0] as number) > 0 ? 1 : 0 })
    const numbers = await explain(network('linear', 'MeanSquaredError', 1))
    expect(numbers).toMatchObject({ answers: 'numbers', label: null, right: null, classes: null })
    expect(numbers.targets).toHaveLength(1)
  })

  test('what is wrong is said', async () => {
    expect(await codesOf(explain(spiral, 300))).toEqual(['sample.noRow'])
    expect(await codesOf(explain({ ...spiral, objective: null }))).toEqual(['sample.noScores'])
    const scores = { node: 'nothing', output: 'out' }
    expect(await codesOf(explain(spiral, 0, { scores }))).toEqual(['graph.noSuchThing'])
    const labels = { node: 'loss', output: 'out' }
    expect(await codesOf(explain(spiral, 0, { scores: labels }))).toEqual([])
  })
})

describe('a run of one sample', () => {
  test('has the numbers of that row alone, of either split', async () => {
    for (const split of ['train', 'test'] as const) {
      const sample = { split, row: 3 }
      const run = await session.run({ document: spiral, revision: 0, backend: 'reference', sample })
      const report = await session.explainSample({ document: spiral, backend: 'reference', sample })
      expect(run.batch).toBe(1)
      expect(run.nodes.data?.features?.value.values).toEqual(Array.from(report.inputs[0]?.value ?? []))
      expect(run.nodes.scores?.out?.value.values).toEqual(report.scores.values)
      expect(run.objective).toBeCloseTo(report.loss as number, 12)
    }
  })
})

describe('finding a sample', () => {
  const find = (from: number, step: 1 | -1, more: object = {}) =>
    session.findSample({ document: spiral, backend: 'reference', from: { split: 'test', row: from }, step, ...more })

  test('goes to the neighbour, round the end', async () => {
    expect((await find(3, 1)).sample?.row).toBe(4)
    expect((await find(0, -1)).sample?.row).toBe(74)
    expect((await find(74, 1)).sample?.row).toBe(0)
  })

  test('each of a class, each wrong one, in both directions', async () => {
    await session.train({ document: spiral, revision: 0, backend: 'cpu', snapshotEvery: 0 }, () => undefined)
    const all = []
    for (let row = 0; row < 75; row++)
      all.push(await session.explainSample({ document: spiral, backend: 'reference', sample: { split: 'test', row } }))
    const wrong = all.flatMap((report, row) => (report.right ? [] : [row]))
    const second = all.flatMap((report, row) => (report.label === 1 ? [row] : []))
    const both = wrong.filter((row) => second.includes(row))
    expect(wrong.length).toBeGreaterThan(1)
    const walk = async (expected: readonly number[], step: 1 | -1, more: object) => {
      let at = step > 0 ? 74 : 0
      for (const row of step > 0 ? expected : [...expected].reverse()) {
        at = (await find(at, step, more)).sample?.row as number
        expect(at).toBe(row)
      }
    }
    await walk(wrong, 1, { wrong: true })
    await walk(
      wrong.filter((row) => row !== 0),
      -1,
      { wrong: true }
    )
    await walk(second, 1, { label: 1 })
    await walk(both, 1, { label: 1, wrong: true })
    expect((await find(0, 1, { label: 7 })).sample).toBeNull()
  })

  test('can be stopped', async () => {
    const request = {
      document: spiral,
      backend: 'reference',
      from: { split: 'test', row: 0 },
      step: 1,
      wrong: true
    } as const
    await expect(session.findSample(request, () => true)).rejects.toThrow(/cancelled/)
  })
})

describe('the guided rule', () => {
  /** d y / d x at these x for this upstream gradient, by the operator's own rule and by the guided one. */
  async function passed(op: string, xs: readonly number[], upstream: readonly number[]) {
    const b = new Builder(opOf)
    const x = b.feed('x', [xs.length])
    const y = b.emitWithDefaults(op, [x], {})
    const from = b.feed('upstream', [xs.length])
    const walks = [backward(b, y, new Set([x.id]), from), backward(b, y, new Set([x.id]), from, guidedRule)]
    const ids = walks.map((walk) => walk.get(x.id)?.id as number)
    const { plan, idOf } = compile(b.graph(), { batch: 1, wanted: ids })
    const program = await new ReferenceExecutor().load(plan)
    await program.run({ x: xs, upstream })
    return Promise.all(ids.map(async (id) => Array.from(await program.read(idOf(id)))))
  }
  const xs = [2, 2, -1, -1, 0]
  const upstream = [3, -3, 3, -3, 3]

  test.each(['Relu', 'LeakyRelu', 'Elu'])(
    '%s passes where input and upstream are positive, else nothing',
    async (op) => {
      const [own, guided] = await passed(op, xs, upstream)
      expect(guided).toEqual([3, 0, 0, 0, 0])
      expect(own).not.toEqual(guided)
    }
  )

  test.each(['Tanh', 'Sigmoid', 'Gelu', 'Abs'])('%s passes as it is', async (op) => {
    const [own, guided] = await passed(op, xs, upstream)
    expect(guided).toEqual(own)
  })
})
