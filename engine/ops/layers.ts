/** Layers that own their parameters: small graphs of other operators. */
import { attr, type Op, type Part } from '../ir/op.ts'
import { fail } from '../problem.ts'
import type { Shape } from '../shape.ts'
import { showShape } from '../shape.ts'
import { boolean, choice, init, integer } from './attributes.ts'
import { define, needsRank, OUT, X } from './rules.ts'

/** Keras' names of activations and the operators that they are. */
export const ACTIVATIONS: Readonly<Record<string, string | null>> = {
  linear: null,
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax'
}

export const layers: readonly Op[] = [
  define({
    kind: 'Dense',
    family: 'layers',
    title: 'Dense',
    doc: 'A fully connected layer: x times a kernel, plus a bias, through an activation. It owns kernel [in, units] and bias [units].',
    formula: {
      forward: 'Y = f(X W + b)',
      backward: {
        x: String.raw`\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Z} W^{\mathsf T}, \quad \frac{\partial L}{\partial W} = X^{\mathsf T} \frac{\partial L}{\partial Z}, \quad \frac{\partial L}{\partial b} = \sum_n \frac{\partial L}{\partial Z_n}`
      }
    },
    keywords: ['linear', 'fully connected', 'affine', '완전연결', '어파인'],
    inputs: X,
    outputs: OUT,
    attributes: {
      units: integer('How many outputs.', { default: 10, min: 1 }),
      activation: choice('What the sum goes through.', Object.keys(ACTIVATIONS), 'linear'),
      useBias: boolean('Whether a bias is added.', { default: true }),
      kernelInit: init('How the kernel starts.', { kind: 'glorotUniform' }),
      biasInit: init('How the bias starts.', { kind: 'zeros' })
    },
    pattern: 'opens into gates',
    compose: (a, [x]) => {
      const shape: Shape = x?.shape ?? []
      needsRank('Dense', 'x', shape, 1, 'at least 1 dimension')
      const features = shape.at(-1)
      if (typeof features !== 'number')
        fail('shape.symbolic', { op: 'Dense', axis: shape.length - 1, shape: showShape(shape) })
      const units = attr.number(a, 'units')
      const activation = ACTIVATIONS[attr.text(a, 'activation')] ?? null
      const useBias = attr.boolean(a, 'useBias')
      const sum = useBias ? 'add' : 'matmul'
      const parts: Part[] = [
        { id: 'kernel', op: 'Parameter', attributes: { shape: [features as number, units], init: a.kernelInit } },
        { id: 'matmul', op: 'MatMul', inputs: { a: 'input.x', b: 'kernel' } }
      ]
      if (useBias) {
        parts.push({ id: 'bias', op: 'Parameter', attributes: { shape: [units], init: a.biasInit } })
        parts.push({ id: 'add', op: 'Add', inputs: { a: 'matmul', b: 'bias' } })
      }
      if (activation) parts.push({ id: 'activation', op: activation, inputs: { x: sum } })
      return { parts, outputs: { out: activation ? 'activation' : sum } }
    },
    samples: [
      { shapes: [[2, 3]], attributes: { units: 4 } },
      { shapes: [[2, 3]], attributes: { units: 2, activation: 'tanh', useBias: false } },
      { shapes: [[2, 2, 3]], attributes: { units: 2, activation: 'softmax' } }
    ]
  })
]
