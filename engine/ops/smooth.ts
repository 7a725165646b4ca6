/** Smooth activations. Written so that nothing overflows in float32, however large x is. */
import type { Builder, Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import { choice } from './attributes.ts'
import { unary } from './elementwise.ts'
import { erf, erfText } from './erf.ts'
import { asFormula } from './opening.ts'

/** e^-|x|, at most 1: what softplus and sigmoid are made of. */
const small = (x: string): string => `Math.exp(-Math.abs(${x}))`
const sigmoidText = (x: string): string => `((${x} >= 0 ? 1 : ${small(x)}) / (1 + ${small(x)}))`
const softplusText = (x: string): string => `(Math.max(${x}, 0) + Math.log1p(${small(x)}))`
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

const WIDE: Op['samples'] = [{ shapes: [[9]], domain: [-12, 12] }]

/** Of the tanh form: √(2/π) and the weight of x³ (Hendrycks and Gimpel, Gaussian Error Linear Units, 2016). */
const ROOT = Math.sqrt(2 / Math.PI)
const CUBE = 0.044715

/** dy/dx of both forms of GELU. */
function geluSlope(b: Builder, x: Value, approximate: boolean): Value {
  const square = b.mul(x, x)
  if (!approximate) {
    const density = b.mul(1 / Math.sqrt(2 * Math.PI), b.one('Exp', b.mul(-0.5, square)))
    return b.add(b.mul(0.5, b.add(1, b.one('Erf', b.mul(Math.SQRT1_2, x)))), b.mul(x, density))
  }
  const t = b.one('Tanh', b.mul(b.mul(ROOT, x), b.add(1, b.mul(CUBE, square))))
  const inner = b.mul(ROOT, b.add(1, b.mul(3 * CUBE, square)))
  const bend = b.mul(b.mul(x, inner), b.sub(1, b.mul(t, t)))
  return b.mul(0.5, b.add(b.add(1, t), bend))
}

export const smooth: readonly Op[] = [
  unary(
    {
      kind: 'Softplus',
      title: 'Softplus',
      doc: 'A smooth ReLU: ln(1 + e^x), computed as max(x, 0) + ln(1 + e^-|x|) so that it does not overflow.',
      forward: String.raw`y = \ln(1 + e^x)`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, \mathrm{sigmoid}(x)`,
      pattern: 'scales',
      keywords: ['log1p', '소프트플러스'],
      opens: asFormula('max(x, 0) + log(1 + exp(-abs(x)))'),
      scalar: softplusText,
      reference: softplus,
      gradient: ({ b, x, g }) => b.mul(g, b.one('Sigmoid', x)),
      more: WIDE
    },
    'activations'
  ),
  unary(
    {
      kind: 'Softsign',
      title: 'Softsign',
      doc: 'Squeezes x into -1…1, more slowly than tanh. It is smooth at 0, where the gradient is 1.',
      forward: String.raw`y = \frac{x}{1 + |x|}`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \frac{1}{(1 + |x|)^2}`,
      pattern: 'scales',
      keywords: ['소프트사인'],
      opens: asFormula('x / (1 + abs(x))'),
      scalar: (x) => `(${x} / (1 + Math.abs(${x})))`,
      reference: (x) => x / (1 + Math.abs(x)),
      gradient: ({ b, x, g }) => {
        const d = b.add(1, b.one('Abs', x))
        return b.div(g, b.mul(d, d))
      }
    },
    'activations'
  ),
  unary(
    {
      kind: 'Gelu',
      title: 'GELU',
      doc: 'x times the probability that a normal number is below x; `tanh` is the approximation that many Transformers use.',
      forward: String.raw`y = x\, \Phi(x) = \tfrac{x}{2} \left(1 + \mathrm{erf}\tfrac{x}{\sqrt 2}\right)`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \left( \Phi(x) + \frac{x}{\sqrt{2\pi}} e^{-x^2/2} \right)`,
      pattern: 'scales',
      keywords: ['gaussian error linear unit', 'transformer', '젤루'],
      opens: asFormula((a) =>
        a.approximate === 'tanh'
          ? `x * (1 + tanh(${ROOT} * x * (1 + ${CUBE} * x * x))) / 2`
          : 'x * (1 + erf(x / sqrt(2))) / 2'
      ),
      attributes: { approximate: choice('Exact, or by tanh.', ['none', 'tanh'], 'none') },
      scalar: (x, a) =>
        a.approximate === 'tanh'
          ? `(0.5 * ${x} * (1 + Math.tanh(${ROOT} * ${x} * (1 + ${CUBE} * ${x} * ${x}))))`
          : `(0.5 * ${x} * (1 + ${erfText(`(${Math.SQRT1_2} * ${x})`)}))`,
      reference: (x, a) =>
        0.5 * x * (1 + (a.approximate === 'tanh' ? Math.tanh(ROOT * (x + CUBE * x ** 3)) : erf(x / Math.SQRT2))),
      gradient: ({ b, x, g, a }) => b.mul(g, geluSlope(b, x, a.approximate === 'tanh')),
      more: [...WIDE, { shapes: [[9]], attributes: { approximate: 'tanh' }, domain: [-6, 6] }]
    },
    'activations'
  ),
  unary(
    {
      kind: 'Silu',
      title: 'SiLU',
      doc: 'x times its sigmoid, also called swish.',
      forward: String.raw`y = x\, \sigma(x)`,
      dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, \sigma(x) \left(1 + x (1 - \sigma(x))\right)`,
      pattern: 'scales',
      keywords: ['swish', '스위시'],
      opens: asFormula('x * sigmoid(x)'),
      scalar: (x) => `(${x} * ${sigmoidText(x)})`,
      reference: (x) => x * sigmoid(x),
      gradient: ({ b, x, g }) => {
        const s = b.one('Sigmoid', x)
        return b.mul(g, b.mul(s, b.add(1, b.mul(x, b.sub(1, s)))))
      },
      more: WIDE
    },
    'activations'
  ),
  unary(
    {
      kind: 'Mish',
      title: 'Mish',
      doc: 'x times the tanh of its softplus (Misra 2019).',
      forward: String.raw`y = x \tanh(\ln(1 + e^x))`,
      dx: String.raw`\begin{gathered} \frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \left( t + x (1 - t^2)\, \sigma(x) \right) \\ t = \tanh(\ln(1 + e^x)) \end{gathered}`,
      pattern: 'scales',
      keywords: ['미시'],
      opens: asFormula('x * tanh(softplus(x))'),
      scalar: (x) => `(${x} * Math.tanh(${softplusText(x)}))`,
      reference: (x) => x * Math.tanh(softplus(x)),
      gradient: ({ b, x, g }) => {
        const t = b.one('Tanh', b.one('Softplus', x))
        const bend = b.mul(b.mul(x, b.sub(1, b.mul(t, t))), b.one('Sigmoid', x))
        return b.mul(g, b.add(t, bend))
      },
      more: WIDE
    },
    'activations'
  )
]
