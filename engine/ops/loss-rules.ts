/** How losses are written down: one number per element, or per row of classes, made one number by `reduction`. */
import { parse } from '../expression/parse.ts'
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Composition, type Op, type Part } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { type Dim, type Shape, sameShape, showShape, sizeOf } from '../shape.ts'
import { choice } from './attributes.ts'
import { asFormula, part, partsOf } from './opening.ts'
import { define, float, needsRank, OUT } from './rules.ts'

const PREDICTION_TARGET = [{ name: 'prediction' }, { name: 'target' }] as const
export const attributes = {
  reduction: choice(
    'How the single losses become one: their mean, their sum, or not at all.',
    ['mean', 'sum', 'none'],
    'mean'
  )
}

/**
 * PyTorch's guards in binary_cross_entropy: a logarithm is not below -100, and a gradient is not divided by less than
 * 1e-12 (a float32 there, whatever the type of the tensors).
 */
const LEAST_LOG = -100
export const LEAST_DIVISOR = Math.fround(1e-12)
export const guardedLog = (b: Builder, p: Value): Value => b.max(b.one('Log', p), LEAST_LOG)
export const guardedLog64 = (p: number): number => Math.max(Math.log(p), LEAST_LOG)

/** The losses one by one, made one number by `reduction`. */
export function combine(b: Builder, each: Value, a: Attributes): Value {
  const reduction = attr.text(a, 'reduction')
  return reduction === 'none' ? each : b.reduce(reduction === 'mean' ? 'ReduceMean' : 'ReduceSum', each, null)
}

/** What each single loss's gradient is multiplied by: the upstream gradient, divided by their number for a mean. */
export function share(b: Builder, upstream: Value, each: Shape, a: Attributes): Value {
  if (attr.text(a, 'reduction') !== 'mean') return upstream
  // Counted on a stand-in of the right shape, since the batch may still be open.
  return b.div(upstream, b.count(b.full(each, 0), null))
}

export const reduceNumbers = (values: Float64Array, a: Attributes): ArrayLike<number> => {
  if (a.reduction === 'none') return values
  const sum = values.reduce((x, y) => x + y, 0)
  return [a.reduction === 'mean' ? sum / values.length : sum]
}

export const reducedType = (each: Shape, a: Attributes): TensorType => float(a.reduction === 'none' ? each : [])

interface Elementwise {
  kind: string
  title: string
  doc: string
  forward: string
  backward: string
  attributes?: Op['attributes']
  keywords: readonly string[]
  each: (b: Builder, p: Value, t: Value, a: Attributes) => Value
  reference: (p: number, t: number, a: Attributes) => number
  /** d(each)/d(prediction). */
  slope: (b: Builder, p: Value, t: Value, a: Attributes) => Value
  slopeTarget: (b: Builder, p: Value, t: Value, a: Attributes) => Value
  /** One element's loss as a formula of p and t. */
  opens: string
  samples: Op['samples']
}

/** A loss of one number per element of prediction and target, which have equal shapes. */
export const elementwiseLoss = (o: Elementwise): Op =>
  define({
    kind: o.kind,
    family: 'losses',
    title: o.title,
    doc: o.doc,
    formula: { forward: o.forward, backward: { prediction: o.backward } },
    keywords: ['loss', '손실', ...o.keywords],
    inputs: PREDICTION_TARGET,
    outputs: OUT,
    attributes: { ...o.attributes, ...attributes },
    pattern: 'starts the walk',
    opens: asFormula(({ reduction }) => (reduction === 'none' ? o.opens : `${reduction}(${o.opens})`), {
      p: 'prediction',
      z: 'prediction',
      t: 'target'
    }),
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
      return [needs(0) ? b.mul(s, o.slope(b, p, t, a)) : null, needs(1) ? b.mul(s, o.slopeTarget(b, p, t, a)) : null]
    },
    lower: (b, [p, t], a) => combine(b, o.each(b, p as Value, t as Value, a), a),
    reference: ([p, t], a) =>
      reduceNumbers(
        Float64Array.from(p?.data ?? [], (x, i) => o.reference(x, t?.data[i] as number, a)),
        a
      ),
    samples: o.samples
  })

