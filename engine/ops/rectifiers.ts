/** Activations made of straight or exponential pieces. */
import { attr, type Op } from '../ir/op.ts'
import { number } from './attributes.ts'
import { number32, unary } from './elementwise.ts'
import { asFormula } from './opening.ts'

const text = (a: Parameters<typeof attr.number>[0], key: string): string => number32(attr.number(a, key))

export const rectifiers: readonly Op[] = [
  unary(
    {
      kind: 'LeakyRelu',
      title: 'Leaky ReLU',
      doc: 'x where it is positive, else alpha · x. The gradient at 0 is alpha, as in PyTorch.',
      forward: String.raw`y = \begin{cases} x & x > 0 \\ \alpha x & x \le 0 \end{cases}`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \begin{cases} 1 & x > 0 \\ \alpha & x \le 0 \end{cases}`,
      pattern: 'gates',
      rectifier: true,
      keywords: ['rectifier', '리키 렐루'],
      opens: asFormula('where(x > 0, x, alpha * x)'),
      attributes: { alpha: number('Slope where x is negative.', { default: 0.01 }) },
      scalar: (x, a) => `(${x} > 0 ? ${x} : ${text(a, 'alpha')} * ${x})`,
      reference: (x, a) => (x > 0 ? x : attr.number(a, 'alpha') * x),
      gradient: ({ b, x, g, a }) => b.where(b.greater(x, 0), g, b.mul(g, attr.number(a, 'alpha'))),
      avoid: [0],
      more: [{ shapes: [[5]], attributes: { alpha: 0.3 }, avoid: [0] }]
    },
    'activations'
  ),
  unary(
    {
      kind: 'Elu',
      title: 'ELU',
      doc: 'x where it is positive, else alpha · (e^x - 1). The gradient at 0 is alpha, as in PyTorch.',
      forward: String.raw`y = \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \begin{cases} 1 & x > 0 \\ \alpha e^x & x \le 0 \end{cases}`,
      pattern: 'gates',
      rectifier: true,
      keywords: ['exponential linear unit', '엘루'],
      // the exponential sees no positive number, or it would overflow before it is thrown away
      opens: asFormula('where(x > 0, x, alpha * (exp(where(x > 0, 0, x)) - 1))'),
      attributes: { alpha: number('What is approached below, with a minus.', { default: 1 }) },
      scalar: (x, a) => `(${x} > 0 ? ${x} : ${text(a, 'alpha')} * Math.expm1(Math.min(${x}, 0)))`,
      reference: (x, a) => (x > 0 ? x : attr.number(a, 'alpha') * Math.expm1(x)),
      // Where x is large e^x would overflow before it is thrown away.
      gradient: ({ b, x, g, a }) =>
        b.mul(g, b.where(b.greater(x, 0), 1, b.mul(attr.number(a, 'alpha'), b.one('Exp', b.min(x, 0))))),
      avoid: [0],
      more: [{ shapes: [[5]], attributes: { alpha: 0.5 }, avoid: [0] }]
    },
    'activations'
  ),
  unary(
    {
      kind: 'Selu',
      title: 'SELU',
      doc: 'ELU scaled so that layers keep mean 0 and variance 1 (Klambauer et al. 2017), with the float32 constants of ONNX. The gradient at 0 is gamma · alpha, as in PyTorch.',
      forward: String.raw`y = \gamma \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, \gamma \begin{cases} 1 & x > 0 \\ \alpha e^x & x \le 0 \end{cases}`,
      pattern: 'gates',
      rectifier: true,
      keywords: ['self-normalizing', '셀루'],
      opens: asFormula('gamma * where(x > 0, x, alpha * (exp(where(x > 0, 0, x)) - 1))'),
      attributes: {
        alpha: number('Scale of the negative part.', { default: 1.6732631921768188 }),
        gamma: number('Scale of the whole.', { default: 1.0507010221481323 })
      },
      scalar: (x, a) =>
        `(${text(a, 'gamma')} * (${x} > 0 ? ${x} : ${text(a, 'alpha')} * Math.expm1(Math.min(${x}, 0))))`,
      reference: (x, a) => attr.number(a, 'gamma') * (x > 0 ? x : attr.number(a, 'alpha') * Math.expm1(x)),
      gradient: ({ b, x, g, a }) => {
        const slope = b.where(b.greater(x, 0), 1, b.mul(attr.number(a, 'alpha'), b.one('Exp', b.min(x, 0))))
        return b.mul(b.mul(g, attr.number(a, 'gamma')), slope)
      },
      avoid: [0]
    },
    'activations'
  ),
  unary(
    {
      kind: 'HardSigmoid',
      title: 'Hard sigmoid',
      doc: 'alpha · x + beta, kept between 0 and 1 (ONNX; PyTorch’s has alpha 1/6). The gradient at both kinks is 0, as in PyTorch.',
      forward: String.raw`y = \max(0, \min(1, \alpha x + \beta))`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, \alpha\, [0 < \alpha x + \beta < 1]`,
      pattern: 'gates',
      keywords: ['logistic', '하드 시그모이드'],
      opens: asFormula('max(0, min(1, alpha * x + beta))'),
      attributes: {
        alpha: number('Slope in the middle.', { default: 0.2 }),
        beta: number('Value at 0.', { default: 0.5 })
      },
      scalar: (x, a) => `Math.max(0, Math.min(1, ${text(a, 'alpha')} * ${x} + ${text(a, 'beta')}))`,
      reference: (x, a) => Math.max(0, Math.min(1, attr.number(a, 'alpha') * x + attr.number(a, 'beta'))),
      gradient: ({ b, y, g, a }) => b.mul(g, b.mul(attr.number(a, 'alpha'), b.mul(b.greater(y, 0), b.less(y, 1)))),
      domain: [-4, 4],
      avoid: [-2.5, 2.5],
      more: [{ shapes: [[6]], attributes: { alpha: 1 / 6, beta: 0.5 }, domain: [-5, 5], avoid: [-3, 3] }]
    },
    'activations'
  ),
  unary(
    {
      kind: 'Step',
      title: 'Step',
      doc: '1 where x is positive, else 0: the activation of the first perceptrons. No gradient passes.',
      forward: 'y = [x > 0]',
      pattern: 'blocks',
      keywords: ['heaviside', 'perceptron', 'threshold', '계단 함수', '퍼셉트론'],
      notDifferentiable: 'a step is flat: its derivative is 0 wherever it exists',
      scalar: (x) => `(${x} > 0 ? 1 : 0)`,
      reference: (x) => (x > 0 ? 1 : 0),
      avoid: [0]
    },
    'activations'
  )
]
