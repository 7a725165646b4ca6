/** Normalisation to mean 0 and variance 1. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Composition, type Op, type Part, type Sample, type VjpContext } from '../ir/op.ts'
import type { Attributes, IrNode, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { broadcast, countOf, type Dim, multiplyDims, type Shape, sameShape, showShape } from '../shape.ts'
import { integer, number } from './attributes.ts'
import { constantPart, part } from './opening.ts'
import { eachIndex, reader, tabulate } from './reference.ts'
import { axisIn, define, float, needsRank, OUT } from './rules.ts'

export const epsilonField = number('Added to the variance, so that a constant input does not divide by 0.', {
  default: 1e-5,
  min: 0
})

export const momentumField = number(
  'How much of the running statistics stays at each training step (ONNX; PyTorch counts the other part).',
  { default: 0.9, min: 0, max: 1 }
)

/**
 * x less its mean along `axes`, that mean, and the variance.
 *
 * The mean is taken away twice: that of a large offset is only known to a float32 digit of the offset, and what is left
 * over is small and taken away exactly. The variance is that of the population, from the centred numbers.
 */
function centred(b: Builder, x: Value, axes: readonly number[]): { c: Value; mean: Value; variance: Value } {
  const mean = b.reduce('ReduceMean', x, axes, true)
  const rough = b.sub(x, mean)
  const c = b.sub(rough, b.reduce('ReduceMean', rough, axes, true))
  return { c, mean, variance: b.reduce('ReduceMean', b.mul(c, c), axes, true) }
}

const deviationOf = (b: Builder, variance: Value, epsilon: number): Value => b.one('Sqrt', b.add(variance, epsilon))

/** Where the mean and variance are taken, and the shape in which scale and bias meet x. */
interface Rule {
  readonly axes: readonly number[]
  readonly per: (v: Value) => Dim[]
}

/** Gradients of y = n · scale + bias with n = c / deviation (Ioffe and Szegedy 2015, section 3). */
function gradients({ b, inputs, upstream, needs, attributes }: VjpContext, { axes, per }: Rule): (Value | null)[] {
  const [x, scale, bias] = inputs as [Value, Value, Value | undefined]
  const { c, variance } = centred(b, x, axes)
  const deviation = deviationOf(b, variance, attr.number(attributes, 'epsilon'))
  const n = b.div(c, deviation)
  const dx = () => {
    const g = b.mul(upstream, b.reshape(scale, per(scale)))
    const mean = (v: Value) => b.reduce('ReduceMean', v, axes, true)
    return b.div(b.sub(b.sub(g, mean(g)), b.mul(n, mean(b.mul(g, n)))), deviation)
  }
  const back = (v: Value, to: Value) => b.reshape(b.sumTo(v, per(to)), to.type.shape)
  return [
    needs(0) ? dx() : null,
    needs(1) ? back(b.mul(upstream, n), scale) : null,
    ...(bias ? [needs(2) ? back(upstream, bias) : null] : [])
  ]
}

function lowered(b: Builder, inputs: readonly Value[], a: Attributes, { axes, per }: Rule): Value {
  const [x, scale, bias] = inputs as [Value, Value, Value | undefined]
  const { c, variance } = centred(b, x, axes)
  const deviation = deviationOf(b, variance, attr.number(a, 'epsilon'))
  const y = b.mul(b.div(c, deviation), b.reshape(scale, per(scale)))
  return bias ? b.add(y, b.reshape(bias, per(bias))) : y
}

/** By statistics that are given: an affine map of x. `given` are scale, bias, mean and variance, one per channel. */
function byGiven(b: Builder, x: Value, given: readonly Value[], epsilon: number, per: Rule['per']) {
  const [scale, bias, mean, variance] = given.map((v) => b.reshape(v, per(v))) as [Value, Value, Value, Value]
  const spread = b.add(variance, epsilon)
  const deviation = b.one('Sqrt', spread)
  return { scale, bias, spread, deviation, n: b.div(b.sub(x, mean), deviation) }
}