export const pairs = (domain?: Op['samples'][number]['domain']): Op['samples'] => [
  { shapes: [[4], [4]], ...(domain ? { domain } : {}) },
  {
    shapes: [
      ['B', 2],
      ['B', 2]
    ],
    ...(domain ? { domain } : {})
  },
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
export function oneHotTarget(b: Builder, prediction: Value, target: Value): Value {
  const { shape } = prediction.type
  return target.type.shape.length === shape.length ? target : b.one('OneHot', target, { depth: shape.at(-1) as number })
}

/** The shape of the single losses: the prediction's without its classes. */
export function inferClasses(op: string, p: TensorType, t: TensorType, indices = true): Shape {
  needsRank(op, 'prediction', p.shape, 1, 'classes along its last axis')
  const each = p.shape.slice(0, -1)
  if (!sameShape(t.shape, p.shape) && !(indices && sameShape(t.shape, each))) {
    fail('shape.targets', {
      op,
      prediction: showShape(p.shape),
      target: showShape(t.shape),
      expected: indices
        ? `one-hot ${showShape(p.shape)} or class indices ${showShape(each)}`
        : 'of the same shape as the prediction'
    })
  }
  return each
}

/** The target as rows, in parts: class indices are compared with the numbers of all classes. */
export function targetParts(
  op: string,
  p: TensorType | undefined,
  t: TensorType | undefined,
  indices = true
): [string, Part[]] {
  const [prediction, target] = [p as TensorType, t as TensorType]
  inferClasses(op, prediction, target, indices)
  if (target.shape.length === prediction.shape.length) return ['input.target', []]
  const classes = prediction.shape.at(-1) as Dim
  if (typeof classes !== 'number') return fail('shape.symbolic', { op, axis: -1, shape: showShape(prediction.shape) })
  const all = { shape: [classes], values: Array.from({ length: classes }, (_, c) => c) }
  return [
    'onehot',
    [
      part('column', 'Unsqueeze', { x: 'input.target' }, { axes: [-1] }),
      { id: 'classes', op: 'Constant', attributes: all },
      part('onehot', 'Equal', { a: 'column', b: 'classes' })
    ]
  ]
}

/** The terms of the classes added up row by row, and the losses of the rows made one number by `reduction`. */
export function combinedParts(parts: readonly Part[], term: string, { reduction }: Attributes): Composition {
  const rows = part('rows', 'ReduceSum', { x: term }, { axes: [-1] })
  if (reduction === 'none') return { parts: [...parts, rows], outputs: { out: 'rows' } }
  const all = reduction === 'mean' ? part('mean', 'ReduceMean', { x: 'rows' }) : part('sum', 'ReduceSum', { x: 'rows' })
  return { parts: [...parts, rows, all], outputs: { out: all.id } }
}

interface ByRows {
  kind: string
  title: string
  doc: string
  forward: string
  backward: string
  keywords: readonly string[]
  prediction: string
  target: string
  /** Class indices do as well as rows. */
  indices: boolean
  /** What the classes of a row add up to its loss. */
  term: (b: Builder, p: Value, t: Value) => Value
  reference: (p: number, t: number) => number
  slope: (b: Builder, p: Value, t: Value) => Value
  slopeTarget: (b: Builder, p: Value, t: Value) => Value
  /** What one class adds to the loss of its row, as a formula of p and t. */
  opens: string
  samples: Op['samples']
}

/** A loss of one number per row: the terms of the classes, which lie along the last axis, added up. */
export const lossByRows = (o: ByRows): Op =>
  define({
    kind: o.kind,
    family: 'losses',
    title: o.title,
    doc: o.doc,
    formula: { forward: o.forward, backward: { prediction: o.backward } },
    keywords: ['loss', '손실', ...o.keywords],
    inputs: [
      { name: 'prediction', doc: o.prediction },
      { name: 'target', doc: o.target }
    ],
    outputs: OUT,
    attributes,
    pattern: 'starts the walk',
    opens: (a, [p, t]) => {
      const [target, parts] = targetParts(o.kind, p, t, o.indices)
      const term = partsOf(parse(o.opens), (name) => (name === 't' ? target : 'input.prediction'), parts)
      return combinedParts(parts, term, a)
    },
    infer: ([p, t], a) => reducedType(inferClasses(o.kind, p as TensorType, t as TensorType, o.indices), a),
    vjp: ({ b, inputs, upstream, attributes: a, needs }) => {
      const [p, target] = inputs as [Value, Value]
      const t = oneHotTarget(b, p, target)
      const each = p.type.shape.slice(0, -1)
      const s = share(b, upstream, each, a)
      // One factor per row, with the class axis put back.
      const wide = s.type.shape.length === 0 ? s : b.reshape(s, [...each, 1])
      return [
        needs(0) ? b.mul(wide, o.slope(b, p, t)) : null,
        needs(1) && t === target ? b.mul(wide, o.slopeTarget(b, p, t)) : null
      ]
    },
    lower: (b, [p, target], a) => {
      const prediction = p as Value
      const t = oneHotTarget(b, prediction, target as Value)
      return combine(b, b.sum(o.term(b, prediction, t), [prediction.type.shape.length - 1]), a)
    },
    reference: ([p, t], a) => {
      const prediction = p as NonNullable<typeof p>
      const classes = prediction.shape.at(-1) as number
      const indices = t?.shape.length !== prediction.shape.length
      const each = Float64Array.from({ length: sizeOf(prediction.shape.slice(0, -1)) }, (_, n) =>
        prediction.data.subarray(n * classes, (n + 1) * classes).reduce((sum, x, c) => {
          const target = indices ? (t?.data[n] === c ? 1 : 0) : (t?.data[n * classes + c] as number)
          return sum + o.reference(x, target)
        }, 0)
      )
      return reduceNumbers(each, a)
    },
    samples: o.samples
  })
