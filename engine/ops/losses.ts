/** Losses of one number per element: regression, and yes-or-no classification. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Op } from '../ir/op.ts'
import { number } from './attributes.ts'
import { elementwiseLoss, guardedLog, guardedLog64, LEAST_DIVISOR, pairs } from './loss-rules.ts'

const yesOrNo = (domain: readonly [number, number]): Op['samples'] =>
  pairs(domain).map((s, i) => ({
    ...s,
    ...(i === 2 ? {} : { kinds: [null, 'binary'] as const }),
    domain: i === 2 ? [domain, [0.1, 0.9]] : domain
  }))

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
    opens: '(p - t) * (p - t)',
    samples: pairs()
  }),
  elementwiseLoss({
    kind: 'MeanAbsoluteError',
    title: 'Mean absolute error',
    doc: 'The mean of the absolute differences over all elements. The gradient where both are equal is 0, as in PyTorch.',
    forward: String.raw`L = \frac{1}{n} \sum_i |p_i - t_i|`,
    backward: String.raw`\frac{\partial L}{\partial p_i} = \frac{1}{n} \mathrm{sign}(p_i - t_i)`,
    keywords: ['mae', 'l1', 'regression', '평균 절대 오차'],
    each: (b, p, t) => b.one('Abs', b.sub(p, t)),
    reference: (p, t) => Math.abs(p - t),
    slope: (b, p, t) => b.one('Sign', b.sub(p, t)),
    slopeTarget: (b, p, t) => b.one('Sign', b.sub(t, p)),
    opens: 'abs(p - t)',
    samples: pairs()
  }),
  elementwiseLoss({
    kind: 'Huber',
    title: 'Huber loss',
    doc: 'Half the square of the difference up to delta, beyond it a straight line of slope delta (PyTorch’s huber_loss). It has no kinks.',
    forward: String.raw`\begin{gathered} L = \frac{1}{n} \sum_i \begin{cases} \frac{1}{2} d_i^2 & |d_i| \le \delta \\ \delta (|d_i| - \frac{1}{2} \delta) & |d_i| > \delta \end{cases} \\ d = p - t \end{gathered}`,
    backward: String.raw`\frac{\partial L}{\partial p_i} = \frac{1}{n} \min(\max(d_i, -\delta), \delta)`,
    attributes: { delta: number('Where the square becomes a line.', { default: 1, min: 0 }) },
    keywords: ['smooth l1', 'robust', 'regression', '후버'],
    // With c = d kept within ±delta both pieces are c · (d - c / 2).
    each: (b, p, t, a) => {
      const d = b.sub(p, t)
      const c = kept(b, d, attr.number(a, 'delta'))
      return b.mul(c, b.sub(d, b.mul(0.5, c)))
    },
    reference: (p, t, a) => {
      const [d, delta] = [Math.abs(p - t), attr.number(a, 'delta')]
      return d <= delta ? 0.5 * d * d : delta * (d - 0.5 * delta)
    },
    slope: (b, p, t, a) => kept(b, b.sub(p, t), attr.number(a, 'delta')),
    slopeTarget: (b, p, t, a) => kept(b, b.sub(t, p), attr.number(a, 'delta')),
    opens: 'max(min(p - t, delta), -delta) * (p - t - max(min(p - t, delta), -delta) / 2)',
    samples: [...pairs(), { shapes: [[6], [6]], attributes: { delta: 0.4 } }]
  }),
  elementwiseLoss({
    kind: 'BinaryCrossEntropy',
    title: 'Binary cross-entropy',
    doc: 'For predicted probabilities of yes and targets 0 or 1 (or probabilities). As in PyTorch a logarithm counts as -100 where it is less, and the gradient divides by at least 1e-12.',
    forward: String.raw`L = -\frac{1}{n} \sum_i t_i \ln p_i + (1 - t_i) \ln (1 - p_i)`,
    backward: String.raw`\frac{\partial L}{\partial p_i} = \frac{1}{n} \frac{p_i - t_i}{p_i (1 - p_i)}`,
    keywords: ['bce', 'logistic', 'multi-label', '이진 교차 엔트로피'],
    each: (b, p, t) => b.neg(b.add(b.mul(t, guardedLog(b, p)), b.mul(b.sub(1, t), guardedLog(b, b.sub(1, p))))),
    reference: (p, t) => -(t * guardedLog64(p) + (1 - t) * guardedLog64(1 - p)),
    slope: (b, p, t) => b.div(b.sub(p, t), b.max(b.mul(p, b.sub(1, p)), LEAST_DIVISOR)),
    slopeTarget: (b, p) => b.sub(guardedLog(b, b.sub(1, p)), guardedLog(b, p)),
    opens: '-(t * log(max(p, 1e-38)) + (1 - t) * log(max(1 - p, 1e-38)))',
    samples: yesOrNo([0.1, 0.9])
  }),
  elementwiseLoss({
    kind: 'BinaryCrossEntropyWithLogits',
    title: 'Sigmoid with binary cross-entropy',
    doc: 'The binary cross-entropy of sigmoid(z), for logits z and targets 0 or 1 (or probabilities). Computed together it neither overflows nor loses digits, however large the logits.',
    forward: String.raw`L = \frac{1}{n} \sum_i \max(z_i, 0) - z_i t_i + \ln(1 + e^{-|z_i|})`,
    backward: String.raw`\frac{\partial L}{\partial z_i} = \frac{1}{n} (\mathrm{sigmoid}(z_i) - t_i)`,
    keywords: ['bce', 'logits', 'logistic', 'sigmoid', 'multi-label', '이진 교차 엔트로피'],
    each: (b, z, t) => {
      // The part without the logarithm apart: |z| is taken from it only where the sign of z and the target disagree.
      const line = b.sub(b.max(z, 0), b.mul(z, t))
      return b.add(line, b.one('Softplus', b.neg(b.one('Abs', z))))
    },
    reference: (z, t) => Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z))),
    slope: (b, z, t) => b.sub(b.one('Sigmoid', z), t),
    slopeTarget: (b, z) => b.neg(z),
    opens: 'max(z, 0) - z * t + log(1 + exp(-abs(z)))',
    samples: [...yesOrNo([-3, 3]), { shapes: [[6], [6]], domain: [-1000, 1000], kinds: [null, 'binary'] }]
  }),
  elementwiseLoss({
    kind: 'Hinge',
    title: 'Hinge loss',
    doc: 'The mean of max(0, 1 - t · p) for targets -1 or 1: right answers by a margin of 1 cost nothing (Keras’ hinge). The gradient at the kink is 0.',
    forward: String.raw`L = \frac{1}{n} \sum_i \max(0, 1 - t_i p_i)`,
    backward: String.raw`\frac{\partial L}{\partial p_i} = -\frac{1}{n}\, t_i\, [t_i p_i < 1]`,
    keywords: ['svm', 'margin', '힌지'],
    each: (b, p, t) => b.max(0, b.sub(1, b.mul(t, p))),
    reference: (p, t) => Math.max(0, 1 - t * p),
    slope: (b, p, t) => b.where(b.less(b.mul(t, p), 1), b.neg(t), 0),
    slopeTarget: (b, p, t) => b.where(b.less(b.mul(t, p), 1), b.neg(p), 0),
    opens: 'max(0, 1 - t * p)',
    samples: pairs()
  })
]

const kept = (b: Builder, x: Value, delta: number): Value => b.max(b.min(x, delta), -delta)