/** n = (x - mean) / √(variance + ε): -n / 2 (variance + ε) is its slope in the variance. */
function gradientsByGiven({ b, inputs, upstream, needs, attributes }: VjpContext, { per }: Rule): (Value | null)[] {
  const [x, ...given] = inputs as readonly [Value, ...Value[]]
  const { scale, spread, deviation, n } = byGiven(b, x, given, attr.number(attributes, 'epsilon'), per)
  const back = (v: Value) => b.reshape(b.sumTo(v, spread.type.shape), (given[0] as Value).type.shape)
  const g = b.mul(upstream, scale)
  const dx = b.div(g, deviation)
  return [
    needs(0) ? dx : null,
    needs(1) ? back(b.mul(upstream, n)) : null,
    needs(2) ? back(upstream) : null,
    needs(3) ? b.neg(back(dx)) : null,
    needs(4) ? back(b.div(b.mul(b.mul(g, n), -0.5), spread)) : null
  ]
}

/** The parameter that a value is, or that its wire comes from; null where it is none, or one that an optimizer changes. */
function keptIn(b: Builder, value: Value): IrNode | null {
  let node = b.node(value.id)
  while (node.op === 'Identity') node = b.node(node.inputs[0] as number)
  return node.op === 'Variable' && node.attributes.trainable === false ? node : null
}

/** Moves running statistics towards those of x: PyTorch's rule, whose running variance is that of a sample (n - 1). */
function moveRunning(b: Builder, x: Value, mean: Value, variance: Value, momentum: number, { axes }: Rule): void {
  const shape = mean.type.shape
  // the very nodes of the forward pass, which are then computed once
  const found = centred(b, x, axes)
  const count = b.count(x, axes)
  const sample = b.div(count, b.max(b.sub(count, 1), 1))
  const now: readonly (readonly [Value, Value])[] = [
    [mean, found.mean],
    [variance, b.mul(found.variance, sample)]
  ]
  for (const [running, statistic] of now) {
    const variable = keptIn(b, running)
    if (!variable) continue
    const name = variable.attributes.name as string
    // what two layers share moves twice
    const before = b.updates.get(name) ?? variable
    b.updates.set(name, b.add(b.mul(before, momentum), b.mul(b.reshape(statistic, shape), 1 - momentum)))
  }
}

/** In float64, by the two-pass definition; `affine` scales and shifts the normalised number. */
function reference(
  x: NonNullable<Parameters<NonNullable<Op['reference']>>[0][number]>,
  axes: readonly number[],
  epsilon: number,
  affine: (n: number, at: readonly number[]) => number
): Float64Array {
  const read = reader(x)
  const extents = x.shape.map((d, i) => (axes.includes(i) ? d : 1))
  const known = new Map<string, readonly [number, number]>()
  const statistics = (corner: readonly number[]): readonly [number, number] => {
    const key = corner.join()
    const found = known.get(key)
    if (found) return found
    const values: number[] = []
    eachIndex(extents, (r) => values.push(read(corner.map((c, i) => c + (r[i] as number)))))
    const mean = values.reduce((a, v) => a + v, 0) / values.length
    const variance = values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length
    const made = [mean, Math.sqrt(variance + epsilon)] as const
    known.set(key, made)
    return made
  }
  return tabulate(x.shape, (at) => {
    const [mean, deviation] = statistics(at.map((c, i) => (axes.includes(i) ? 0 : c)))
    return affine((read(at) - mean) / deviation, at)
  })
}

