/** Losses of classification: rows of classes along the last axis. */
import type { Builder, Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { TensorType } from '../ir/types.ts'
import { countOf, type Dim } from '../shape.ts'
import {
  attributes,
  combine,
  combinedParts,
  guardedLog,
  guardedLog64,
  inferClasses,
  LEAST_DIVISOR,
  lossByRows,
  oneHotTarget,
  reducedType,
  reduceNumbers,
  share,
  targetParts
} from './loss-rules.ts'
import { part } from './opening.ts'
import { broadcastReader, tabulate } from './reference.ts'
import { define, float, OUT } from './rules.ts'

const overGuarded = (b: Builder, t: Value, p: Value): Value => b.neg(b.div(t, b.max(p, LEAST_DIVISOR)))

const ROWS: Op['samples'] = [
  {
    shapes: [
      ['B', 3],
      ['B', 3]
    ],
    kinds: ['distribution', 'distribution']
  },
  {
    shapes: [
      [4, 3],
      [4, 3]
    ],
    kinds: ['distribution', 'one-hot']
  },
  { shapes: [[3], [3]], kinds: ['distribution', 'distribution'] },
  {
    shapes: [
      [2, 2, 3],
      [2, 2, 3]
    ],
    kinds: ['distribution', 'distribution'],
    attributes: { reduction: 'sum' }
  },
  {
    shapes: [
      [2, 4],
      [2, 4]
    ],
    kinds: ['distribution', 'distribution'],
    attributes: { reduction: 'none' }
  }
]

export const classLosses: readonly Op[] = [
  define({
    kind: 'SoftmaxCrossEntropyLoss',
    family: 'losses',
    title: 'Softmax with cross-entropy',
    doc: 'Softmax over the last axis of the logits, then the cross-entropy with the target: one-hot rows (or probabilities), or class indices. The mean is over the batch. Computed together it neither overflows nor divides.',
    formula: {
      forward: String.raw`L = -\frac{1}{N} \sum_n \sum_c t_{nc} \ln \mathrm{softmax}(z_n)_c`,
      backward: { prediction: String.raw`\frac{\partial L}{\partial z} = \frac{1}{N} (\mathrm{softmax}(z) - t)` }
    },
    keywords: ['loss', 'classification', 'categorical', 'logits', '교차 엔트로피', '손실'],
    inputs: [
      { name: 'prediction', doc: 'logits, classes along the last axis' },
      { name: 'target', doc: 'one-hot rows or class indices' }
    ],
    outputs: OUT,
    attributes,
    pattern: 'starts the walk',
    opens: (a, [z, t]) => {
      const [target, parts] = targetParts('SoftmaxCrossEntropyLoss', z, t)
      const terms = [
        part('logsoftmax', 'LogSoftmax', { x: 'input.prediction' }),
        part('mul', 'Mul', { a: target, b: 'logsoftmax' }),
        part('neg', 'Neg', { x: 'mul' })
      ]
      return combinedParts([...parts, ...terms], 'neg', a)
    },
    infer: ([p, t], a) => reducedType(inferClasses('SoftmaxCrossEntropyLoss', p as TensorType, t as TensorType), a),
    vjp: ({ b, inputs, upstream, attributes: a, needs }) => {
      const [z, target] = inputs as [Value, Value]
      const t = oneHotTarget(b, z, target)
      const each = z.type.shape.slice(0, -1)
      const share1 = share(b, upstream, each, a)
      // One factor per row, with the class axis put back.
      const s = share1.type.shape.length === 0 ? share1 : b.reshape(share1, [...each, 1])
      const last = each.length
      const weight =
        t === target
          ? b.mul(b.one('Softmax', z, { axis: -1 }), b.sum(t, [last], true))
          : b.one('Softmax', z, { axis: -1 })
      return [
        needs(0) ? b.mul(s, b.sub(weight, t)) : null,
        needs(1) && t === target ? b.neg(b.mul(s, b.one('LogSoftmax', z, { axis: -1 }))) : null
      ]
    },
    lower: (b, [z, target], a) => {
      const logits = z as Value
      const t = oneHotTarget(b, logits, target as Value)
      const each = b.neg(b.sum(b.mul(t, b.one('LogSoftmax', logits, { axis: -1 })), [logits.type.shape.length - 1]))
      return combine(b, each, a)
    },
    reference: ([z, t], a) => {
      const logits = z as NonNullable<typeof z>
      const classes = logits.shape.at(-1) as number
      const rows = countOf(logits.shape.slice(0, -1)) as number
      const indices = t?.shape.length !== logits.shape.length
      const each = Float64Array.from({ length: rows }, (_, n) => {
        const row = logits.data.subarray(n * classes, (n + 1) * classes)
        const top = row.reduce((m, v) => Math.max(m, v), Number.NEGATIVE_INFINITY)
        const logSum = top + Math.log(row.reduce((sum, v) => sum + Math.exp(v - top), 0))
        if (indices) return logSum - (row[t?.data[n] as number] as number)
        return row.reduce((sum, v, c) => sum + (t?.data[n * classes + c] as number) * (logSum - v), 0)
      })
      return reduceNumbers(each, a)
    },
    samples: [
      {
        shapes: [
          [4, 3],
          [4, 3]
        ],
        kinds: [null, 'one-hot']
      },
      { shapes: [[4, 3], [4]], kinds: [null, { indices: 3 }] },
      { shapes: [[3], [3]], kinds: [null, 'one-hot'] },
      {
        shapes: [
          [2, 2, 3],
          [2, 2, 3]
        ],
        kinds: [null, 'distribution'],
        attributes: { reduction: 'sum' }
      },
      { shapes: [[3, 4], [3]], kinds: [null, { indices: 4 }], attributes: { reduction: 'none' } }
    ]
  }),
  lossByRows({
    kind: 'CategoricalCrossEntropy',
    title: 'Categorical cross-entropy',
    doc: 'The cross-entropy of predicted probabilities with the target: one-hot rows (or probabilities), or class indices. The mean is over the batch. ln p counts as -100 where it is less, and the gradient divides by at least 1e-12 (the guards of PyTorch’s binary cross-entropy). For logits take Softmax with cross-entropy.',
    forward: String.raw`L = -\frac{1}{N} \sum_n \sum_c t_{nc} \ln p_{nc}`,
    backward: String.raw`\frac{\partial L}{\partial p_{nc}} = -\frac{1}{N} \frac{t_{nc}}{p_{nc}}`,
    keywords: ['classification', 'softmax', '교차 엔트로피'],
    prediction: 'probabilities, classes along the last axis',
    target: 'one-hot rows or class indices',
    indices: true,
    term: (b, p, t) => b.neg(b.mul(t, guardedLog(b, p))),
    reference: (p, t) => -t * guardedLog64(p),
    slope: (b, p, t) => overGuarded(b, t, p),
    slopeTarget: (b, p) => b.neg(guardedLog(b, p)),
    opens: '-t * log(max(p, 1e-38))',
    samples: [...ROWS, { shapes: [[4, 3], [4]], kinds: ['distribution', { indices: 3 }] }]
  }),
  lossByRows({
    kind: 'NegativeLogLikelihoodLoss',
    title: 'Negative log-likelihood',
    doc: 'Minus the log-probability of the target class. The prediction holds log-probabilities (from Log-softmax), classes along the last axis; the target class indices or one-hot rows. The mean is over the batch.',
    forward: String.raw`L = -\frac{1}{N} \sum_n \ell_{n, t_n}`,
    backward: String.raw`\frac{\partial L}{\partial \ell_{nc}} = -\frac{1}{N} [c = t_n]`,
    keywords: ['nll', 'classification', '음의 로그 가능도'],
    prediction: 'log-probabilities, classes along the last axis',
    target: 'class indices or one-hot rows',
    indices: true,
    term: (b, p, t) => b.neg(b.mul(t, p)),
    reference: (p, t) => -t * p,
    slope: (b, _p, t) => b.neg(t),
    slopeTarget: (b, p) => b.neg(p),
    opens: '-t * p',
    samples: [
      { shapes: [[4, 3], [4]], kinds: [null, { indices: 3 }] },
      {
        shapes: [
          [2, 3, 4],
          [2, 3]
        ],
        kinds: [null, { indices: 4 }],
        attributes: { reduction: 'sum' }
      },
      { shapes: [[3], []], kinds: [null, { indices: 3 }] },
      {
        shapes: [
          [3, 2],
          [3, 2]
        ],
        kinds: [null, 'one-hot'],
        attributes: { reduction: 'none' }
      }
    ]
  }),
  lossByRows({
    kind: 'KLDivergence',
    title: 'Kullback-Leibler divergence',
    doc: 'How far the predicted probabilities are from the target probabilities, both along the last axis; the mean is over the batch (PyTorch’s batchmean). Where the target is 0 the term and its gradient are 0; ln p counts as -100 where it is less, and the gradient divides by at least 1e-12.',
    forward: String.raw`L = \frac{1}{N} \sum_n \sum_c t_{nc} \ln \frac{t_{nc}}{p_{nc}}`,
    backward: String.raw`\frac{\partial L}{\partial p_{nc}} = -\frac{1}{N} \frac{t_{nc}}{p_{nc}}`,
    keywords: ['relative entropy', 'distribution', '쿨백-라이블러'],
    prediction: 'probabilities along the last axis',
    target: 'probabilities along the last axis',
    indices: false,
    term: (b, p, t) => b.mul(t, b.sub(guardedLog(b, b.where(b.greater(t, 0), t, 1)), guardedLog(b, p))),
    reference: (p, t) => (t > 0 ? t * (guardedLog64(t) - guardedLog64(p)) : -t * guardedLog64(p)),
    slope: (b, p, t) => overGuarded(b, t, p),
    slopeTarget: (b, p, t) => {
      const some = b.greater(t, 0)
      return b.where(some, b.add(1, b.sub(guardedLog(b, b.where(some, t, 1)), guardedLog(b, p))), 0)
    },
    opens: 't * (log(max(t, 1e-38)) - log(max(p, 1e-38)))',
    samples: ROWS.map((s) => ({ ...s, kinds: ['distribution', 'distribution'] }))
  }),
  define({
    kind: 'OneHot',
    family: 'internal',
    title: 'One-hot rows',
    doc: 'A row of 0 with a 1 at the index.',
    formula: { forward: 'y_{nc} = [x_n = c]' },
    inputs: [{ name: 'x' }],
    outputs: OUT,
    attributes: {},
    pattern: 'blocks',
    notDifferentiable: 'an index is a whole number: nothing can be changed a little',
    infer: ([x], a) => float([...(x?.shape ?? []), a.depth as Dim]),
    loop: (k) => `(${k.at(0, k.index.slice(0, -1))} == ${k.index.at(-1)} ? 1 : 0)`,
    reference: ([x], _a, shape) => {
      const read = broadcastReader(x as NonNullable<typeof x>)
      return tabulate(shape, (at) => (read(at.slice(0, -1)) === at.at(-1) ? 1 : 0))
    },
    samples: [{ shapes: [[4]], kinds: [{ indices: 3 }], attributes: { depth: 3 } }]
  })
]
