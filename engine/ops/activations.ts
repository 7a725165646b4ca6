/** Activations. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Op, type Part } from '../ir/op.ts'
import type { Attributes, AttributeValue } from '../ir/types.ts'
import type { Shape } from '../shape.ts'
import { integer } from './attributes.ts'
import { unary } from './elementwise.ts'
import { asFormula, part } from './opening.ts'
import { reader, tabulate } from './reference.ts'
import { axisIn, define, float, OUT, X } from './rules.ts'

/** Softmax and its logarithm along one axis, shifted by the maximum so that nothing overflows. */
const axisOf = (a: Attributes, shape: Shape): number => axisIn('Softmax', attr.number(a, 'axis'), shape)

function shifted(b: Builder, x: Value, axis: number): Value {
  return b.sub(x, b.reduce('ReduceMax', x, [axis], true))
}

const along = (axis: AttributeValue | undefined): Attributes => ({ axes: [axis as number], keepdims: 1 })

/** e to the power of x less its maximum, in parts. */
const shiftedParts = (axis: AttributeValue | undefined): Part[] => [
  part('max', 'ReduceMax', { x: 'input.x' }, along(axis)),
  part('sub', 'Sub', { a: 'input.x', b: 'max' }),
  part('exp', 'Exp', { x: 'sub' })
]

const alongAxis = (
  o: Pick<Op, 'kind' | 'title' | 'doc' | 'keywords' | 'formula' | 'vjp' | 'lower' | 'opens'> & {
    value: (xs: readonly number[], i: number) => number
  }
): Op =>
  define({
    kind: o.kind,
    family: 'activations',
    title: o.title,
    doc: o.doc,
    formula: o.formula,
    ...(o.keywords ? { keywords: o.keywords } : {}),
    inputs: X,
    outputs: OUT,
    attributes: { axis: integer('The axis whose elements add up to 1.', { default: -1 }) },
    pattern: 'scales',
    infer: ([x], a) => {
      axisOf(a, x?.shape ?? [])
      return float(x?.shape ?? [])
    },
    ...(o.vjp ? { vjp: o.vjp } : {}),
    ...(o.lower ? { lower: o.lower } : {}),
    ...(o.opens ? { opens: o.opens } : {}),
    reference: ([x], a, shape) => {
      const read = reader(x as NonNullable<typeof x>)
      const axis = axisOf(a, shape)
      return tabulate(shape, (at) => {
        const xs = Array.from({ length: shape[axis] as number }, (_, i) => read(at.map((c, d) => (d === axis ? i : c))))
        return o.value(xs, at[axis] as number)
      })
    },
    samples: [
      { shapes: [[4]] },
      { shapes: [[3, 5]] },
      { shapes: [[2, 3, 4]], attributes: { axis: 1 } },
      { shapes: [[2, 3]], domain: [-60, 60] }
    ]
  })

const logSum = (xs: readonly number[]): number => {
  const top = Math.max(...xs)
  return top + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - top), 0))
}

