/** A hundred epochs on a GPU, training after training, with looks at the network between: nothing that was taken stays. */
import { expect, test } from 'vitest'
import { defaultTraining, emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'
import { countAllocations } from './allocations.ts'

const position = { x: 0, y: 0 }
const edge = (source: string, target: string, targetHandle = 'x', sourceHandle = 'out') => ({
  id: `${source} ${target}`,
  source,
  sourceHandle,
  target,
  targetHandle
})

/** The shape of the MNIST network, small. */
const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'spiral' }, position },
    { id: 'dense1', op: 'Dense', attributes: { units: 64, activation: 'relu' }, position },
    { id: 'dense2', op: 'Dense', attributes: { units: 3 }, position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('data', 'dense1', 'x', 'features'),
    edge('dense1', 'dense2'),
    edge('dense2', 'loss', 'prediction'),
    edge('data', 'loss', 'target', 'labels')
  ],
  objective: 'loss',
  training: {
    ...defaultTraining,
    optimizer: { kind: 'rmsprop', learningRate: 0.001 },
    batchSize: 128,
    epochs: 20,
    metrics: ['accuracy']
  }
}

test.each(['webgl2', 'webgpu'] as const)('on %s', { timeout: 120_000 }, async (backend) => {
  const counted = countAllocations()
  try {
    const session = new Session({ breathe: () => new Promise((resolve) => setTimeout(resolve)) })
    const round = async (): Promise<number> => {
      const outcome = await session.train({ document, revision: 0, backend, snapshotEvery: 50 }, () => undefined)
      expect(outcome).toMatchObject({ outcome: 'done' })
      await session.run({ document, revision: 0, backend })
      return counted.alive()
    }
    const first = await round()
    expect(first).toBeGreaterThan(10)
    for (let i = 0; i < 4; i++) expect(await round()).toBe(first)
  } finally {
    counted.restore()
  }
})
