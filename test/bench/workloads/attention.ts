/** Self-attention with four heads over 64 tokens of 64 numbers, added to its input; batch 8, squared error, RMSprop. */
import { firstValues, graph, type Short, settings, type Training, uniform } from './workload.ts'

export const HEADS = 4
const [BATCH, TOKENS, WIDTH] = [8, 64, 64]
const HEAD = WIDTH / HEADS

const kernel: Short = ['Parameter', {}, { shape: [WIDTH, WIDTH], init: { kind: 'glorotUniform' } }]

/** x · w, cut into heads, its axes (batch, token, head, number) in the order of `perm`. */
const heads = (name: string, perm: readonly number[]): Record<string, Short> => ({
  [`w${name}`]: kernel,
  [name]: ['MatMul', { a: 'x', b: `w${name}` }],
  [`${name}Cut`]: ['Reshape', { x: name }, { shape: [0, 0, HEADS, HEAD] }],
  [`${name}Heads`]: ['Transpose', { x: `${name}Cut` }, { perm: [...perm] }]
})

export function attention(): Training {
  const optimizer = { kind: 'rmsprop', learningRate: 0.001 } as const
  const document = graph(
    'Attention',
    {
      x: ['Input', {}, { shape: [null, TOKENS, WIDTH] }],
      t: ['Input', {}, { shape: [null, TOKENS, WIDTH] }],
      ...heads('q', [0, 2, 1, 3]),
      ...heads('k', [0, 2, 3, 1]),
      ...heads('v', [0, 2, 1, 3]),
      products: ['MatMul', { a: 'qHeads', b: 'kHeads' }],
      scale: ['Constant', {}, { shape: [], values: [1 / Math.sqrt(HEAD)] }],
      scores: ['Mul', { a: 'products', b: 'scale' }],
      weights: ['Softmax', { x: 'scores' }, { axis: -1 }],
      mixed: ['MatMul', { a: 'weights', b: 'vHeads' }],
      back: ['Transpose', { x: 'mixed' }, { perm: [0, 2, 1, 3] }],
      joined: ['Reshape', { x: 'back' }, { shape: [0, 0, WIDTH] }],
      wo: kernel,
      out: ['MatMul', { a: 'joined', b: 'wo' }],
      y: ['Add', { a: 'out', b: 'x' }],
      loss: ['MeanSquaredError', { prediction: 'y', target: 't' }]
    },
    settings(optimizer, BATCH)
  )
  return {
    kind: 'training',
    id: 'attention',
    title: 'Attention: 4 heads, 64 tokens of 64 numbers, batch 8, RMSprop',
    document,
    optimizer,
    parameters: firstValues(document),
    batches: Array.from({ length: 4 }, (_, n) => ({
      x: uniform(`x${n}`, [BATCH, TOKENS, WIDTH]),
      t: uniform(`t${n}`, [BATCH, TOKENS, WIDTH])
    })),
    feeds: { x: 'x', t: 't' },
    tolerance: 1e-4
  }
}
