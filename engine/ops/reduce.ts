/** Reductions over axes. */

import type { Builder, Value } from '../ir/builder.ts'
import { attr, type LoopContext, type Op, type VjpContext } from '../ir/op.ts'
import type { Attributes, DType } from '../ir/types.ts'
import { countOf, type Dim, type Shape } from '../shape.ts'
import { flag, integer, integers } from './attributes.ts'
import { part } from './opening.ts'
import { eachIndex, reader, tabulate } from './reference.ts'
import { axesIn, axisIn, define, float, OUT, X } from './rules.ts'

const attributes = {
  axes: integers('Axes to reduce; null = all.', { default: null }),
  keepdims: flag('1 keeps the reduced axes with size 1.', 0)
}

const axesOf = (a: Attributes, shape: Shape) => axesIn('Reduce', attr.optionalNumbers(a, 'axes'), shape)

function reducedShape(shape: Shape, axes: readonly number[], keepdims: boolean): Dim[] {
  return shape.flatMap((d, i) => (axes.includes(i) ? (keepdims ? [1] : []) : [d]))
}

/** Coordinates in x, from those of the result and of the reduced axes. */
function merged<T>(rank: number, axes: readonly number[], keepdims: boolean, at: readonly T[], r: readonly T[]): T[] {
  const whole: T[] = []
  let [kept, reduced] = [0, 0]
  for (let i = 0; i < rank; i++) {
    if (axes.includes(i)) whole.push(r[reduced++] as T)
    else whole.push(at[keepdims ? i : kept++] as T)
  }
  return whole
}

const samples: Op['samples'] = [
  { shapes: [[2, 3, 4]] },
  { shapes: [['B', 2]], attributes: { axes: [0] } },
  { shapes: [[2, 3, 4]], attributes: { axes: [1] } },
  { shapes: [[2, 3, 4]], attributes: { axes: [0, -1], keepdims: 1 } },
  { shapes: [[]] },
  { shapes: [[2, 1, 3, 2, 2]], attributes: { axes: [1, 3] } },
  { shapes: [[2, 1, 2, 1, 2, 2]], attributes: { axes: [0, 3, -1] } }
]

interface Reduction {
  kind: string
  title: string
  doc: string
  forward: string
  dx: string
  pattern: Op['pattern']
  keywords?: readonly string[]
  opens?: Op['opens']
  loop?: (k: LoopContext) => string
  fold?: 'sum' | 'max' | 'min' | 'prod'
  lower?: Op['lower']
  reference: (values: readonly number[]) => number
  /** `spread` makes a tensor of the result's shape as large as x. */
  gradient: (
    c: VjpContext & {
      readonly x: Value
      readonly y: Value
      readonly axes: readonly number[]
      readonly spread: (v: Value) => Value
    }
  ) => Value
  samples?: Op['samples']
}

const spread = (b: Builder, v: Value, x: Value, axes: readonly number[]): Value =>
  b.expand(b.reshape(v, reducedShape(x.type.shape, axes, true)), x.type.shape)

const reduction = (o: Reduction): Op =>
  define({
    kind: o.kind,
    family: 'reduce',
    title: o.title,
    doc: o.doc,
    formula: { forward: o.forward, backward: { x: o.dx } },
    ...(o.keywords ? { keywords: o.keywords } : {}),
    inputs: X,
    outputs: OUT,
    attributes,
    pattern: o.pattern,
    infer: ([x], a) => {
      const shape = x?.shape ?? []
      return float(reducedShape(shape, axesIn(o.kind, attr.optionalNumbers(a, 'axes'), shape), a.keepdims === 1))
    },
    vjp: (c) => {
      const x = c.inputs[0] as Value
      const axes = axesOf(c.attributes, x.type.shape)
      return [o.gradient({ ...c, x, y: c.output, axes, spread: (v) => spread(c.b, v, x, axes) })]
    },
    ...(o.lower ? { lower: o.lower } : {}),
    ...(o.opens ? { opens: o.opens } : {}),
    ...(o.fold
      ? {
          loop: (k: LoopContext) => {
            const shape = k.inputs[0] as readonly number[]
            const axes = axesOf(k.attributes, shape)
            return k.fold(
              o.fold as 'sum',
              axes.map((i) => shape[i] as number),
              (r) => k.at(0, merged(shape.length, axes, k.attributes.keepdims === 1, k.index, r))
            )
          }
        }
      : {}),
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const read = reader(t)
      const axes = axesOf(a, t.shape)
      const extents = axes.map((i) => t.shape[i] as number)
      return tabulate(shape, (at) => {
        const values: number[] = []
        eachIndex(extents, (r) => values.push(read(merged(t.shape.length, axes, a.keepdims === 1, at, r))))
        return o.reference(values)
      })
    },
    samples: o.samples ?? samples
  })

