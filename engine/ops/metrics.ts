/** Metrics: numbers for people, not for gradients. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Op } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { sameShape, showShape } from '../shape.ts'
import { number } from './attributes.ts'
import { constantPart, part } from './opening.ts'
import { define, float, needsRank, OUT } from './rules.ts'

const PORTS = [{ name: 'prediction' }, { name: 'target' }] as const
const flat = 'accuracy counts right answers: it does not change when a prediction changes a little'

const isIndices = (p: TensorType, t: TensorType): boolean => t.shape.length === p.shape.length - 1

/** The class of each row: where the largest entry stands, or the index itself. */
const classOf = (b: Builder, x: Value): Value => b.one('ArgMax', x, { axis: x.type.shape.length - 1, keepdims: 0 })

const best = (row: Float64Array): number => row.reduce((at, v, i) => (v > (row[at] as number) ? i : at), 0)

/** Losses from which accuracy follows: the metric and its attributes. */
const ACCURACY: Readonly<Record<string, { readonly op: string; readonly attributes: Attributes }>> = {
  SoftmaxCrossEntropyLoss: { op: 'Accuracy', attributes: {} },
  CategoricalCrossEntropy: { op: 'Accuracy', attributes: {} },
  NegativeLogLikelihoodLoss: { op: 'Accuracy', attributes: {} },
  BinaryCrossEntropy: { op: 'BinaryAccuracy', attributes: { threshold: 0.5 } },
  BinaryCrossEntropyWithLogits: { op: 'BinaryAccuracy', attributes: { threshold: 0 } }
}

export const accuracyOf = (loss: string): { readonly op: string; readonly attributes: Attributes } | undefined =>
  ACCURACY[loss]

export const metrics: readonly Op[] = [
  define({
    kind: 'Accuracy',
    family: 'metrics',
    title: 'Accuracy',
    doc: 'The share of rows whose largest prediction is the right class. The target is one-hot or class indices.',
    formula: { forward: String.raw`y = \frac{1}{N} \sum_n \left[ \arg\max_c p_{nc} = t_n \right]` },
    keywords: ['metric', '정확도'],
    inputs: PORTS,
    outputs: OUT,
    attributes: {},
    pattern: 'blocks',
    notDifferentiable: flat,
    opens: (_, [p, t]) => {
      const classes = (id: string, of: string) => part(id, 'ArgMax', { x: `input.${of}` }, { axis: -1 })
      const indices = isIndices(p as TensorType, t as TensorType)
      return {
        parts: [
          classes('guess', 'prediction'),
          ...(indices ? [] : [classes('truth', 'target')]),
          part('right', 'Equal', { a: 'guess', b: indices ? 'input.target' : 'truth' }),
          part('mean', 'ReduceMean', { x: 'right' })
        ],
        outputs: { out: 'mean' }
      }
    },
    infer: ([p, t]) => {
      const [prediction, target] = [p as TensorType, t as TensorType]
      needsRank('Accuracy', 'prediction', prediction.shape, 1, 'classes along its last axis')
      const each = prediction.shape.slice(0, -1)
      if (!sameShape(target.shape, prediction.shape) && !sameShape(target.shape, each)) {
        fail('shape.targets', {
          op: 'Accuracy',
          prediction: showShape(prediction.shape),
          target: showShape(target.shape),
          expected: `one-hot ${showShape(prediction.shape)} or class indices ${showShape(each)}`
        })
      }
      return float([])
    },
    lower: (b, [p, t]) => {
      const [prediction, target] = [p as Value, t as Value]
      const truth = isIndices(prediction.type, target.type) ? target : classOf(b, target)
      return b.reduce('ReduceMean', b.equal(classOf(b, prediction), truth), null)
    },
    reference: ([p, t]) => {
      const prediction = p as NonNullable<typeof p>
      const classes = prediction.shape.at(-1) as number
      const rows = prediction.data.length / classes
      const indices = t?.shape.length !== prediction.shape.length
      let right = 0
      for (let n = 0; n < rows; n++) {
        const row = (data: Float64Array) => data.subarray(n * classes, (n + 1) * classes)
        const truth = indices ? (t?.data[n] as number) : best(row(t?.data as Float64Array))
        if (best(row(prediction.data)) === truth) right++
      }
      return [right / rows]
    },
    samples: [
      {
        shapes: [
          [5, 3],
          [5, 3]
        ],
        kinds: [null, 'one-hot']
      },
      { shapes: [[5, 3], [5]], kinds: [null, { indices: 3 }] }
    ]
  }),
  define({
    kind: 'BinaryAccuracy',
    family: 'metrics',
    title: 'Binary accuracy',
    doc: 'The share of predictions on the right side of the threshold. Use the threshold 0 for logits.',
    formula: { forward: String.raw`y = \frac{1}{n} \sum_i \left[ [p_i > \theta] = t_i \right]` },
    keywords: ['metric', '정확도'],
    inputs: PORTS,
    outputs: OUT,
    attributes: { threshold: number('A prediction above it counts as 1.', { default: 0.5 }) },
    pattern: 'blocks',
    notDifferentiable: flat,
    opens: (a) => ({
      parts: [
        constantPart('threshold', attr.number(a, 'threshold')),
        part('guess', 'Greater', { a: 'input.prediction', b: 'threshold' }),
        part('right', 'Equal', { a: 'guess', b: 'input.target' }),
        part('mean', 'ReduceMean', { x: 'right' })
      ],
      outputs: { out: 'mean' }
    }),
    infer: ([p, t]) => {
      const [prediction, target] = [p?.shape ?? [], t?.shape ?? []]
      if (!sameShape(prediction, target)) {
        fail('shape.targets', {
          op: 'BinaryAccuracy',
          prediction: showShape(prediction),
          target: showShape(target),
          expected: 'of the same shape as the prediction'
        })
      }
      return float([])
    },
    lower: (b, [p, t], a) =>
      b.reduce('ReduceMean', b.equal(b.greater(p as Value, a.threshold as number), t as Value), null),
    reference: ([p, t], a) => {
      const right = p?.data.reduce(
        (sum, v, i) => sum + ((v > (a.threshold as number) ? 1 : 0) === t?.data[i] ? 1 : 0),
        0
      ) as number
      return [right / (p?.data.length as number)]
    },
    samples: [{ shapes: [[6], [6]], kinds: [null, 'binary'], avoid: [0.5] }]
  })
]
