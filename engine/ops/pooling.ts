/** Pooling over windows of [batch, channels, …spatial], and dropout. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type LoopContext, type Op } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { countOf, type Dim, multiplyDims, type Shape, type StaticShape, showShape, sizeOf } from '../shape.ts'
import { flag, integer, integers, number } from './attributes.ts'
import { windowFields } from './convolution.ts'
import { part } from './opening.ts'
import { eachIndex, reader, tabulate } from './reference.ts'
import { define, dimAt, float, OUT, X } from './rules.ts'
import { digits, placeOf, placeText, split, type Windows, windowAttributes, windowsOf, windowText } from './windows.ts'

/** Below every float32 that is not infinite: what padding counts as in a search for the largest. */
const LOWEST = '(-3.4028234e38)'

const slide = (op: string, a: Attributes, shape: Shape): Windows => {
  const kernel = attr.numbers(a, 'kernel_shape')
  const w = windowsOf(op, a, shape, kernel)
  const rank = w.from.length
  const pads = attr.optionalNumbers(a, 'pads') ?? []
  const wide = pads.findIndex((p, i) => p >= (kernel[i % rank] as number))
  if (wide >= 0)
    fail('shape.attribute', {
      op,
      attribute: 'pads',
      value: `[${pads}]`,
      shape: showShape(shape),
      detail: 'Padding must be smaller than the window, else windows lie in the padding alone.'
    })
  return w
}

const pooled = (op: string, x: TensorType, a: Attributes): TensorType =>
  float([dimAt(x.shape, 0), dimAt(x.shape, 1), ...slide(op, a, x.shape).to])

const attributes = {
  kernel_shape: integers('The window, per spatial axis.', { default: [2, 2], min: 1 }),
  ...windowFields
}

const samples: Op['samples'] = [
  { shapes: [[2, 2, 4, 4]], attributes: { strides: [2, 2] } },
  { shapes: [[1, 2, 4, 5]] },
  { shapes: [[1, 1, 5, 5]], attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } },
  { shapes: [[2, 1, 5, 3]], attributes: { kernel_shape: [3, 2], pads: [2, 0, 0, 1] } },
  { shapes: [[1, 2, 7]], attributes: { kernel_shape: [3], strides: [2] } },
  { shapes: [[1, 1, 2, 3, 2]], attributes: { kernel_shape: [2, 2, 1] } },
  { shapes: [[0, 1, 3, 3]] },
  { shapes: [['B', 2, 3, 3]] }
]

/** Reads one element of a window over x. */
const element = (k: LoopContext, w: Windows, offset: readonly string[], otherwise: string): string => {
  const [n, c, ...o] = k.index as [string, string, ...string[]]
  const place = placeText(w, o, offset)
  return k.at(0, [n, c, ...place.at], place.guard, otherwise)
}

/** In each window the place of its first largest element, counted row by row; padding never is. */
function firstLargest(w: Windows, read: (at: readonly number[]) => number, at: readonly number[]): [number, number] {
  const [n, c, ...o] = at as [number, number, ...number[]]
  let [best, top] = [0, Number.NEGATIVE_INFINITY]
  eachIndex(w.kernel, (offset, i) => {
    const place = placeOf(w, o, offset)
    const x = place ? read([n, c, ...place]) : Number.NEGATIVE_INFINITY
    if (x > top || Number.isNaN(x)) [best, top] = [i, x]
  })
  return [best, top]
}

/** How many elements each window has: without the padding, unless that counts too. */
function counts(b: Builder, w: Windows, includePad: boolean): Value {
  const values: number[] = []
  eachIndex(w.to, (o) => {
    let inside = 0
    eachIndex(w.kernel, (offset) => {
      if (includePad || placeOf(w, o, offset)) inside++
    })
    values.push(inside)
  })
  const same = values.every((v) => v === values[0])
  return same ? b.number(values[0] ?? 1) : b.leaf('Const', { shape: [1, 1, ...w.to], dtype: 'float' }, { values })
}

const windowCount = (b: Builder, a: Attributes, w: Windows): Value => counts(b, w, a.count_include_pad === 1)

/** Each element of a window is looked at once. */
const windowFlops: Op['flops'] = (_, y, a) => multiplyDims(sizeOf(attr.numbers(a, 'kernel_shape')), countOf(y.shape))