/** The operator in parts: centred, divided by the deviation, scaled and shifted; `after` axes follow that of the channels. */
function partsOf(a: Attributes, axes: readonly number[], after: number, bias: boolean): Composition {
  const mean = { axes: [...axes], keepdims: 1 }
  // one number per channel meets x [batch, channels, …] as a column
  const wide = (name: string): Part[] =>
    after === 0
      ? []
      : [part(`${name}Wide`, 'Reshape', { x: `input.${name}` }, { shape: [-1, ...Array<number>(after).fill(1)] })]
  const of = (name: string) => (after === 0 ? `input.${name}` : `${name}Wide`)
  return {
    parts: [
      part('mean', 'ReduceMean', { x: 'input.x' }, mean),
      part('centred', 'Sub', { a: 'input.x', b: 'mean' }),
      part('square', 'Mul', { a: 'centred', b: 'centred' }),
      part('variance', 'ReduceMean', { x: 'square' }, mean),
      constantPart('epsilon', attr.number(a, 'epsilon')),
      part('add', 'Add', { a: 'variance', b: 'epsilon' }),
      part('deviation', 'Sqrt', { x: 'add' }),
      part('normal', 'Div', { a: 'centred', b: 'deviation' }),
      ...wide('scale'),
      part('scaled', 'Mul', { a: 'normal', b: of('scale') }),
      ...(bias ? [...wide('bias'), part('shifted', 'Add', { a: 'scaled', b: of('bias') })] : [])
    ],
    outputs: { out: bias ? 'shifted' : 'scaled' }
  }
}

const batchRule = (shape: Shape): Rule => ({
  axes: shape.map((_, i) => i).filter((i) => i !== 1),
  per: (v) => [...v.type.shape, ...shape.slice(2).map(() => 1)] as Dim[]
})

const layerRule = (a: Attributes, shape: Shape): Rule => {
  const axis = axisIn('LayerNormalization', attr.number(a, 'axis'), shape)
  return { axes: shape.map((_, i) => i).slice(axis), per: (v) => [...v.type.shape] }
}

const shapeOf = (v: Value | TensorType | undefined): Shape => (v && 'type' in v ? v.type.shape : (v?.shape ?? []))

/** x, scale, bias, mean and a variance. */
const GIVEN: Sample['domain'] = [
  [-2, 2],
  [-2, 2],
  [-2, 2],
  [-2, 2],
  [0.2, 3]
]

