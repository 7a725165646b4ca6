/** What samples leave out: sizes of 0, an open batch, six dimensions, for every operator. */
import type { Sample } from '../../engine/ir/op.ts'
import { documentOps, opOf } from '../../engine/ops/registry.ts'
import type { Case } from './harness.ts'

type Row = readonly [kind: string, shapes: Sample['shapes'], more?: Omit<Sample, 'shapes'>]

const SIX = [1, 2, 1, 2, 1, 3]
const classes = (indices: number) => ({ indices })

const ROWS: readonly Row[] = [
  ['Custom', [SIX, [3]], { attributes: { inputs: 'a, b', forward: 'a * b' } }],
  ['Unsqueeze', [SIX.slice(1)], { attributes: { axes: [0] } }],
  ['Expand', [SIX], { attributes: { shape: [2, 1, 3, 1, 1, 1] } }],
  ['BinaryCrossEntropy', [SIX, SIX], { kinds: [null, 'binary'], domain: [0.1, 0.9] }],
  ['CategoricalCrossEntropy', [SIX, SIX], { kinds: ['distribution', 'one-hot'] }],
  ['KLDivergence', [SIX, SIX], { kinds: ['distribution', 'distribution'] }],
  ['BatchNorm', [SIX]],
  ['Accuracy', [SIX, SIX], { kinds: [null, 'one-hot'] }],
  ['BinaryAccuracy', [SIX, SIX], { kinds: [null, 'binary'] }],

  ['Sum', [['B', 0], [1]]],
  ['Sum', [SIX, [1], [3]]],
  ['Where', [[2, 0], [0], []], { kinds: ['binary', null, null] }],
  ['Where', [['B', 2], [2], []], { kinds: ['binary', null, null] }],
  ['Where', [[1, 2, 1, 2, 1, 2], [2], []], { kinds: ['binary', null, null] }],
  ['Identity', [[0, 2]]],
  ['Identity', [['B', 2]]],
  ['Identity', [SIX]],
  ['StopGradient', [['B', 0]]],
  ['StopGradient', [SIX]],
  ['Repeat', [['B', 2]], { attributes: { repeats: 2 } }],
  ['Repeat', [[0, 2]], { attributes: { repeats: 2 } }],
  ['Repeat', [[1, 2, 1, 2, 2]], { attributes: { repeats: 2 } }],
  [
    'MatMul',
    [
      ['B', 2, 3],
      [3, 2]
    ]
  ],
  [
    'MatMul',
    [
      ['B', 3],
      [3, 0]
    ]
  ],
  [
    'MatMul',
    [
      [0, 3],
      [3, 2]
    ]
  ],
  ['Reshape', [[0, 3]], { attributes: { shape: [3, 0, 2] } }],
  ['Reshape', [['B', 2, 3]], { attributes: { shape: [0, 6] } }],
  ['Reshape', [['B', 2, 3]], { attributes: { shape: [-1, 6] } }],
  ['Reshape', [SIX], { attributes: { shape: [3, 4] } }],
  ['Flatten', [[0, 2]]],
  ['Flatten', [['B', 2, 3]]],
  ['Flatten', [SIX], { attributes: { axis: 3 } }],
  ['Squeeze', [[1, 0]], { attributes: { axes: [0] } }],
  ['Squeeze', [['B', 1]], { attributes: { axes: [1] } }],
  ['Squeeze', [SIX]],
  ['Unsqueeze', [[0]], { attributes: { axes: [0] } }],
  ['Unsqueeze', [['B']], { attributes: { axes: [1] } }],
  ['Unsqueeze', [[1, 2, 1, 2]], { attributes: { axes: [0, 5] } }],
  ['Transpose', [[0, 2]]],
  ['Transpose', [['B', 2, 3]], { attributes: { perm: [2, 0, 1] } }],
  ['Expand', [[0, 1]], { attributes: { shape: [0, 3] } }],
  ['Expand', [['B', 1]], { attributes: { shape: [1, 3] } }],
  ['Expand', [[1, 2, 1, 2]], { attributes: { shape: [2, 1, 3, 1, 3, 1] } }],
  [
    'Concat',
    [
      ['B', 2],
      ['B', 1]
    ],
    { attributes: { axis: 1 } }
  ],
  ['Concat', [SIX, SIX], { attributes: { axis: 2 } }],
  [
    'Concat',
    [
      ['B', 2],
      ['B', 2]
    ],
    { attributes: { axis: 0 } }
  ],
  ['Slice', [[0, 3]], { attributes: { starts: [1], ends: [3], axes: [1] } }],
  ['Slice', [SIX], { attributes: { starts: [1], ends: [3], axes: [5] } }],
  ['Stack', [SIX.slice(1), SIX.slice(1)]],
  ['Gather', [SIX.slice(1), [2, 2]], { kinds: [null, classes(2)], attributes: { axis: 2 } }],
  ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL2'].flatMap((k): Row[] => [
    [k, [[0, 2]], { attributes: { axes: [1] } }],
    [k, [[2, 0]], { attributes: { axes: [1] } }],
    [k, [['B', 3]], { attributes: { axes: [0] } }],
    [k, [['B', 3]]]
  ]),
  ['ArgMax', [[0, 3]], { attributes: { axis: 1 } }],
  ['ArgMax', [['B', 3]], { attributes: { axis: 1 } }],
  ['ArgMax', [SIX], { attributes: { axis: -1 } }],
  ['ArgMax', [['B', 3]], { attributes: { axis: 0 } }],
  ...['Softmax', 'LogSoftmax'].flatMap((k): Row[] => [
    [k, [[0, 3]]],
    [k, [[3, 0]]],
    [k, [['B', 3]]],
    [k, [['B', 3]], { attributes: { axis: 0 } }],
    [k, [SIX], { attributes: { axis: 3 } }]
  ]),
  ...['MeanSquaredError', 'MeanAbsoluteError', 'Huber', 'Hinge'].flatMap((k): Row[] => [
    [
      k,
      [
        [0, 2],
        [0, 2]
      ],
      { attributes: { reduction: 'sum' } }
    ],
    [
      k,
      [
        [0, 2],
        [0, 2]
      ]
    ],
    [
      k,
      [
        [0, 2],
        [0, 2]
      ],
      { attributes: { reduction: 'none' } }
    ],
    [k, [SIX, SIX]]
  ]),
  [
    'BinaryCrossEntropy',
    [
      [0, 2],
      [0, 2]
    ],
    { kinds: [null, 'binary'], domain: [0.1, 0.9] }
  ],
  [
    'BinaryCrossEntropyWithLogits',
    [
      [0, 2],
      [0, 2]
    ],
    { kinds: [null, 'binary'], attributes: { reduction: 'sum' } }
  ],
  ['BinaryCrossEntropyWithLogits', [SIX, SIX], { kinds: [null, 'binary'] }],
  [
    'SoftmaxCrossEntropyLoss',
    [
      [0, 3],
      [0, 3]
    ],
    { attributes: { reduction: 'sum' } }
  ],
  [
    'SoftmaxCrossEntropyLoss',
    [
      ['B', 3],
      ['B', 3]
    ],
    { kinds: [null, 'one-hot'] }
  ],
  ['SoftmaxCrossEntropyLoss', [['B', 3], ['B']], { kinds: [null, classes(3)] }],
  ['SoftmaxCrossEntropyLoss', [SIX, SIX], { kinds: [null, 'one-hot'] }],
  ['SoftmaxCrossEntropyLoss', [[0, 3], [0]], { kinds: [null, classes(3)], attributes: { reduction: 'none' } }],
  ['CategoricalCrossEntropy', [['B', 3], ['B']], { kinds: ['distribution', classes(3)] }],
  [
    'CategoricalCrossEntropy',
    [
      [0, 3],
      [0, 3]
    ],
    { kinds: ['distribution', 'one-hot'], attributes: { reduction: 'sum' } }
  ],
  ['NegativeLogLikelihoodLoss', [['B', 3], ['B']], { kinds: [null, classes(3)] }],
  ['NegativeLogLikelihoodLoss', [[0, 3], [0]], { kinds: [null, classes(3)], attributes: { reduction: 'sum' } }],
  ['NegativeLogLikelihoodLoss', [SIX, SIX.slice(0, 5)], { kinds: [null, classes(3)] }],
  [
    'KLDivergence',
    [
      [0, 3],
      [0, 3]
    ],
    { kinds: ['distribution', 'distribution'], attributes: { reduction: 'sum' } }
  ],
  ['Dense', [[0, 3]], { attributes: { units: 2 } }],
  ['Dense', [SIX], { attributes: { units: 2 } }],
  ['Dense', [['B', 2, 3]], { attributes: { units: 2, activation: 'softmax' } }],
  ['Dense', [[2, 0]], { attributes: { units: 2 } }],
  ['Conv2D', [[0, 1, 4, 4]], { attributes: { filters: 2 } }],
  [
    'Conv',
    [
      [0, 1, 4],
      [2, 1, 3]
    ]
  ],
  [
    'Conv',
    [
      ['B', 1, 4],
      [2, 1, 3]
    ]
  ],
  ['Embedding', [['B', 2]], { kinds: [classes(4)], attributes: { inputDim: 4, outputDim: 2 } }],
  ['Embedding', [[0]], { kinds: [classes(4)], attributes: { inputDim: 4, outputDim: 2 } }],
  ['Embedding', [[1, 2, 1, 2, 1]], { kinds: [classes(4)], attributes: { inputDim: 4, outputDim: 2 } }],
  ['BatchNorm', [[0, 3]]],
  ['BatchNormalization', [[0, 3], [3], [3]]],
  ['BatchNormalization', [SIX, [2], [2]]],
  ['LayerNorm', [['B', 4]]],
  ['LayerNorm', [[0, 4]]],
  ['LayerNorm', [SIX], { attributes: { axis: 4 } }],
  ['LayerNormalization', [[0, 4], [4], [4]]],
  ['LayerNormalization', [[2, 0], [0], [0]]],
  ['GlobalAveragePool', [[0, 2, 3, 3]]],
  ['MaxPool', [[0, 1, 4, 4]], { attributes: { kernel_shape: [2, 2] } }],
  ['AveragePool', [[0, 1, 4, 4]], { attributes: { kernel_shape: [2, 2] } }],
  ['MaxPool', [['B', 1, 4]], { attributes: { kernel_shape: [2] } }],
  ['Dropout', [[0, 2]]],
  ['Accuracy', [['B', 3], ['B']], { kinds: [null, classes(3)] }],
  [
    'Accuracy',
    [
      ['B', 3],
      ['B', 3]
    ],
    { kinds: [null, 'one-hot'] }
  ],
  ['Accuracy', [[0, 3], [0]], { kinds: [null, classes(3)] }],
  [
    'BinaryAccuracy',
    [
      ['B', 1],
      ['B', 1]
    ],
    { kinds: [null, 'binary'] }
  ],
  ['BinaryAccuracy', [[0], [0]], { kinds: [null, 'binary'] }],
  [
    'Outer',
    [
      [1, 2, 1],
      [2, 1, 2]
    ]
  ],
  [
    'Einsum',
    [
      ['B', 3],
      [3, 2]
    ],
    { attributes: { equation: 'ij,jk->ik' } }
  ],
  [
    'Einsum',
    [
      [1, 2, 1, 2, 1, 2],
      [2, 3]
    ],
    { attributes: { equation: '...i,ij->...j' } }
  ],
  ['Gemm', [['B', 3], [3, 2], [2]]],
  [
    'Dot',
    [
      ['B', 3],
      [2, 3]
    ]
  ],
  ['Pad', [SIX], { attributes: { pads: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2] } }],
  ['Pad', [['B', 2]], { attributes: { pads: [1, 0, 0, 1] } }],
  ['Custom', [[0, 2], [2]], { attributes: { inputs: 'a, b', forward: 'a * b' } }]
]

/** Elementwise operators take an open batch all in the same way. */
const OPEN: readonly Row[] = documentOps
  .filter((op) => op.scalar && op.samples[0])
  .map((op) => {
    const { shapes, domain, avoid, kinds, attributes } = op.samples[0] as Sample
    const more = Object.entries({ domain, avoid, kinds, attributes }).filter(([, value]) => value !== undefined)
    return [op.kind, shapes.map(() => ['B', 3]), Object.fromEntries(more)]
  })

export const shapeCases: readonly Case[] = [...ROWS, ...OPEN].map(([kind, shapes, more = {}]) => {
  const op = opOf(kind)
  if (!op) throw new Error(`${kind} is no operator`)
  const attributes = more.attributes ? ` ${JSON.stringify(more.attributes)}` : ''
  return { op, sample: { shapes, ...more }, name: `${kind} ${shapes.map((s) => `[${s}]`).join(' ')}${attributes}` }
})
