/** Elementwise arithmetic with NumPy broadcasting. */

import type { Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { Attributes } from '../ir/types.ts'
import { optionalNumber } from './attributes.ts'
import { binary, number32, unary } from './elementwise.ts'
import { binarySamples, define, elementwise, OUT, unarySamples, X } from './rules.ts'

export const arithmetic: readonly Op[] = [
  binary({
    kind: 'Add',
    title: 'Add',
    doc: 'Adds two tensors element by element.',
    forward: 'y = a + b',
    da: String.raw`\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y}`,
    db: String.raw`\frac{\partial L}{\partial b} = \frac{\partial L}{\partial y}`,
    pattern: 'passes on',
    keywords: ['plus', 'sum', '+', '덧셈', '더하기'],
    scalar: (a, b) => `(${a} + ${b})`,
    reference: (a, b) => a + b,
    a: ({ g }) => g,
    b: ({ g }) => g
  }),
  binary({
    kind: 'Sub',
    title: 'Subtract',
    doc: 'Subtracts b from a element by element.',
    forward: 'y = a - b',
    da: String.raw`\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y}`,
    db: String.raw`\frac{\partial L}{\partial b} = -\frac{\partial L}{\partial y}`,
    pattern: 'passes on',
    keywords: ['minus', '-', '뺄셈', '빼기'],
    scalar: (a, b) => `(${a} - ${b})`,
    reference: (a, b) => a - b,
    a: ({ g }) => g,
    b: ({ b, g }) => b.neg(g)
  }),
  binary({
    kind: 'Mul',
    title: 'Multiply',
    doc: 'Multiplies two tensors element by element (Hadamard product).',
    forward: String.raw`y = a \odot b`,
    da: String.raw`\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y} \odot b`,
    db: String.raw`\frac{\partial L}{\partial b} = \frac{\partial L}{\partial y} \odot a`,
    pattern: 'swaps',
    keywords: ['times', 'product', '*', '곱셈', '곱하기', '곱'],
    scalar: (a, b) => `(${a} * ${b})`,
    reference: (a, b) => a * b,
    a: ({ b, g, b_ }) => b.mul(g, b_),
    b: ({ b, g, a }) => b.mul(g, a)
  }),
  binary({
    kind: 'Div',
    title: 'Divide',
    doc: 'Divides a by b element by element.',
    forward: 'y = a / b',
    da: String.raw`\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y} \frac{1}{b}`,
    db: String.raw`\frac{\partial L}{\partial b} = -\frac{\partial L}{\partial y} \frac{y}{b}`,
    pattern: 'scales',
    keywords: ['quotient', '/', '나눗셈', '나누기'],
    scalar: (a, b) => `(${a} / ${b})`,
    reference: (a, b) => a / b,
    a: ({ b, g, b_ }) => b.div(g, b_),
    b: ({ b, g, y, b_ }) => b.neg(b.div(b.mul(g, y), b_)),
    samples: binarySamples([
      [-2, 2],
      [0.5, 2]
    ])
  }),
  binary({
    kind: 'Pow',
    title: 'Power',
    doc: 'Raises a to the power b. The gradient of b is 0 where a is 0; a negative a with a fractional b gives NaN.',
    forward: 'y = a^b',
    da: String.raw`\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y}\, b\, a^{b-1}`,
    db: String.raw`\frac{\partial L}{\partial b} = \frac{\partial L}{\partial y}\, y \ln a`,
    pattern: 'scales',
    keywords: ['square', 'exponent', '^', '거듭제곱', '제곱'],
    scalar: (a, b) => `Math.pow(${a}, ${b})`,
    reference: (a, b) => a ** b,
    // As PyTorch: b = 0 gives 0 even at a = 0, where a^(b-1) is infinite; y ln a is 0 at a = 0.
    a: ({ b, g, a, b_ }) => b.where(b.equal(b_, 0), 0, b.mul(g, b.mul(b_, b.pow(a, b.sub(b_, 1))))),
    b: ({ b, g, a, y }) => {
      const zero = b.equal(a, 0)
      return b.mul(g, b.where(zero, 0, b.mul(y, b.one('Log', b.where(zero, 1, a)))))
    },
    samples: binarySamples([
      [0.5, 2],
      [-2, 2]
    ])
  }),
  binary({
    kind: 'Max',
    title: 'Maximum',
    doc: 'The larger of a and b. Where they are equal each gets half of the gradient, as in PyTorch.',
    forward: String.raw`y = \max(a, b)`,
    da: String.raw`\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y} [a > b]`,
    db: String.raw`\frac{\partial L}{\partial b} = \frac{\partial L}{\partial y} [b > a]`,
    pattern: 'routes',
    keywords: ['larger', '최댓값'],
    scalar: (a, b) => `Math.max(${a}, ${b})`,
    reference: (a, b) => (a > b || Number.isNaN(a) ? a : b),
    a: ({ b, g, a, b_ }) => b.mul(g, b.where(b.equal(a, b_), 0.5, b.greater(a, b_))),
    b: ({ b, g, a, b_ }) => b.mul(g, b.where(b.equal(a, b_), 0.5, b.less(a, b_)))
  }),
  binary({
    kind: 'Min',
    title: 'Minimum',
    doc: 'The smaller of a and b. Where they are equal each gets half of the gradient, as in PyTorch.',
    forward: String.raw`y = \min(a, b)`,
    da: String.raw`\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y} [a < b]`,
    db: String.raw`\frac{\partial L}{\partial b} = \frac{\partial L}{\partial y} [b < a]`,
    pattern: 'routes',
    keywords: ['smaller', '최솟값'],
    scalar: (a, b) => `Math.min(${a}, ${b})`,
    reference: (a, b) => (a < b || Number.isNaN(a) ? a : b),
    a: ({ b, g, a, b_ }) => b.mul(g, b.where(b.equal(a, b_), 0.5, b.less(a, b_))),
    b: ({ b, g, a, b_ }) => b.mul(g, b.where(b.equal(a, b_), 0.5, b.greater(a, b_)))
  }),
  unary({
    kind: 'Neg',
    title: 'Negate',
    doc: 'Changes the sign.',
    forward: 'y = -x',
    dx: String.raw`\frac{\partial L}{\partial x} = -\frac{\partial L}{\partial y}`,
    pattern: 'scales',
    keywords: ['minus', '부호'],
    scalar: (x) => `(-${x})`,
    reference: (x) => -x,
    gradient: ({ b, g }) => b.neg(g)
  }),
  unary({
    kind: 'Abs',
    title: 'Absolute value',
    doc: 'The distance from 0. The gradient at 0 is 0, as in PyTorch.',
    forward: 'y = |x|',
    dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, \mathrm{sign}(x)`,
    pattern: 'routes',
    keywords: ['절댓값'],
    scalar: (x) => `Math.abs(${x})`,
    reference: (x) => Math.abs(x),
    gradient: ({ b, x, g }) => b.mul(g, b.one('Sign', x)),
    avoid: [0]
  }),
  unary({
    kind: 'Exp',
    title: 'Exponential',
    doc: 'e to the power x.',
    forward: 'y = e^x',
    dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, y`,
    pattern: 'scales',
    keywords: ['e', '지수'],
    scalar: (x) => `Math.exp(${x})`,
    reference: (x) => Math.exp(x),
    gradient: ({ b, y, g }) => b.mul(g, y)
  }),
  unary({
    kind: 'Log',
    title: 'Natural logarithm',
    doc: 'The natural logarithm; -∞ at 0 and NaN below.',
    forward: String.raw`y = \ln x`,
    dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \frac{1}{x}`,
    pattern: 'scales',
    keywords: ['ln', '로그'],
    scalar: (x) => `Math.log(${x})`,
    reference: (x) => Math.log(x),
    gradient: ({ b, x, g }) => b.div(g, x),
    domain: [0.2, 3]
  }),
  unary({
    kind: 'Sqrt',
    title: 'Square root',
    doc: 'The square root; its gradient at 0 is infinite.',
    forward: String.raw`y = \sqrt{x}`,
    dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \frac{1}{2y}`,
    pattern: 'scales',
    keywords: ['root', '제곱근', '루트'],
    scalar: (x) => `Math.sqrt(${x})`,
    reference: (x) => Math.sqrt(x),
    gradient: ({ b, y, g }) => b.div(g, b.mul(y, 2)),
    domain: [0.2, 3]
  }),
  unary({
    kind: 'Reciprocal',
    title: 'Reciprocal',
    doc: 'One divided by x.',
    forward: String.raw`y = \frac{1}{x}`,
    dx: String.raw`\frac{\partial L}{\partial x} = -\frac{\partial L}{\partial y}\, y^2`,
    pattern: 'scales',
    keywords: ['1/x', 'inverse', '역수'],
    scalar: (x) => `(1 / ${x})`,
    reference: (x) => 1 / x,
    gradient: ({ b, y, g }) => b.neg(b.mul(g, b.mul(y, y))),
    domain: [0.5, 2]
  }),
  unary({
    kind: 'Sign',
    title: 'Sign',
    doc: 'The sign of x: -1, 0 or 1. Its gradient is 0 everywhere.',
    forward: String.raw`y = \mathrm{sign}(x)`,
    pattern: 'blocks',
    keywords: ['부호'],
    notDifferentiable: 'sign is flat: its derivative is 0 wherever it exists',
    scalar: (x) => `(${x} > 0 ? 1 : (${x} < 0 ? -1 : 0))`,
    reference: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
    avoid: [0]
  }),
  define({
    kind: 'Clip',
    family: 'arithmetic',
    title: 'Clip',
    doc: 'Keeps x between min and max; a border that is not given does not bind. The gradient passes where min ≤ x ≤ max, the borders included, as in PyTorch.',
    formula: {
      forward: String.raw`y = \min(\max(x, \mathrm{min}), \mathrm{max})`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} [\mathrm{min} \le x \le \mathrm{max}]`
      }
    },
    keywords: ['clamp', 'limit'],
    inputs: X,
    outputs: OUT,
    attributes: {
      min: optionalNumber('Smallest value; null = no lower border.'),
      max: optionalNumber('Largest value; null = no upper border.')
    },
    pattern: 'gates',
    infer: elementwise('Clip'),
    vjp: ({ b, inputs, upstream, attributes }) => {
      const x = inputs[0] as Value
      const { low, high } = borders(attributes)
      const below = low === null ? upstream : b.where(b.less(x, low), 0, upstream)
      return [high === null ? below : b.where(b.greater(x, high), 0, below)]
    },
    scalar: ([x], a) => {
      const { low, high } = borders(a)
      const raised = low === null ? (x as string) : `Math.max(${x}, ${number32(low)})`
      return high === null ? raised : `Math.min(${raised}, ${number32(high)})`
    },
    scalarReference: ([x], a) => {
      const { low, high } = borders(a)
      return Math.min(Math.max(x as number, low ?? Number.NEGATIVE_INFINITY), high ?? Number.POSITIVE_INFINITY)
    },
    samples: [
      ...unarySamples([-2, 2], [-1, 1]).map((sample) => ({ ...sample, attributes: { min: -1, max: 1 } })),
      { shapes: [[6]], attributes: { min: 0.5 }, avoid: [0.5] },
      { shapes: [[6]], attributes: { max: -0.5 }, avoid: [-0.5] },
      { shapes: [[6]] }
    ]
  })
]

/** Clip's borders; null where there is none. */
const borders = (a: Attributes): { readonly low: number | null; readonly high: number | null } => ({
  low: (a.min ?? null) as number | null,
  high: (a.max ?? null) as number | null
})