export const normalization: readonly Op[] = [
  define({
    kind: 'BatchNormalization',
    family: 'layers',
    title: 'Batch normalisation',
    doc: 'Normalises each channel (axis 1) of x [batch, channels, …] by the mean and the population variance of the batch over all other axes, then scales and shifts it (ONNX BatchNormalization in training mode). The mean is taken away twice, so that large offsets cost no digits. Where running statistics are wired to `mean` and `var`, these are used instead, but not in training: there the batch has the say, and Parameters that are not trainable move from the running statistics towards its mean and its sample variance (n − 1), as in PyTorch.',
    formula: {
      forward: String.raw`y = \gamma\, \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \varepsilon}} + \beta`,
      backward: {
        x: String.raw`\begin{gathered} \frac{\partial L}{\partial x} = \frac{1}{\sqrt{\sigma^2 + \varepsilon}} \left( g - \overline{g} - \hat x\, \overline{g \hat x} \right) \\ g = \gamma \frac{\partial L}{\partial y} \end{gathered}`,
        scale: String.raw`\frac{\partial L}{\partial \gamma} = \sum \frac{\partial L}{\partial y}\, \hat x`,
        bias: String.raw`\frac{\partial L}{\partial \beta} = \sum \frac{\partial L}{\partial y}`
      }
    },
    // mean, centring, squares, their mean, division, scale, bias
    flops: ([x, , , mean]) => multiplyDims(mean ? 4 : 7, countOf(shapeOf(x))),
    keywords: ['batchnorm', 'standardize', '배치 정규화'],
    inputs: [
      { name: 'x' },
      { name: 'scale', doc: 'one per channel' },
      { name: 'bias', doc: 'one per channel' },
      { name: 'mean', doc: 'running mean, one per channel', optional: true },
      { name: 'var', doc: 'running variance, one per channel', optional: true }
    ],
    outputs: OUT,
    attributes: { epsilon: epsilonField, momentum: momentumField },
    pattern: 'scales',
    build: ({ b, inputs: { x, scale, bias, mean, var: variance }, attributes }) => {
      const all = [x, scale, bias] as Value[]
      if (!mean !== !variance) fail('graph.inputMissing', { op: 'BatchNormalization', handle: mean ? 'var' : 'mean' })
      if (!mean || !variance) return { out: b.emit('BatchNormalization', all, attributes) }
      const running = b.emit('BatchNormalization', [...all, mean, variance], attributes)
      if (!b.training) return { out: running }
      const out = b.emit('BatchNormalization', all, attributes)
      b.phase = 'update'
      moveRunning(b, x as Value, mean, variance, attr.number(attributes, 'momentum'), batchRule(shapeOf(x)))
      b.phase = 'forward'
      return { out }
    },
    opens: (a, [x, , , mean]) => {
      const shape = shapeOf(x)
      // parts have no statistics that training moves
      if (mean) fail('graph.noParts', { op: 'BatchNormalization' })
      return partsOf(a, batchRule(shape).axes, Math.max(0, shape.length - 2), true)
    },
    infer: ([x, scale, bias, mean, variance]) => {
      const shape = shapeOf(x)
      needsRank('BatchNormalization', 'x', shape, 2, 'batch and channels at least')
      for (const [input, other] of [
        ['scale', shapeOf(scale)],
        ['bias', shapeOf(bias)],
        ...(mean
          ? ([
              ['mean', shapeOf(mean)],
              ['var', shapeOf(variance)]
            ] as const)
          : [])
      ] as const) {
        if (!sameShape(other, [shape[1] as Dim]))
          fail('shape.rank', {
            op: 'BatchNormalization',
            input,
            shape: showShape(other),
            expected: `one number for each of the ${shape[1]} channels`
          })
      }
      return float(shape)
    },
    vjp: (c) => (c.inputs.length > 3 ? gradientsByGiven : gradients)(c, batchRule(shapeOf(c.inputs[0]))),
    lower: (b, inputs, a) => {
      const rule = batchRule(shapeOf(inputs[0]))
      if (inputs.length === 3) return lowered(b, inputs, a, rule)
      const [x, ...given] = inputs as readonly [Value, ...Value[]]
      const { scale, bias, n } = byGiven(b, x, given, attr.number(a, 'epsilon'), rule.per)
      return b.add(b.mul(n, scale), bias)
    },
    reference: ([x, scale, bias, mean, variance], a) => {
      const t = x as NonNullable<typeof x>
      const epsilon = attr.number(a, 'epsilon')
      const affine = (n: number, at: readonly number[]): number => {
        const c = at[1] as number
        return n * (scale?.data[c] as number) + (bias?.data[c] as number)
      }
      if (!mean) return reference(t, batchRule(t.shape).axes, epsilon, affine)
      const read = reader(t)
      return tabulate(t.shape, (at) => {
        const c = at[1] as number
        return affine((read(at) - (mean.data[c] as number)) / Math.sqrt((variance?.data[c] as number) + epsilon), at)
      })
    },
    samples: [
      { shapes: [[4, 3], [3], [3]] },
      { shapes: [['B', 2, 2], [2], [2]] },
      { shapes: [[2, 3, 2, 2], [3], [3]] },
      { shapes: [[5, 2, 3], [2], [2]], attributes: { epsilon: 0.1 } },
      { shapes: [[2, 2, 1, 3, 2], [2], [2]] },
      {
        shapes: [[6, 2], [2], [2]],
        domain: [
          [9998, 10002],
          [-2, 2],
          [-2, 2]
        ]
      },
      { shapes: [['B', 3], [3], [3], [3], [3]], domain: GIVEN },
      { shapes: [[2, 2, 3, 2], [2], [2], [2], [2]], domain: GIVEN, attributes: { epsilon: 0.1 } }
    ]
  }),
  define({
    kind: 'LayerNormalization',
    family: 'layers',
    title: 'Layer normalisation',
    doc: 'Normalises each example by its own mean and population variance over the axes from `axis` on, then scales and shifts it (ONNX LayerNormalization). The bias may be left out. The mean is taken away twice, so that large offsets cost no digits.',
    formula: {
      forward: String.raw`y = \gamma\, \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta`,
      backward: {
        x: String.raw`\begin{gathered} \frac{\partial L}{\partial x} = \frac{1}{\sqrt{\sigma^2 + \varepsilon}} \left( g - \overline{g} - \hat x\, \overline{g \hat x} \right) \\ g = \gamma \frac{\partial L}{\partial y} \end{gathered}`,
        scale: String.raw`\frac{\partial L}{\partial \gamma} = \sum \frac{\partial L}{\partial y}\, \hat x`,
        bias: String.raw`\frac{\partial L}{\partial \beta} = \sum \frac{\partial L}{\partial y}`
      }
    },
    keywords: ['layernorm', 'transformer', 'standardize', '층 정규화'],
    inputs: [
      { name: 'x' },
      { name: 'scale', doc: 'of the shape of the normalised axes' },
      { name: 'bias', doc: 'of the shape of the normalised axes', optional: true }
    ],
    outputs: OUT,
    attributes: { axis: integer('First of the axes that are normalised.', { default: -1 }), epsilon: epsilonField },
    pattern: 'scales',
    opens: (a, [x, , bias]) => partsOf(a, layerRule(a, shapeOf(x)).axes, 0, bias !== undefined),
    infer: ([x, scale, bias], a) => {
      const shape = shapeOf(x)
      needsRank('LayerNormalization', 'x', shape, 1, 'at least 1 dimension')
      const inner = shape.slice(axisIn('LayerNormalization', attr.number(a, 'axis'), shape))
      for (const [input, other] of [['scale', scale] as const, ...(bias ? [['bias', bias] as const] : [])]) {
        const both = broadcast(inner, shapeOf(other))
        if (!('shape' in both) || !sameShape(both.shape, inner))
          fail('shape.rank', {
            op: 'LayerNormalization',
            input,
            shape: showShape(shapeOf(other)),
            expected: `the shape of the normalised axes, ${showShape(inner)}`
          })
      }
      return float(shape)
    },
    vjp: (c) => gradients(c, layerRule(c.attributes, shapeOf(c.inputs[0]))),
    lower: (b, inputs, a) => lowered(b, inputs, a, layerRule(a, shapeOf(inputs[0]))),
    reference: ([x, scale, bias], a) => {
      const t = x as NonNullable<typeof x>
      const part = (v: typeof scale, at: readonly number[]): number => {
        const read = reader(v as NonNullable<typeof v>)
        return read(
          (v as NonNullable<typeof v>).shape.map((d, i, s) => (d === 1 ? 0 : (at.at(i - s.length) as number)))
        )
      }
      return reference(t, layerRule(a, t.shape).axes, attr.number(a, 'epsilon'), (n, at) => {
        return n * part(scale, at) + (bias ? part(bias, at) : 0)
      })
    },
    samples: [
      { shapes: [[4], [4], [4]] },
      { shapes: [[3, 5], [5], [5]] },
      { shapes: [[2, 3, 4], [3, 4], [4]], attributes: { axis: 1 } },
      { shapes: [[2, 1, 2, 3, 2], [2], []], attributes: { epsilon: 0.1 } },
      { shapes: [[3, 4], [4]] },
      { shapes: [['B', 4], [4], [4]] },
      {
        shapes: [[2, 16], [16], [16]],
        domain: [
          [9998, 10002],
          [-2, 2],
          [-2, 2]
        ]
      }
    ]
  })
]
