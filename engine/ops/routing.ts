/** Operators that lead values elsewhere without changing them. */

import type { Value } from '../ir/builder.ts'
import { attr, type Op } from '../ir/op.ts'
import type { TensorType } from '../ir/types.ts'
import { integer } from './attributes.ts'
import { reader, tabulate } from './reference.ts'
import { define, float, limited, OUT, X } from './rules.ts'

export const routing: readonly Op[] = [
  define({
    kind: 'Identity',
    family: 'routing',
    title: 'Identity',
    doc: 'Passes x on unchanged.',
    formula: {
      forward: 'y = x',
      backward: { x: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}` }
    },
    keywords: ['pass', 'reroute'],
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'passes on',
    view: true,
    infer: ([x]) => x as TensorType,
    vjp: ({ upstream }) => [upstream],
    reference: ([x]) => x?.data ?? [],
    samples: [{ shapes: [[2, 3]] }, { shapes: [[]] }]
  }),
  define({
    kind: 'Branch',
    family: 'routing',
    title: 'Branch',
    doc: 'Hands the same value to several consumers. Backward, what comes back on each branch is added up.',
    formula: {
      forward: String.raw`y_0 = y_1 = \dots = x`,
      backward: { x: String.raw`\frac{\partial L}{\partial x} = \sum_i \frac{\partial L}{\partial y_i}` }
    },
    keywords: ['copy', 'fork', 'split', '분기'],
    inputs: X,
    outputs: (a) => Array.from({ length: Number(a.count ?? 2) }, (_, i) => ({ name: `out${i}` })),
    attributes: { count: integer('How many outputs.', { default: 2, min: 1, max: 64 }) },
    pattern: 'adds up',
    build: ({ b, list, attributes }) =>
      Object.fromEntries(
        Array.from({ length: attr.number(attributes, 'count') }, (_, i) => [
          `out${i}`,
          b.one('Identity', list[0] as Value)
        ])
      ),
    samples: []
  }),
  define({
    kind: 'Repeat',
    family: 'routing',
    title: 'Repeat',
    doc: 'Repeats x along a new leading axis. Backward, the gradients of all copies are added up.',
    formula: {
      forward: String.raw`y_{n,\dots} = x_{\dots}`,
      backward: { x: String.raw`\frac{\partial L}{\partial x} = \sum_n \frac{\partial L}{\partial y_n}` }
    },
    keywords: ['tile', 'copy', '반복'],
    inputs: X,
    outputs: OUT,
    attributes: { repeats: integer('How many copies.', { default: 2, min: 1 }) },
    pattern: 'adds up',
    infer: ([x], a) => limited('Repeat', float([attr.number(a, 'repeats'), ...(x?.shape ?? [])])),
    vjp: ({ b, upstream }) => [b.sum(upstream, [0])],
    loop: (k) => k.at(0, k.index.slice(1)),
    reference: ([x], _a, shape) => {
      const read = reader(x as NonNullable<typeof x>)
      return tabulate(shape, (at) => read(at.slice(1)))
    },
    samples: [
      { shapes: [[2, 3]], attributes: { repeats: 3 } },
      { shapes: [[]], attributes: { repeats: 2 } }
    ]
  }),
  define({
    kind: 'StopGradient',
    family: 'routing',
    title: 'Stop gradient',
    doc: 'Passes x on forward and nothing backward.',
    formula: { forward: 'y = x' },
    keywords: ['detach'],
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'blocks',
    notDifferentiable: 'Stop gradient lets nothing through, by intent',
    view: true,
    infer: ([x]) => x as TensorType,
    reference: ([x]) => x?.data ?? [],
    samples: [{ shapes: [[2, 3]] }]
  })
]
