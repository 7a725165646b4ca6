/** Layers that own their parameters: small graphs of other operators. */
import { attr, type Composition, type Op, type Part } from '../ir/op.ts'
import type { Attributes } from '../ir/types.ts'
import { fail } from '../problem.ts'
import type { Shape } from '../shape.ts'
import { showShape } from '../shape.ts'
import { boolean, choice, init, integer, integers } from './attributes.ts'
import { dilationField, groupField, windowFields } from './convolution.ts'
import { epsilonField, momentumField } from './normalization.ts'
import { axisIn, define, needsRank, OUT, X } from './rules.ts'

/** Keras' names of activations and the operators that they are, with the operators' own defaults. */
export const ACTIVATIONS: Readonly<Record<string, string | null>> = {
  linear: null,
  relu: 'Relu',
  leaky_relu: 'LeakyRelu',
  elu: 'Elu',
  selu: 'Selu',
  sigmoid: 'Sigmoid',
  hard_sigmoid: 'HardSigmoid',
  tanh: 'Tanh',
  softplus: 'Softplus',
  softsign: 'Softsign',
  gelu: 'Gelu',
  silu: 'Silu',
  mish: 'Mish',
  softmax: 'Softmax',
  log_softmax: 'LogSoftmax'
}
const activationField = choice('What the sum goes through.', Object.keys(ACTIVATIONS), 'linear')

