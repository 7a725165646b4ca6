/** A hundred epochs of a small network, training after training: nothing that was taken stays taken. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { defaultTraining, emptyDocument, type GraphDocument } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'
import { edge } from '../edge.ts'

const position = { x: 0, y: 0 }

/** The shape of the MNIST network, small: a step takes about 300 kB. */
const document: GraphDocument = {
  ...emptyDocument,
  nodes: [
    { id: 'data', op: 'Dataset', attributes: { source: 'spiral' }, position },
    { id: 'dense1', op: 'Dense', attributes: { units: 96, activation: 'relu' }, position },
    { id: 'dense2', op: 'Dense', attributes: { units: 96, activation: 'relu' }, position },
    { id: 'dense3', op: 'Dense', attributes: { units: 3 }, position },
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss', position }
  ],
  edges: [
    edge('e1', 'data', 'dense1', 'x', 'features'),
    edge('e2', 'dense1', 'dense2', 'x'),
    edge('e3', 'dense2', 'dense3', 'x'),
    edge('e4', 'dense3', 'loss', 'prediction'),
    edge('e5', 'data', 'loss', 'target', 'labels')
  ],
  objective: 'loss',
  training: {
    ...defaultTraining,
    optimizer: { kind: 'rmsprop', learningRate: 0.001 },
    batchSize: 64,
    epochs: 10,
    metrics: ['accuracy']
  }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** WebAssembly's memory only grows: a page for what no free piece had room for. */
let pages = 0
const { grow } = WebAssembly.Memory.prototype
WebAssembly.Memory.prototype.grow = function (delta) {
  pages += delta
  return grow.call(this, delta)
}

/** Bytes of array buffers and of what else lies outside the JavaScript heap, without WebAssembly's. */
async function outside(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    await new Promise(setImmediate)
    collect()
  }
  const { external, arrayBuffers } = process.memoryUsage()
  return Math.max(external, arrayBuffers)
}

test.each(['cpu', 'wasm'] as const)('on %s', { timeout: 60_000 }, async (backend) => {
  const session = new Session({ breathe: () => new Promise((resolve) => setImmediate(resolve)) })
  const round = async (): Promise<number> => {
    // with looks at the network on the way, and one after it
    const outcome = await session.train({ document, revision: 0, backend, snapshotEvery: 5 }, () => undefined)
    expect(outcome.outcome).toBe('done')
    await session.run({ document, revision: 0, backend })
    return outside()
  }
  await round()
  const first = await round()
  const grown = pages
  let last = first
  for (let i = 0; i < 8; i++) last = await round()
  expect(last - first).toBeLessThan(150_000)
  expect(pages).toBe(grown)
})