const extreme = (kind: 'ReduceMax' | 'ReduceMin', fold: 'max' | 'min', title: string, keyword: string): Op =>
  reduction({
    kind,
    title,
    doc: `The ${fold === 'max' ? 'largest' : 'smallest'} element. Where several are equal they share the gradient evenly, as PyTorch's ${fold === 'max' ? 'amax' : 'amin'} does.`,
    forward: String.raw`y = \${fold}_i x_i`,
    dx: String.raw`\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial y} \frac{[x_i = y]}{\#\{j : x_j = y\}}`,
    pattern: 'routes',
    keywords: [keyword, fold],
    fold,
    reference: (values) => (fold === 'max' ? Math.max(...values) : Math.min(...values)),
    gradient: ({ b, x, y, axes, spread: wide, upstream }) => {
      const hit = b.emit('Equal', [x, wide(y)])
      const ties = b.sum(hit, axes, true)
      return b.div(b.mul(wide(upstream), hit), ties)
    }
  })

export const reduce: readonly Op[] = [
  reduction({
    kind: 'ReduceSum',
    title: 'Sum over axes',
    doc: 'Adds the elements up. Backward, each element gets the whole upstream gradient.',
    forward: String.raw`y = \sum_i x_i`,
    dx: String.raw`\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial y}`,
    pattern: 'spreads',
    keywords: ['sum', '합'],
    fold: 'sum',
    reference: (values) => values.reduce((a, b) => a + b, 0),
    gradient: ({ spread: wide, upstream }) => wide(upstream)
  }),
  reduction({
    kind: 'ReduceMean',
    title: 'Mean over axes',
    doc: 'The mean of the elements. Backward, each gets its share of the upstream gradient.',
    forward: String.raw`y = \frac{1}{n} \sum_i x_i`,
    dx: String.raw`\frac{\partial L}{\partial x_i} = \frac{1}{n} \frac{\partial L}{\partial y}`,
    pattern: 'spreads',
    keywords: ['average', '평균'],
    lower: (b, [x], a) => {
      const v = x as Value
      const axes = axesOf(a, v.type.shape)
      return b.div(b.sum(v, axes, a.keepdims === 1), countOf(axes.map((i) => v.type.shape[i] as Dim)) as number)
    },
    reference: (values) => values.reduce((a, b) => a + b, 0) / values.length,
    gradient: ({ b, x, axes, spread: wide, upstream }) => wide(b.div(upstream, b.count(x, axes)))
  }),
  extreme('ReduceMax', 'max', 'Maximum over axes', '최댓값'),
  extreme('ReduceMin', 'min', 'Minimum over axes', '최솟값'),
  reduction({
    kind: 'ReduceProd',
    title: 'Product over axes',
    doc: 'Multiplies the elements. The gradient of an element is the product of all the others, exact also where elements are 0, as in PyTorch.',
    forward: String.raw`y = \prod_i x_i`,
    dx: String.raw`\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial y} \prod_{j \ne i} x_j`,
    pattern: 'scales',
    keywords: ['multiply', '곱'],
    fold: 'prod',
    reference: (values) => values.reduce((a, b) => a * b, 1),
    // y / x does not do where x is 0. With the product p of what is not 0: without any zero each gets p / x; a single
    // zero gets p and the others nothing; with two zeros nobody gets anything.
    gradient: ({ b, x, axes, spread: wide, upstream }) => {
      const zero = b.equal(x, 0)
      const some = b.where(zero, 1, x)
      const p = b.reduce('ReduceProd', some, axes, true)
      const zeros = b.sum(zero, axes, true)
      const others = b.where(b.equal(b.sub(zeros, zero), 0), b.div(p, some), 0)
      return b.mul(wide(upstream), others)
    },
    samples: [...samples, { shapes: [[3, 3]], attributes: { axes: [1] }, kinds: ['binary'] }, { shapes: [[2, 0]] }]
  }),
  reduction({
    kind: 'ReduceL2',
    title: 'Euclidean norm over axes',
    doc: 'The square root of the sum of squares. The gradient at 0 is 0, as in PyTorch.',
    forward: String.raw`y = \sqrt{\sum_i x_i^2}`,
    dx: String.raw`\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial y} \frac{x_i}{y}`,
    pattern: 'scales',
    keywords: ['length', 'magnitude', 'norm', '노름'],
    opens: ({ axes, keepdims }) => ({
      parts: [
        part('square', 'Mul', { a: 'input.x', b: 'input.x' }),
        part('sum', 'ReduceSum', { x: 'square' }, { axes, keepdims }),
        part('sqrt', 'Sqrt', { x: 'sum' })
      ],
      outputs: { out: 'sqrt' }
    }),
    lower: (b, [x], a) => {
      const v = x as Value
      return b.one('Sqrt', b.sum(b.mul(v, v), axesOf(a, v.type.shape), a.keepdims === 1))
    },
    reference: (values) => Math.sqrt(values.reduce((a, b) => a + b * b, 0)),
    gradient: ({ b, x, y, spread: wide, upstream }) => {
      const zero = b.equal(y, 0)
      return b.mul(x, wide(b.div(b.where(zero, 0, upstream), b.where(zero, 1, y))))
    }
  }),
  define({
    kind: 'ArgMax',
    family: 'reduce',
    title: 'Index of the maximum',
    doc: 'Where the largest element stands along an axis; the first one where several are equal.',
    formula: { forward: String.raw`y = \arg\max_i x_i` },
    keywords: ['argmax', 'predict'],
    inputs: X,
    outputs: OUT,
    attributes: {
      axis: integer('The axis to search along.', { default: 0 }),
      keepdims: flag('1 keeps the axis with size 1.', 0)
    },
    pattern: 'blocks',
    notDifferentiable: 'an index jumps from one whole number to another: its derivative is 0 wherever it exists',
    infer: ([x], a) => {
      const shape = x?.shape ?? []
      const axis = axisIn('ArgMax', attr.number(a, 'axis'), shape)
      return { shape: reducedShape(shape, [axis], a.keepdims === 1), dtype: 'int' as DType }
    },
    loop: (k) => {
      const shape = k.inputs[0] as readonly number[]
      const axis = axisIn('ArgMax', attr.number(k.attributes, 'axis'), shape)
      return k.argmax(shape[axis] as number, (r) =>
        k.at(0, merged(shape.length, [axis], k.attributes.keepdims === 1, k.index, [r]))
      )
    },
    reference: ([x], a, shape) => {
      const t = x as NonNullable<typeof x>
      const read = reader(t)
      const axis = axisIn('ArgMax', attr.number(a, 'axis'), t.shape)
      return tabulate(shape, (at) => {
        let best = 0
        const value = (r: number) => read(merged(t.shape.length, [axis], a.keepdims === 1, at, [r]))
        for (let r = 1; r < (t.shape[axis] as number); r++) if (value(r) > value(best)) best = r
        return best
      })
    },
    samples: [
      { shapes: [[3, 4]], attributes: { axis: 1 } },
      { shapes: [[3, 4]], attributes: { axis: -2, keepdims: 1 } }
    ]
  }),
  define({
    kind: 'CountOf',
    family: 'internal',
    title: 'How many elements',
    doc: 'The number of elements along the axes: a constant as soon as the batch is known.',
    formula: { forward: 'n' },
    inputs: X,
    outputs: OUT,
    attributes: {},
    pattern: 'source',
    notDifferentiable: 'a count does not depend on the values',
    infer: () => float([]),
    lower: (b, [x], a) => {
      const { shape } = (x as Value).type
      return b.number(countOf(axesOf(a, shape).map((i) => shape[i] as Dim)) as number)
    },
    samples: [{ shapes: [[2, 3]], attributes: { axes: [1] } }]
  })
]