/** The size of an axis that a parameter's shape depends on: it cannot be the batch. */
function knownSize(op: string, shape: Shape, axis: number): number {
  const size = shape[axis]
  return typeof size === 'number' ? size : fail('shape.symbolic', { op, axis, shape: showShape(shape) })
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
        x: String.raw`\begin{gathered} \frac{\partial L}{\partial X} = \frac{\partial L}{\partial Z} W^{\mathsf T} \\ \frac{\partial L}{\partial W} = X^{\mathsf T} \frac{\partial L}{\partial Z} \\ \frac{\partial L}{\partial b} = \sum_n \frac{\partial L}{\partial Z_n} \end{gathered}`
      }
    },
    keywords: ['linear', 'fully connected', 'affine', '완전연결', '어파인'],
    inputs: X,
    outputs: OUT,
    attributes: {
      units: integer('How many outputs.', { default: 10, min: 1 }),
      activation: activationField,
      useBias: boolean('Whether a bias is added.', { default: true }),
      kernelInit: init('How the kernel starts.', { kind: 'glorotUniform' }),
      biasInit: init('How the bias starts.', { kind: 'zeros' })
    },
    pattern: 'opens into gates',
    compose: (a, [x]) => {
      const shape: Shape = x?.shape ?? []
      needsRank('Dense', 'x', shape, 1, 'at least 1 dimension')
      const features = knownSize('Dense', shape, shape.length - 1)
      const units = attr.number(a, 'units')
      const activation = ACTIVATIONS[attr.text(a, 'activation')] ?? null
      const useBias = attr.boolean(a, 'useBias')
      const sum = useBias ? 'add' : 'matmul'
      const parts: Part[] = [
        { id: 'kernel', op: 'Parameter', attributes: { shape: [features, units], init: a.kernelInit } },
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
      { shapes: [['B', 3]], attributes: { units: 4 } },
      { shapes: [[2, 3]], attributes: { units: 2, activation: 'tanh', useBias: false } },
      { shapes: [[2, 2, 3]], attributes: { units: 2, activation: 'softmax' } }
    ]
  }),
  define({
    kind: 'Conv2D',
    family: 'layers',
    title: 'Convolution layer',
    doc: 'A convolution over images [batch, channels, height, width], plus a bias per filter, through an activation. It owns kernel [filters, channels / group, height, width] and bias [filters].',
    formula: {
      forward: String.raw`Y = f(X \star W + b)`,
      backward: {
        x: String.raw`\begin{gathered} \frac{\partial L}{\partial x_{n,c,i}} = \sum_{m,k} w_{m,c,k} \frac{\partial L}{\partial z_{n,m,o}} \\ o s + k d - p = i \end{gathered}`
      }
    },
    keywords: ['cnn', 'image', 'filter', '합성곱', '컨볼루션'],
    inputs: [{ name: 'x', doc: 'batch, channels, height, width' }],
    outputs: OUT,
    attributes: {
      filters: integer('How many outputs per place.', { default: 8, min: 1 }),
      kernel_shape: integers('Height and width of the window.', { default: [3, 3], min: 1 }),
      ...windowFields,
      dilations: dilationField,
      group: groupField,
      activation: activationField,
      useBias: boolean('Whether a bias is added.', { default: true }),
      kernelInit: init('How the kernel starts.', { kind: 'glorotUniform' }),
      biasInit: init('How the bias starts.', { kind: 'zeros' })
    },
    pattern: 'opens into gates',
    compose: (a, [x]) => {
      const shape: Shape = x?.shape ?? []
      if (shape.length !== 4)
        fail('shape.rank', {
          op: 'Conv2D',
          input: 'x',
          shape: showShape(shape),
          expected: '[batch, channels, height, width]'
        })
      const [filters, group] = [attr.number(a, 'filters'), attr.number(a, 'group')]
      const channels = knownSize('Conv2D', shape, 1)
      if (channels % group !== 0 || filters % group !== 0)
        fail('shape.attribute', {
          op: 'Conv2D',
          attribute: 'group',
          value: group,
          shape: showShape(shape),
          detail: `${channels} channels and ${filters} filters must both be divisible by it.`
        })
      const kernel = [filters, channels / group, ...attr.numbers(a, 'kernel_shape')]
      const activation = ACTIVATIONS[attr.text(a, 'activation')] ?? null
      const useBias = attr.boolean(a, 'useBias')
      const { strides, pads, dilations, kernel_shape } = a
      return {
        parts: [
          { id: 'kernel', op: 'Parameter', attributes: { shape: kernel, init: a.kernelInit } },
          ...(useBias ? [{ id: 'bias', op: 'Parameter', attributes: { shape: [filters], init: a.biasInit } }] : []),
          {
            id: 'conv',
            op: 'Conv',
            attributes: { kernel_shape, strides, pads, dilations, group },
            inputs: { x: 'input.x', kernel: 'kernel', ...(useBias ? { bias: 'bias' } : {}) }
          },
          ...(activation ? [{ id: 'activation', op: activation, inputs: { x: 'conv' } }] : [])
        ],
        outputs: { out: activation ? 'activation' : 'conv' }
      }
    },
    samples: [
      { shapes: [['B', 1, 4, 4]], attributes: { filters: 2 } },
      {
        shapes: [[1, 2, 5, 4]],
        attributes: {
          filters: 3,
          kernel_shape: [2, 2],
          strides: [2, 1],
          pads: [1, 0, 0, 1],
          activation: 'tanh',
          useBias: false
        }
      },
      { shapes: [[1, 2, 3, 3]], attributes: { filters: 2, kernel_shape: [2, 1], dilations: [2, 1], group: 2 } }
    ]
  }),
  define({
    kind: 'Embedding',
    family: 'layers',
    title: 'Embedding',
    doc: 'Looks up one row of a table for each index: a word becomes a vector. It owns embeddings [inputDim, outputDim]. Negative indices count from the end; an index that does not exist gives zeros.',
    formula: { forward: 'y_{j} = E_{x_j}' },
    keywords: ['lookup', 'word', 'token', 'vector', '임베딩'],
    inputs: [{ name: 'x', doc: 'whole numbers' }],
    outputs: OUT,
    attributes: {
      inputDim: integer('How many rows the table has: the size of the vocabulary.', { default: 100, min: 1 }),
      outputDim: integer('How long each row is.', { default: 8, min: 1 }),
      embeddingsInit: init('How the table starts.', { kind: 'uniform' })
    },
    pattern: 'opens into gates',
    compose: (a) => ({
      parts: [
        {
          id: 'embeddings',
          op: 'Parameter',
          attributes: { shape: [attr.number(a, 'inputDim'), attr.number(a, 'outputDim')], init: a.embeddingsInit }
        },
        { id: 'gather', op: 'Gather', attributes: { axis: 0 }, inputs: { x: 'embeddings', indices: 'input.x' } }
      ],
      outputs: { out: 'gather' }
    }),
    samples: [
      { shapes: [[4]], kinds: [{ indices: 5 }], attributes: { inputDim: 5, outputDim: 3 } },
      { shapes: [[2, 3]], kinds: [{ indices: 4 }], attributes: { inputDim: 4, outputDim: 2 } }
    ]
  }),
  define({
    kind: 'BatchNorm',
    family: 'layers',
    title: 'Batch normalisation layer',
    doc: 'Batch normalisation that owns its scale and bias, one per channel (axis 1), and running statistics: running_mean and running_var. Training normalises by mean and variance of the batch at hand, and moves the running ones towards them. Everything else (a run, the values on the wires, an evaluation, a gradient check) normalises by the running ones, so that a result does not depend on what else is in the batch. Before training they are 0 and 1: the layer then changes next to nothing.',
    formula: {
      forward: String.raw`\begin{gathered} y = \gamma\, \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \varepsilon}} + \beta \\ \mu_{run} \leftarrow m\, \mu_{run} + (1 - m)\, \mu_c \end{gathered}`
    },
    keywords: ['batchnorm', 'standardize', '배치 정규화'],
    inputs: X,
    outputs: OUT,
    attributes: {
      epsilon: epsilonField,
      momentum: momentumField,
      scaleInit: init('How the scale starts.', { kind: 'ones' }),
      biasInit: init('How the bias starts.', { kind: 'zeros' })
    },
    pattern: 'opens into gates',
    compose: (a, [x]) => {
      const shape: Shape = x?.shape ?? []
      needsRank('BatchNorm', 'x', shape, 2, 'batch and channels at least')
      const own = [knownSize('BatchNorm', shape, 1)]
      const { epsilon, momentum } = a
      return normalized(a, 'BatchNormalization', { epsilon, momentum }, own, {
        mean: running('running_mean', own, 'zeros'),
        var: running('running_var', own, 'ones')
      })
    },
    samples: [{ shapes: [['B', 3]] }, { shapes: [[2, 2, 3, 2]], attributes: { epsilon: 0.01 } }]
  }),
  define({
    kind: 'LayerNorm',
    family: 'layers',
    title: 'Layer normalisation layer',
    doc: 'Layer normalisation that owns its scale and bias, of the shape of the normalised axes.',
    formula: {
      forward: String.raw`y = \gamma\, \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta`
    },
    keywords: ['layernorm', 'transformer', 'standardize', '층 정규화'],
    inputs: X,
    outputs: OUT,
    attributes: {
      axis: integer('First of the axes that are normalised.', { default: -1 }),
      epsilon: epsilonField,
      scaleInit: init('How the scale starts.', { kind: 'ones' }),
      biasInit: init('How the bias starts.', { kind: 'zeros' })
    },
    pattern: 'opens into gates',
    compose: (a, [x]) => {
      const shape: Shape = x?.shape ?? []
      const axis = axisIn('LayerNorm', attr.number(a, 'axis'), shape)
      const own = shape.slice(axis).map((_, i) => knownSize('LayerNorm', shape, axis + i))
      return normalized(a, 'LayerNormalization', { axis, epsilon: a.epsilon }, own)
    },
    samples: [{ shapes: [[3, 4]] }, { shapes: [[2, 3, 4]], attributes: { axis: 1 } }]
  })
]

/** A statistic that a layer keeps, and no optimizer changes. */
const running = (id: string, shape: readonly number[], kind: 'zeros' | 'ones'): Part => ({
  id,
  op: 'Parameter',
  attributes: { shape: [...shape], init: { kind }, trainable: false }
})

/** A normalisation with a scale and a bias of its own, and what else it keeps, by handle. */
function normalized(
  a: Attributes,
  op: string,
  attributes: Attributes,
  shape: readonly number[],
  kept: Readonly<Record<string, Part>> = {}
): Composition {
  const wires = Object.fromEntries(Object.entries(kept).map(([handle, { id }]) => [handle, id]))
  return {
    parts: [
      { id: 'scale', op: 'Parameter', attributes: { shape: [...shape], init: a.scaleInit } },
      { id: 'bias', op: 'Parameter', attributes: { shape: [...shape], init: a.biasInit } },
      ...Object.values(kept),
      { id: 'normalize', op, attributes, inputs: { x: 'input.x', scale: 'scale', bias: 'bias', ...wires } }
    ],
    outputs: { out: 'normalize' }
  }
}
