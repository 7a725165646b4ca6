/** Losses: how far a prediction is from its target, as one number. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Op } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { countOf, type Dim, type Shape, sameShape, showShape } from '../shape.ts'
import { choice } from './attributes.ts'
import { broadcastReader, tabulate } from './reference.ts'
import { define, float, needsRank, OUT } from './rules.ts'

const PREDICTION_TARGET = [{ name: 'prediction' }, { name: 'target' }] as const
const attributes = {
  reduction: choice(
    'How the single losses become one: their mean, their sum, or not at all.',
    ['mean', 'sum', 'none'],
    'mean'
  )
}

/** The losses one by one, made one number by `reduction`. */
function combine(b: Builder, each: Value, a: Attributes): Value {
  const reduction = attr.text(a, 'reduction')
  return reduction === 'none' ? each : b.reduce(reduction === 'mean' ? 'ReduceMean' : 'ReduceSum', each, null)
}

/** What each single loss's gradient is multiplied by: the upstream gradient, divided by their number for a mean. */
function share(b: Builder, upstream: Value, each: Shape, a: Attributes): Value {
  if (attr.text(a, 'reduction') !== 'mean') return upstream
  // Counted on a stand-in of the right shape, since the batch may still be open.
  return b.div(upstream, b.count(b.full(each, 0), null))
}

const reduceNumbers = (values: Float64Array, a: Attributes): ArrayLike<number> => {
  if (a.reduction === 'none') return values
  const sum = values.reduce((x, y) => x + y, 0)
  return [a.reduction === 'mean' ? sum / values.length : sum]
}

const reducedType = (each: Shape, a: Attributes): TensorType => float(a.reduction === 'none' ? each : [])

interface Elementwise {
  kind: string
  title: string
  doc: string
  forward: string
  backward: string
  keywords: readonly string[]
  each: (b: Builder, p: Value, t: Value) => Value
  reference: (p: number, t: number) => number
  /** d(each)/d(prediction). */
  slope: (b: Builder, p: Value, t: Value) => Value
  slopeTarget: (b: Builder, p: Value, t: Value) => Value
  samples: Op['samples']
}

/** A loss of one number per element of prediction and target, which have equal shapes. */
const elementwiseLoss = (o: Elementwise): Op =>
  define({
    kind: o.kind,
    family: 'losses',
    title: o.title,
    doc: o.doc,
    formula: { forward: o.forward, backward: { prediction: o.backward } },
    keywords: ['loss', '손실', ...o.keywords],
    inputs: PREDICTION_TARGET,
    outputs: OUT,
    attributes,
    pattern: 'starts the walk',
    infer: ([p, t], a) => {
      const [prediction, target] = [p?.shape ?? [], t?.shape ?? []]
      if (!sameShape(prediction, target)) {
        fail('shape.targets', {
          op: o.kind,
          prediction: showShape(prediction),
          target: showShape(target),
          expected: 'of the same shape as the prediction'
        })
      }
      return reducedType(prediction, a)
    },
    vjp: ({ b, inputs, upstream, attributes: a, needs }) => {
      const [p, t] = inputs as [Value, Value]
      const s = share(b, upstream, p.type.shape, a)
      return [needs(0) ? b.mul(s, o.slope(b, p, t)) : null, needs(1) ? b.mul(s, o.slopeTarget(b, p, t)) : null]
    },
    lower: (b, [p, t], a) => combine(b, o.each(b, p as Value, t as Value), a),
    reference: ([p, t], a) =>
      reduceNumbers(
        Float64Array.from(p?.data ?? [], (x, i) => o.reference(x, t?.data[i] as number)),
        a
      ),
    samples: o.samples
  })

const pairs = (domain?: Op['samples'][number]['domain']): Op['samples'] => [
  { shapes: [[4], [4]], ...(domain ? { domain } : {}) },
  {
    shapes: [
      [3, 2],
      [3, 2]
    ],
    attributes: { reduction: 'sum' },
    ...(domain ? { domain } : {})
  },
  {
    shapes: [
      [2, 2, 2],
      [2, 2, 2]
    ],
    attributes: { reduction: 'none' },
    ...(domain ? { domain } : {})
  }
]

/** Class indices become rows of 0 and 1; rows of probabilities stay. */
function oneHotTarget(b: Builder, prediction: Value, target: Value): Value {
  const { shape } = prediction.type
  return target.type.shape.length === shape.length ? target : b.one('OneHot', target, { depth: shape.at(-1) as number })
}

function inferClasses(op: string, p: TensorType, t: TensorType): Shape {
  needsRank(op, 'prediction', p.shape, 1, 'classes along its last axis')
  const each = p.shape.slice(0, -1)
  if (!sameShape(t.shape, p.shape) && !sameShape(t.shape, each)) {
    fail('shape.targets', {
      op,
      prediction: showShape(p.shape),
      target: showShape(t.shape),
      expected: `one-hot ${showShape(p.shape)} or class indices ${showShape(each)}`
    })
  }
  return each
}

export const losses: readonly Op[] = [
  elementwiseLoss({
    kind: 'MeanSquaredError',
    title: 'Mean squared error',
    doc: 'The mean of the squared differences over all elements.',
    forward: String.raw`L = \frac{1}{n} \sum_i (p_i - t_i)^2`,
    backward: String.raw`\frac{\partial L}{\partial p_i} = \frac{2}{n} (p_i - t_i)`,
    keywords: ['mse', 'l2', 'regression', '평균 제곱 오차'],
    each: (b, p, t) => {
      const d = b.sub(p, t)
      return b.mul(d, d)
    },
    reference: (p, t) => (p - t) ** 2,
    slope: (b, p, t) => b.mul(2, b.sub(p, t)),
    slopeTarget: (b, p, t) => b.mul(2, b.sub(t, p)),
    samples: pairs()
  }),
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
