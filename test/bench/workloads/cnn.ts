/** A small network of convolutions on 28 × 28 images: 3×3×8, pool, 3×3×16, pool, dense 10; batch 64, RMSprop. */
import { digits } from './digits.ts'
import { firstValues, graph, settings, type Training } from './workload.ts'

const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], activation: 'relu' }
const half = { kernel_shape: [2, 2], strides: [2, 2] }

export function cnn(): Training {
  const optimizer = { kind: 'rmsprop', learningRate: 0.001 } as const
  const document = graph(
    'CNN',
    {
      data: ['Dataset', {}, { source: 'mnist', flatten: false }],
      conv1: ['Conv2D', { x: 'data.features' }, { filters: 8, ...window }],
      pool1: ['MaxPool', { x: 'conv1' }, half],
      conv2: ['Conv2D', { x: 'pool1' }, { filters: 16, ...window }],
      pool2: ['MaxPool', { x: 'conv2' }, half],
      flat: ['Flatten', { x: 'pool2' }],
      dense: ['Dense', { x: 'flat' }, { units: 10 }],
      loss: ['SoftmaxCrossEntropyLoss', { prediction: 'dense', target: 'data.labels' }]
    },
    settings(optimizer, 64)
  )
  return {
    kind: 'training',
    id: 'cnn',
    title: 'CNN: 28×28, conv 3×3×8, pool, conv 3×3×16, pool, dense 10, batch 64, RMSprop',
    document,
    optimizer,
    parameters: firstValues(document),
    batches: digits(64, false),
    feeds: { x: 'data#features', t: 'data#labels' },
    tolerance: 1e-3
  }
}
