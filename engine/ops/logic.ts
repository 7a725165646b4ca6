/** Comparisons (0 or 1, not differentiable) and the choice between two tensors. */

import type { Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import { AB, binarySamples, broadcastAll, define, elementwise, float, limited, OUT } from './rules.ts'

const comparison = (
  kind: string,
  title: string,
  sign: string,
  tex: string,
  holds: (a: number, b: number) => boolean
): Op =>
  define({
    kind,
    family: 'logic',
    title,
    doc: `1 where a ${tex === '=' ? 'equals' : sign === '>' ? 'is greater than' : 'is less than'} b, else 0.`,
    formula: { forward: `y = [a ${tex} b]` },
    keywords: [sign],
    inputs: AB,
    outputs: OUT,
    attributes: {},
    pattern: 'blocks',
    notDifferentiable: 'a comparison jumps between 0 and 1: its derivative is 0 wherever it exists',
    infer: elementwise(kind, 'bool'),
    scalar: ([a, b]) => `(${a} ${sign} ${b} ? 1 : 0)`,
    scalarReference: ([a, b]) => (holds(a as number, b as number) ? 1 : 0),
    samples: binarySamples()
  })

export const logic: readonly Op[] = [
  comparison('Equal', 'Equal', '==', '=', (a, b) => a === b),
  comparison('Greater', 'Greater', '>', '>', (a, b) => a > b),
  comparison('Less', 'Less', '<', '<', (a, b) => a < b),
  define({
    kind: 'Where',
    family: 'logic',
    title: 'Where',
    doc: 'Takes a where the condition is not 0, else b. The gradient goes to the one that was taken.',
    formula: {
      forward: String.raw`y = \begin{cases} a & c \ne 0 \\ b & c = 0 \end{cases}`,
      backward: {
        a: String.raw`\frac{\partial L}{\partial a} = \frac{\partial L}{\partial y} [c \ne 0]`,
        b: String.raw`\frac{\partial L}{\partial b} = \frac{\partial L}{\partial y} [c = 0]`
      }
    },
    keywords: ['if', 'select', 'mask'],
    inputs: [{ name: 'condition' }, ...AB],
    outputs: OUT,
    attributes: {},
    pattern: 'routes',
    infer: (inputs) =>
      limited(
        'Where',
        float(
          broadcastAll(
            'Where',
            inputs.map((i) => i.shape)
          )
        )
      ),
    vjp: ({ b, inputs, upstream, needs }) => {
      const [condition, x, y] = inputs as [Value, Value, Value]
      return [
        null,
        needs(1) ? b.sumTo(b.where(condition, upstream, 0), x.type.shape) : null,
        needs(2) ? b.sumTo(b.where(condition, 0, upstream), y.type.shape) : null
      ]
    },
    scalar: ([c, a, b]) => `(${c} != 0 ? ${a} : ${b})`,
    scalarReference: ([c, a, b]) => ((c as number) !== 0 ? (a as number) : (b as number)),
    samples: [
      { shapes: [[3], [3], [3]], kinds: ['binary', null, null] },
      { shapes: [[2, 1], [2, 3], []], kinds: ['binary', null, null] }
    ]
  })
]
