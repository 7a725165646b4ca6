/** An operator that the program does not have: the example of docs/architecture.md, "How to add an operator". */
import type { Value } from '../../engine/ir/builder.ts'
import { attr } from '../../engine/ir/op.ts'
import { number } from '../../engine/ops/attributes.ts'
import { number32 } from '../../engine/ops/elementwise.ts'
import { define, elementwise, OUT, unarySamples, X } from '../../engine/ops/rules.ts'

export const thresholdedRelu = define({
  kind: 'ThresholdedRelu',
  family: 'activations',
  title: 'Thresholded ReLU',
  doc: 'x where it is above `alpha`, else 0 (ONNX ThresholdedRelu). At x = alpha the gradient is 0.',
  formula: {
    forward: String.raw`y = x\,[x > \alpha]`,
    backward: { x: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\,[x > \alpha]` }
  },
  keywords: ['activation', '활성화'],
  inputs: X,
  outputs: OUT,
  attributes: { alpha: number('Where it opens.', { default: 1 }) },
  pattern: 'gates',
  infer: elementwise('ThresholdedRelu'),
  vjp: ({ b, inputs: [x], upstream, attributes }) => [
    b.where(b.greater(x as Value, attr.number(attributes, 'alpha')), upstream, 0)
  ],
  scalar: ([x], a) => `(${x} > ${number32(attr.number(a, 'alpha'))} ? ${x} : 0)`,
  scalarReference: ([x], a) => ((x as number) > attr.number(a, 'alpha') ? (x as number) : 0),
  samples: unarySamples([-2, 2], [1])
})