export const pooling: readonly Op[] = [
  define({
    kind: 'MaxPool',
    family: 'pooling',
    title: 'Max pooling',
    doc: 'The largest element of each window of [batch, channels, spatial …] (ONNX MaxPool: without `strides` windows move by 1). Padding is never the largest. Backward, the gradient goes to the first largest element of the window, as in PyTorch.',
    formula: {
      forward: String.raw`y_{n,c,o} = \max_k x_{n,\, c,\, o s + k - p}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_i} = \sum_o \frac{\partial L}{\partial y_o} [\,i \text{ is the first largest of window } o\,]`
      }
    },
    flops: windowFlops,
    keywords: ['subsampling', 'cnn', '최대 풀링', '맥스 풀링'],
    inputs: X,
    outputs: OUT,
    attributes,
    pattern: 'routes',
    infer: ([x], a) => pooled('MaxPool', x as TensorType, a),
    vjp: ({ b, inputs: [x], upstream, attributes: a }) => {
      const place = b.emit('PoolPlace', [x as Value], a)
      return [b.emit('Unpool', [upstream, place], { ...a, shape: [...(x as Value).type.shape] as Dim[] })]
    },
    loop: (k) => {
      const w = slide('MaxPool', k.attributes, k.inputs[0] as StaticShape)
      return k.fold('max', w.kernel, (offset) => element(k, w, offset, LOWEST))
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const [w, read] = [slide('MaxPool', a, t.shape), reader(t)]
      return tabulate(shape, (at) => firstLargest(w, read, at)[1])
    },
    samples
  }),
  define({
    kind: 'PoolPlace',
    family: 'internal',
    title: 'Place of the largest',
    doc: 'Where in each window of MaxPool its first largest element stands.',
    formula: { forward: String.raw`y_o = \arg\max_k x_{o s + k - p}` },
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'blocks',
    notDifferentiable: 'an index jumps from one whole number to another: its derivative is 0 wherever it exists',
    infer: ([x], a) => ({ ...pooled('MaxPool', x as TensorType, a), dtype: 'int' }),
    loop: (k) => {
      const w = slide('MaxPool', k.attributes, k.inputs[0] as StaticShape)
      return k.argmax(sizeOf(w.kernel), (r) => element(k, w, split(k, r, w.kernel), LOWEST))
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const [w, read] = [slide('MaxPool', a, t.shape), reader(t)]
      return tabulate(shape, (at) => firstLargest(w, read, at)[0])
    },
    samples: [
      { shapes: [[1, 1, 5, 5]], attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } },
      { shapes: [[2, 2, 4]], attributes: { kernel_shape: [2] } }
    ]
  }),
  define({
    kind: 'Unpool',
    family: 'internal',
    title: 'Back to the place of the largest',
    doc: 'The gradient of MaxPool: adds each number up at the place that its window names.',
    formula: { forward: String.raw`y_i = \sum_o x_o [\, o s + \mathrm{place}_o - p = i \,]` },
    inputs: [{ name: 'x' }, { name: 'place' }],
    outputs: OUT,
    attributes: {},
    pattern: 'routes',
    infer: (_, a) => float(a.shape as Shape),
    loop: (k) => {
      const w = slide('MaxPool', k.attributes, k.out)
      const [n, c, ...place] = k.index as [string, string, ...string[]]
      return k.fold('sum', w.kernel, (offset) => {
        const found = windowText(k, w, place, offset)
        const at = [n, c, ...found.at]
        const own = offset.map((r, i) => `${r} * ${sizeOf(w.kernel.slice(i + 1))}`).join(' + ')
        return k.at(0, at, `${found.guard} && ${k.at(1, at)} == ${own}`)
      })
    },
    reference: ([g, place], a, shape) => {
      const [t, p] = [g as NonNullable<typeof g>, place as NonNullable<typeof place>]
      const w = slide('MaxPool', a, shape)
      const out = tabulate(shape, () => 0)
      eachIndex(t.shape, ([n, c, ...o], at) => {
        eachIndex(w.kernel, (offset, i) => {
          const from = placeOf(w, o, offset)
          if (!from || p.data[at] !== i) return
          const row = (n as number) * (shape[1] as number) + (c as number)
          out[from.reduce((sum, x, d) => sum * (w.from[d] as number) + x, row)]! += t.data[at] as number
        })
      })
      return out
    },
    vjp: ({ b, inputs, upstream, attributes }) => {
      const { shape: _, ...w } = attributes
      return [b.emit('PoolTake', [upstream, inputs[1] as Value], w), null]
    },
    samples: [
      {
        shapes: [
          [1, 2, 2, 3],
          [1, 2, 2, 3]
        ],
        kinds: [null, { indices: 4 }],
        attributes: { kernel_shape: [2, 2], strides: [2, 1], shape: [1, 2, 4, 4] }
      }
    ]
  }),
  define({
    kind: 'PoolTake',
    family: 'internal',
    title: 'Take from the place',
    doc: 'From each window the element at the place that is named: the transpose of Unpool.',
    formula: { forward: String.raw`y_o = x_{o s + \mathrm{place}_o - p}` },
    inputs: [{ name: 'x' }, { name: 'place' }],
    outputs: OUT,
    attributes: {},
    pattern: 'routes',
    infer: ([x], a) => pooled('MaxPool', x as TensorType, a),
    vjp: ({ b, inputs: [x, place], upstream, attributes }) => [
      b.emit('Unpool', [upstream, place as Value], { ...attributes, shape: [...(x as Value).type.shape] as Dim[] }),
      null
    ],
    loop: (k) => {
      const w = slide('MaxPool', k.attributes, k.inputs[0] as StaticShape)
      return element(k, w, split(k, k.whole(k.at(1, k.index)), w.kernel), '0')
    },
    reference: ([x, place], a, shape) => {
      const [t, p] = [x as NonNullable<typeof x>, place as NonNullable<typeof place>]
      const [w, read, index] = [slide('MaxPool', a, t.shape), reader(t), reader(p)]
      return tabulate(shape, (at) => {
        const [n, c, ...o] = at as [number, number, ...number[]]
        const from = placeOf(w, o, digits(index(at), w.kernel))
        return from ? read([n, c, ...from]) : 0
      })
    },
    samples: [
      {
        shapes: [
          [1, 2, 4, 4],
          [1, 2, 2, 3]
        ],
        kinds: [null, { indices: 4 }],
        attributes: { kernel_shape: [2, 2], strides: [2, 1] }
      }
    ]
  }),
  define({
    kind: 'AveragePool',
    family: 'pooling',
    title: 'Average pooling',
    doc: 'The mean of each window of [batch, channels, spatial …] (ONNX AveragePool: without `strides` windows move by 1). Padding does not count, unless `count_include_pad` is 1 (PyTorch’s default).',
    formula: {
      forward: String.raw`y_{n,c,o} = \frac{1}{|k|} \sum_k x_{n,\, c,\, o s + k - p}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_i} = \sum_{o \ni i} \frac{1}{|k|} \frac{\partial L}{\partial y_o}`
      }
    },
    flops: windowFlops,
    keywords: ['mean', 'subsampling', 'cnn', '평균 풀링'],
    inputs: X,
    outputs: OUT,
    attributes: { ...attributes, count_include_pad: flag('1 counts the padding as zeros.', 0) },
    pattern: 'spreads',
    infer: ([x], a) => pooled('AveragePool', x as TensorType, a),
    vjp: ({ b, inputs: [x], upstream, attributes: a }) => {
      const { shape } = (x as Value).type
      const w = slide('AveragePool', a, shape)
      const [n, c] = [dimAt(shape, 0), dimAt(shape, 1) as number]
      const each = b.reshape(b.div(upstream, windowCount(b, a, w)), [n, c, 1, sizeOf(w.to)])
      const columns = b.expand(each, [n, c, sizeOf(w.kernel), sizeOf(w.to)])
      return [b.emit('Fold', [columns], { ...windowAttributes(w, c), shape: [...shape] as Dim[] })]
    },
    lower: (b, [x], a) => {
      const { shape } = (x as Value).type as { shape: StaticShape }
      const w = slide('AveragePool', a, shape)
      const [n, c] = shape as unknown as [number, number]
      const sum = b.sum(b.emit('Unfold', [x as Value], windowAttributes(w, c)), [2])
      return b.div(b.reshape(sum, [n, c, ...w.to]), windowCount(b, a, w))
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const [w, read] = [slide('AveragePool', a, t.shape), reader(t)]
      return tabulate(shape, ([n, c, ...o]) => {
        let [sum, count] = [0, 0]
        eachIndex(w.kernel, (offset) => {
          const place = placeOf(w, o, offset)
          if (place) sum += read([n as number, c as number, ...place])
          if (place || a.count_include_pad === 1) count++
        })
        return sum / count
      })
    },
    samples: [
      ...samples,
      { shapes: [[1, 2, 4, 4]], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 } }
    ]
  }),
  define({
    kind: 'GlobalAveragePool',
    family: 'pooling',
    title: 'Global average pooling',
    doc: 'The mean of each channel over all spatial axes, which stay with size 1 (ONNX GlobalAveragePool).',
    formula: {
      forward: String.raw`y_{n,c} = \frac{1}{|i|} \sum_i x_{n,c,i}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_{n,c,i}} = \frac{1}{|i|} \frac{\partial L}{\partial y_{n,c}}`
      }
    },
    keywords: ['mean', 'gap', 'cnn', '전역 평균 풀링'],
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'spreads',
    opens: (_, [x]) => ({
      parts: [part('mean', 'ReduceMean', { x: 'input.x' }, { axes: spatial(x?.shape ?? []), keepdims: 1 })],
      outputs: { out: 'mean' }
    }),
    infer: ([x]) => {
      const { shape } = x as TensorType
      if (shape.length < 3)
        fail('shape.rank', {
          op: 'GlobalAveragePool',
          input: 'x',
          shape: showShape(shape),
          expected: 'batch, channels and spatial dimensions'
        })
      return float(shape.map((d, i) => (i < 2 ? d : 1)))
    },
    vjp: ({ b, inputs: [x], upstream }) => {
      const { shape } = (x as Value).type
      return [b.expand(b.div(upstream, b.count(x as Value, spatial(shape))), shape)]
    },
    lower: (b, [x]) => b.reduce('ReduceMean', x as Value, spatial((x as Value).type.shape), true),
    reference: ([x], _a, shape) => {
      const t = x as NonNullable<typeof x>
      const each = t.data.length / sizeOf(shape)
      return tabulate(shape, ([n, c]) => {
        const row = ((n as number) * (shape[1] as number) + (c as number)) * each
        return t.data.subarray(row, row + each).reduce((sum, v) => sum + v, 0) / each
      })
    },
    samples: [
      { shapes: [[2, 3, 4, 2]] },
      { shapes: [[1, 2, 5]] },
      { shapes: [[2, 1, 2, 2, 3]] },
      { shapes: [['B', 2, 2, 2]] }
    ]
  }),
  define({
    kind: 'Dropout',
    family: 'pooling',
    title: 'Dropout',
    doc: 'While training each element is dropped (0) with probability `ratio` and the others are multiplied by 1 / (1 - ratio), anew at each step; outside training x passes unchanged. The same seed drops the same elements.',
    formula: {
      forward: String.raw`y = m \odot x, \quad m_i \in \{0, \tfrac{1}{1 - r}\}`,
      backward: { x: String.raw`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \odot m` }
    },
    keywords: ['regularization', 'mask', '드롭아웃'],
    inputs: X,
    outputs: OUT,
    attributes: {
      ratio: number('Probability of being dropped.', { default: 0.5, min: 0, max: 0.999999 }),
      seed: integer('The same seed drops the same elements.', { default: 0, min: 0 })
    },
    pattern: 'gates',
    // The mask is drawn on the host and fed: 0 or 1 / (1 - ratio) while training, else ones. So every backend drops
    // the same elements, and one graph serves training and evaluation.
    build: ({ b, id, inputs, attributes: a }) => {
      const x = inputs.x as Value
      const mask = b.leaf(
        'Feed',
        { shape: x.type.shape, dtype: 'float' },
        {
          name: `${id}#mask`,
          random: { kind: 'DropoutMask', ratio: attr.number(a, 'ratio'), seed: attr.number(a, 'seed') }
        }
      )
      return { out: b.mul(x, mask) }
    },
    samples: [{ shapes: [['B', 4]] }, { shapes: [[]], attributes: { ratio: 0.2 } }, { shapes: [[2, 1, 3, 2, 2]] }]
  })
]

const spatial = (shape: Shape): number[] => shape.map((_, i) => i).slice(2)