export const activations: readonly Op[] = [
  unary(
    {
      kind: 'Relu',
      title: 'ReLU',
      doc: 'x where it is positive, else 0. The gradient at 0 is 0, as in PyTorch.',
      forward: String.raw`y = \max(0, x)`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} [x > 0]`,
      pattern: 'gates',
      rectifier: true,
      keywords: ['rectifier', '렐루'],
      opens: asFormula('where(x > 0, x, 0)'),
      // Asked this way round NaN stays NaN, and is found where it began.
      scalar: (x) => `(${x} < 0 ? 0 : ${x})`,
      reference: (x) => (x < 0 ? 0 : x),
      // Asked of the output, which is kept in any case: what goes into the activation need not be.
      gradient: ({ b, y, g }) => b.where(b.greater(y, 0), g, 0),
      avoid: [0]
    },
    'activations'
  ),
  unary(
    {
      kind: 'Sigmoid',
      title: 'Sigmoid',
      doc: 'Squeezes x into 0…1.',
      forward: String.raw`y = \frac{1}{1 + e^{-x}}`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, y (1 - y)`,
      pattern: 'scales',
      keywords: ['logistic', '시그모이드'],
      opens: asFormula('1 / (1 + exp(-x))'),
      scalar: (x) => `(1 / (1 + Math.exp(-(${x}))))`,
      reference: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
      gradient: ({ b, y, g }) => b.mul(g, b.mul(y, b.sub(1, y)))
    },
    'activations'
  ),
  unary(
    {
      kind: 'Tanh',
      title: 'Tanh',
      doc: 'Squeezes x into -1…1.',
      forward: String.raw`y = \tanh x`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} (1 - y^2)`,
      pattern: 'scales',
      keywords: ['hyperbolic tangent', '하이퍼볼릭 탄젠트'],
      // (e^x - e^-x) / (e^x + e^-x) in a form that does not overflow
      opens: asFormula('2 * sigmoid(2 * x) - 1'),
      scalar: (x) => `Math.tanh(${x})`,
      reference: (x) => Math.tanh(x),
      gradient: ({ b, y, g }) => b.mul(g, b.sub(1, b.mul(y, y)))
    },
    'activations'
  ),
  alongAxis({
    kind: 'Softmax',
    title: 'Softmax',
    doc: 'Turns numbers into probabilities along an axis: positive, adding up to 1.',
    keywords: ['probabilities', '소프트맥스'],
    opens: ({ axis }) => ({
      parts: [
        ...shiftedParts(axis),
        part('sum', 'ReduceSum', { x: 'exp' }, along(axis)),
        part('div', 'Div', { a: 'exp', b: 'sum' })
      ],
      outputs: { out: 'div' }
    }),
    formula: {
      forward: String.raw`y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_i} = y_i \left( \frac{\partial L}{\partial y_i} - \sum_j \frac{\partial L}{\partial y_j} y_j \right)`
      }
    },
    vjp: ({ b, output, upstream, attributes }) => {
      const axis = axisOf(attributes, output.type.shape)
      return [b.mul(output, b.sub(upstream, b.sum(b.mul(upstream, output), [axis], true)))]
    },
    lower: (b, [x], a) => {
      const axis = axisOf(a, (x as Value).type.shape)
      const e = b.one('Exp', shifted(b, x as Value, axis))
      return b.div(e, b.sum(e, [axis], true))
    },
    value: (xs, i) => Math.exp((xs[i] as number) - logSum(xs))
  }),
  alongAxis({
    kind: 'LogSoftmax',
    title: 'Log-softmax',
    doc: 'The logarithm of softmax, without the overflow of taking one after the other.',
    keywords: ['log-probabilities', '로그 소프트맥스'],
    opens: ({ axis }) => ({
      parts: [
        ...shiftedParts(axis),
        part('sum', 'ReduceSum', { x: 'exp' }, along(axis)),
        part('log', 'Log', { x: 'sum' }),
        part('out', 'Sub', { a: 'sub', b: 'log' })
      ],
      outputs: { out: 'out' }
    }),
    formula: {
      forward: String.raw`y_i = x_i - \ln \sum_j e^{x_j}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial y_i} - e^{y_i} \sum_j \frac{\partial L}{\partial y_j}`
      }
    },
    vjp: ({ b, output, upstream, attributes }) => {
      const axis = axisOf(attributes, output.type.shape)
      return [b.sub(upstream, b.mul(b.one('Exp', output), b.sum(upstream, [axis], true)))]
    },
    lower: (b, [x], a) => {
      const axis = axisOf(a, (x as Value).type.shape)
      const z = shifted(b, x as Value, axis)
      return b.sub(z, b.one('Log', b.sum(b.one('Exp', z), [axis], true)))
    },
    value: (xs, i) => (xs[i] as number) - logSum(xs)
  })
]
