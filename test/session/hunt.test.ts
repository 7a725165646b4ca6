/** A training that breaks says where: the step, the node, the way, and what helps. */
import { expect, test } from 'vitest'
import { defaultTraining, emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'
import type { BackendName } from '../../engine/session/protocol.ts'
import { Session } from '../../engine/session/session.ts'

const position = { x: 0, y: 0 }

/** Points → Dense → the nodes given, one after the other → their mean, which is learned to be small. */
function chain(
  nodes: readonly Omit<GraphNode, 'position'>[],
  learningRate: number,
  optimizer: Record<string, unknown> = { kind: 'sgd' }
): GraphDocument {
  const row = [{ id: 'dense', op: 'Dense', attributes: { units: 4 } }, ...nodes, { id: 'mean', op: 'ReduceMean' }]
  return {
    ...emptyDocument,
    nodes: [
      { id: 'data', op: 'Dataset', attributes: { source: 'spiral' }, position },
      ...row.map((node) => ({ ...node, position }))
    ],
    edges: row.map(({ id }, i) => ({
      id: `e${i}`,
      source: i === 0 ? 'data' : (row[i - 1]?.id as string),
      sourceHandle: i === 0 ? 'features' : 'out',
      target: id,
      targetHandle: 'x'
    })),
    objective: 'mean',
    training: { ...defaultTraining, optimizer: { ...optimizer, learningRate } as never, epochs: 400, batchSize: 50 }
  }
}

async function broken(
  document: GraphDocument,
  { backend = 'cpu' as BackendName, most = 240, clock = (): number => 0 } = {}
) {
  const session = new Session({
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    threads: 1,
    historyLimits: { most },
    now: clock
  })
  const request = { document, revision: 0, backend, snapshotEvery: 0, history: true }
  const outcome = await session.train(request, () => undefined)
  if (outcome.outcome !== 'failed') throw new Error(`${outcome.outcome}, not failed`)
  const overview = await session.history()
  return { session, problems: outcome.problems, broken: overview?.broken ?? null, overview }
}

/** The step before is whole, and the step itself has its first broken number at the node. */
async function holds(session: Session, step: number, node: string, way: 'forward' | 'backward'): Promise<void> {
  if (step > 1) expect((await session.lookBack({ step: step - 1, revision: 0 })).findings.filter(isNone)).toEqual([])
  const run = await session.lookBack({ step, revision: 0 })
  expect(Number.isFinite(run.objective)).toBe(way === 'backward')
  expect(run.findings.filter(isNone).map(({ code, nodeId }) => [code, nodeId])).toContainEqual([
    way === 'forward' ? 'finding.notFinite' : 'finding.gradientNotFinite',
    node
  ])
  // it is the only place: what is broken further on, and on the way back, is so because of it
  expect(run.findings.filter(isNone)).toHaveLength(1)
}

const isNone = ({ code }: { readonly code: string }) => code.endsWith('otFinite')

test('a logarithm of 0, at once', async () => {
  const document = chain(
    [
      { id: 'cut', op: 'Relu' },
      { id: 'log', op: 'Log' }
    ],
    0.1
  )
  const { session, problems, broken: at } = await broken(document)
  expect(problems.map(({ code, nodeId }) => [code, nodeId])).toEqual([
    ['broken.log', 'log'],
    ['train.diverged', undefined]
  ])
  expect(at).toEqual({ step: 1, epoch: 1, node: 'log' })
  expect(problems[0]?.message).toMatch(/^In step 1 \(epoch 1\) Natural logarithm made Infinity first: \d+ of 200/)
  await holds(session, 1, 'log', 'forward')
})

test.each(['cpu', 'wasm'] as const)('an exponential that grows too large after some steps, on %s', async (backend) => {
  // -mean(exp(x)) falls as x grows
  const document = chain(
    [
      { id: 'exp', op: 'Exp' },
      { id: 'neg', op: 'Neg' }
    ],
    0.5
  )
  const { session, problems, broken: at } = await broken(document, { backend, most: 6 })
  expect(problems[0]).toMatchObject({ code: 'broken.exp', nodeId: 'exp' })
  expect(at?.step).toBeGreaterThan(3)
  await holds(session, at?.step as number, 'exp', 'forward')
})

test('a learning rate that is too large: numbers grow beyond all bounds', async () => {
  const { session, problems, broken: at } = await broken(chain([{ id: 'norm', op: 'ReduceL2' }], 1e30))
  expect(problems[0]).toMatchObject({ code: 'broken.grown', nodeId: 'norm' })
  await holds(session, at?.step as number, 'norm', 'forward')
})

test('an update that is too long: the weights themselves are none', async () => {
  const { problems, broken: at } = await broken(
    chain([{ id: 'steep', op: 'LeakyRelu', attributes: { alpha: 1e30 } }], 1e10)
  )
  expect(problems[0]).toMatchObject({ code: 'broken.update', nodeId: 'dense' })
  expect(at?.step).toBeLessThan(5)
})

test('a slope that is infinite: the loss is still a number, the gradient is none', async () => {
  const document = chain([{ id: 'root', op: 'Sqrt' }], 0.1)
  const zeros = { units: 4, kernelInit: { kind: 'zeros' } }
  const nodes = document.nodes.map((node) => (node.id === 'dense' ? { ...node, attributes: zeros } : node))
  const { session, problems, broken: at } = await broken({ ...document, nodes })
  expect(problems[0]).toMatchObject({ code: 'broken.slope', nodeId: 'root' })
  expect(at).toEqual({ step: 1, epoch: 1, node: 'root' })
  await holds(session, 1, 'root', 'backward')
})

test('found also where the loss is looked at long afterwards', async () => {
  // a clock that hardly moves: the loss is read at the first step and then not for a thousand
  const document = chain(
    [
      { id: 'exp', op: 'Exp' },
      { id: 'neg', op: 'Neg' }
    ],
    0.5
  )
  const { broken: exact } = await broken(document, { clock: () => performance.now() })
  const { broken: late, problems } = await broken(document, { most: 4 })
  expect(late).toEqual(exact)
  const noticed = problems.find(({ code }) => code === 'train.diverged')
  expect(Number(noticed?.params.step)).toBeGreaterThanOrEqual(late?.step as number)
})

test('without a history the training says only that it broke', async () => {
  const session = new Session({ breathe: () => Promise.resolve() })
  const document = chain([{ id: 'log', op: 'Log' }], 0.1)
  const request = { document, revision: 0, backend: 'cpu' as const, snapshotEvery: 0 }
  const outcome = await session.train(request, () => undefined)
  expect(outcome.outcome === 'failed' && outcome.problems.map(({ code }) => code)).toEqual(['train.diverged'])
})
