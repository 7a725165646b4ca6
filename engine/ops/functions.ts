/** Further elementwise functions, and the sum of any number of tensors. */
import type { Op } from '../ir/op.ts'
import { unary } from './elementwise.ts'
import { erf, erfText } from './erf.ts'
import { part } from './opening.ts'
import { broadcastReader, tabulate } from './reference.ts'
import { define, elementwise, OUT } from './rules.ts'

const flat = 'a staircase is flat: its derivative is 0 wherever it exists'

/** Places between steps, for the samples. */
const WHOLE = [-2, -1, 0, 1, 2]

export const functions: readonly Op[] = [
  unary({
    kind: 'Floor',
    title: 'Floor',
    doc: 'The largest whole number that is not above x. Its gradient is 0 everywhere.',
    forward: String.raw`y = \lfloor x \rfloor`,
    pattern: 'blocks',
    keywords: ['round down', '내림'],
    notDifferentiable: flat,
    scalar: (x) => `Math.floor(${x})`,
    reference: (x) => Math.floor(x),
    avoid: WHOLE
  }),
  unary({
    kind: 'Ceil',
    title: 'Ceiling',
    doc: 'The smallest whole number that is not below x. Its gradient is 0 everywhere.',
    forward: String.raw`y = \lceil x \rceil`,
    pattern: 'blocks',
    keywords: ['round up', '올림'],
    notDifferentiable: flat,
    scalar: (x) => `Math.ceil(${x})`,
    reference: (x) => Math.ceil(x),
    avoid: WHOLE
  }),
  unary({
    kind: 'Sin',
    title: 'Sine',
    doc: 'The sine of an angle in radians.',
    forward: String.raw`y = \sin x`,
    dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \cos x`,
    pattern: 'scales',
    keywords: ['trigonometry', '사인'],
    scalar: (x) => `Math.sin(${x})`,
    reference: (x) => Math.sin(x),
    gradient: ({ b, x, g }) => b.mul(g, b.one('Cos', x))
  }),
  unary({
    kind: 'Cos',
    title: 'Cosine',
    doc: 'The cosine of an angle in radians.',
    forward: String.raw`y = \cos x`,
    dx: String.raw`\frac{\partial L}{\partial x} = -\frac{\partial L}{\partial y} \sin x`,
    pattern: 'scales',
    keywords: ['trigonometry', '코사인'],
    scalar: (x) => `Math.cos(${x})`,
    reference: (x) => Math.cos(x),
    gradient: ({ b, x, g }) => b.neg(b.mul(g, b.one('Sin', x)))
  }),
  unary({
    kind: 'Tan',
    title: 'Tangent',
    doc: 'The tangent of an angle in radians; it grows without bound towards odd multiples of π/2.',
    forward: String.raw`y = \tan x`,
    dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} (1 + y^2)`,
    pattern: 'scales',
    keywords: ['trigonometry', '탄젠트'],
    scalar: (x) => `Math.tan(${x})`,
    reference: (x) => Math.tan(x),
    gradient: ({ b, y, g }) => b.mul(g, b.add(1, b.mul(y, y))),
    domain: [-1.2, 1.2]
  }),
  unary({
    kind: 'Erf',
    title: 'Error function',
    doc: 'The error function, twice the area under the bell curve $e^{-t^2} / \\sqrt{\\pi}$ from 0 to x.',
    forward: String.raw`y = \frac{2}{\sqrt{\pi}} \int_0^x e^{-t^2} \, dt`,
    dx: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \frac{2}{\sqrt{\pi}} e^{-x^2}`,
    pattern: 'scales',
    keywords: ['gauss', 'normal distribution', '오차 함수'],
    scalar: erfText,
    reference: erf,
    gradient: ({ b, x, g }) => b.mul(g, b.mul(2 / Math.sqrt(Math.PI), b.one('Exp', b.neg(b.mul(x, x)))))
  }),
  define({
    kind: 'Sum',
    family: 'arithmetic',
    title: 'Sum of tensors',
    doc: 'Adds any number of tensors element by element, with broadcasting (ONNX Sum). Backward, each gets the whole upstream gradient.',
    formula: {
      forward: String.raw`y = x_0 + x_1 + \dots`,
      backward: { x: String.raw`\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial y}` }
    },
    keywords: ['add', 'plus', '+', '합', '덧셈'],
    opens: (_, inputs) => {
      const adds = inputs
        .slice(1)
        .map((_, i) => part(`add${i + 1}`, 'Add', { a: i === 0 ? 'input.x0' : `add${i}`, b: `input.x${i + 1}` }))
      const parts = adds.length > 0 ? adds : [part('out', 'Identity', { x: 'input.x0' })]
      return { parts, outputs: { out: parts.at(-1)?.id as string } }
    },
    inputs: [],
    variadic: { name: 'x', min: 1 },
    outputs: OUT,
    attributes: {},
    pattern: 'passes on',
    infer: elementwise('Sum', 'same'),
    vjp: ({ b, inputs, upstream, needs }) => inputs.map((x, i) => (needs(i) ? b.sumTo(upstream, x.type.shape) : null)),
    lower: (b, inputs) => inputs.reduce((sum, x) => b.add(sum, x)),
    reference: (inputs, _a, shape) => {
      const readers = inputs.map(broadcastReader)
      return tabulate(shape, (at) => readers.reduce((sum, read) => sum + read(at), 0))
    },
    samples: [
      { shapes: [[3]] },
      { shapes: [[], [2, 3]] },
      { shapes: [[2, 3], [3], [2, 1]] },
      { shapes: [[2, 1, 2, 1, 2], [2, 1], [], [2, 1, 1]] },
      { shapes: [[0, 2], [2], [1, 1]] }
    ]
  })
]
