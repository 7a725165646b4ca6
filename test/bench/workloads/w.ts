/** W: the MNIST MLP of examples/mnist-mlp, 784-512-10, ReLU, softmax with cross-entropy, batch 128, RMSprop. */
import { digits } from './digits.ts'
import { firstValues, graph, settings, type Training } from './workload.ts'

export function w(): Training {
  const optimizer = { kind: 'rmsprop', learningRate: 0.001 } as const
  const document = graph(
    'W',
    {
      data: ['Dataset', {}, { source: 'mnist' }],
      dense1: ['Dense', { x: 'data.features' }, { units: 512, activation: 'relu' }],
      dense2: ['Dense', { x: 'dense1' }, { units: 10 }],
      loss: ['SoftmaxCrossEntropyLoss', { prediction: 'dense2', target: 'data.labels' }]
    },
    settings(optimizer, 128)
  )
  return {
    kind: 'training',
    id: 'w',
    title: 'W: MNIST MLP 784-512-10, batch 128, RMSprop',
    document,
    optimizer,
    parameters: firstValues(document),
    batches: digits(128, true),
    feeds: { x: 'data#features', t: 'data#labels' },
    tolerance: 1e-3
  }
}
