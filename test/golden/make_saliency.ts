/**
 * Trains two small networks with ReLU on the digits that Chainrule draws, and writes them with a few examples as
 * test/golden/saliency.json, without expected values: make_saliency.py adds those.
 *
 * node test/golden/make_saliency.ts && python3 test/golden/make_saliency.py
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultTraining, emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'
import { Session } from '../../engine/session/session.ts'

const position = { x: 0, y: 0 }

function chain(name: string, flatten: boolean, layers: readonly Omit<GraphNode, 'position'>[]): GraphDocument {
  const data = { source: 'digits', size: 2000, seed: 3, flatten }
  const nodes = [
    { id: 'data', op: 'Dataset', attributes: data },
    ...layers,
    { id: 'loss', op: 'SoftmaxCrossEntropyLoss' }
  ]
  const edges = nodes.slice(1).map(({ id }, i) => ({
    id: `e${i + 1}`,
    source: nodes[i]?.id as string,
    sourceHandle: i === 0 ? 'features' : 'out',
    target: id,
    targetHandle: id === 'loss' ? 'prediction' : 'x'
  }))
  const labels = { id: 'labels', source: 'data', sourceHandle: 'labels', target: 'loss', targetHandle: 'target' }
  return {
    ...emptyDocument,
    name,
    nodes: nodes.map((node) => ({ ...node, position })),
    edges: [...edges, labels],
    objective: 'loss',
    training: {
      ...defaultTraining,
      optimizer: { kind: 'adam', learningRate: 0.005 },
      epochs: 6,
      batchSize: 50,
      seed: 1
    }
  }
}

const conv = (id: string, filters: number, size: number, stride: number) => ({
  id,
  op: 'Conv2D',
  attributes: {
    filters,
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: Array<number>(4).fill((size - 1) / 2),
    activation: 'relu'
  }
})

const documents = [
  chain('MLP', true, [
    { id: 'hidden', op: 'Dense', attributes: { units: 12, activation: 'relu' } },
    { id: 'scores', op: 'Dense', attributes: { units: 10 } }
  ]),
  chain('Deep conv net', false, [
    conv('conv1', 6, 5, 1),
    { id: 'pool', op: 'MaxPool', attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    conv('conv2', 8, 3, 1),
    conv('conv3', 8, 3, 2),
    { id: 'flat', op: 'Flatten' },
    { id: 'hidden', op: 'Dense', attributes: { units: 12, activation: 'relu' } },
    { id: 'scores', op: 'Dense', attributes: { units: 10 } }
  ])
]

/** Test digits of the set; the second asks for the score of a class that the network does not predict. */
const ROWS = [{ row: 0 }, { row: 7, chosen: 3 }, { row: 41 }]

const cases = []
for (const document of documents) {
  const session = new Session({ breathe: async () => undefined })
  const outcome = await session.train({ document, revision: 0, backend: 'cpu', snapshotEvery: 0 }, () => undefined)
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome))
  console.log(document.name, outcome.report.test)
  const { tensors } = JSON.parse(new TextDecoder().decode(await session.exportWeights(document)))
  const weights = tensors.map(({ data, ...rest }: { data: number[] }) => ({
    ...rest,
    // four digits say as much, in a third of the room
    data: data.map((x) => Number(x.toPrecision(4)))
  }))
  const samples = []
  for (const { row, chosen } of ROWS) {
    const sample = { split: 'test', row } as const
    const { inputs } = await session.explainSample({ document, backend: 'cpu', sample })
    const pixels = Array.from(inputs[0]?.value ?? [], (x) => Math.round(x * 255))
    samples.push({ row, ...(chosen === undefined ? {} : { chosen }), pixels })
  }
  cases.push({ document, weights, samples })
}
writeFileSync(join(import.meta.dirname, 'saliency.json'), `${JSON.stringify({ cases })}\n`)
