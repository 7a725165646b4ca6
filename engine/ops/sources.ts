/** Where numbers come from: parameters, constants, inputs, data sets, chance. */
import { dataSetInfo, dataSetNames } from '../data/dataset.ts'
import { attr, type Op } from '../ir/op.ts'
import type { Attributes } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { BATCH, countOf, type Shape, showShape, sizeOf } from '../shape.ts'
import {
  boolean,
  choice,
  init,
  integer,
  number,
  numbers,
  optionalInteger,
  optionalNumber,
  shape
} from './attributes.ts'
import { define, float, limited, OUT, shapeOfAttribute } from './rules.ts'

const needsCount = (op: string, of: Shape, values: readonly number[]): void => {
  if (countOf(of) !== values.length) {
    fail('shape.values', { op, shape: showShape(of), expected: countOf(of), found: values.length })
  }
}

const source = (o: Pick<Op, 'kind' | 'title' | 'doc' | 'formula' | 'attributes' | 'build'> & Partial<Op>): Op =>
  define({ family: 'sources', inputs: [], outputs: OUT, pattern: 'source', samples: [], ...o })

const random = (kind: string, title: string, doc: string, forward: string, fields: Op['attributes']): Op =>
  source({
    kind,
    title,
    doc,
    formula: { forward },
    keywords: ['noise', 'seed', '난수'],
    attributes: {
      shape: shape('Sizes; the first may be null for the batch.', true),
      ...fields,
      seed: integer('The same seed gives the same numbers.', { default: 0, min: 0 })
    },
    build: ({ b, id, attributes }) => ({
      // Drawn on the host and fed, so that every backend sees the same numbers.
      out: b.leaf(
        'Feed',
        { shape: shapeOfAttribute(attributes, BATCH), dtype: 'float' },
        { name: id, random: { ...attributes, kind } as Attributes as never }
      )
    })
  })

/** What a Dataset node reads, without the attributes that are left to the data set's own defaults. */
export const dataSetAttributes = (a: Attributes): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(a).filter(([key, value]) => key !== 'source' && value !== null && value !== undefined)
  )

export const sources: readonly Op[] = [
  source({
    kind: 'Parameter',
    title: 'Parameter',
    doc: 'A tensor that training changes. It starts as its initialiser says and keeps its numbers between runs. One that is not trainable keeps them through training too, though its gradient is shown; a batch normalisation that is wired to such ones keeps its running statistics in them.',
    formula: { forward: String.raw`y = \theta` },
    keywords: ['weight', 'variable', 'trainable', '가중치', '매개변수'],
    attributes: {
      shape: shape('Its sizes; none for a single number.'),
      init: init('How it starts.', { kind: 'values', values: [0] }),
      trainable: boolean('Whether the optimizer changes it.', { default: true })
    },
    build: ({ b, id, attributes }) => {
      const sizes = attr.numbers(attributes, 'shape')
      limited('Parameter', float(sizes))
      const start = attributes.init as { kind: string; values?: readonly number[] }
      if (start.kind === 'values') needsCount('Parameter', sizes, start.values ?? [])
      const fixed = attributes.trainable === false ? { trainable: false } : {}
      return {
        out: b.leaf('Variable', { shape: sizes, dtype: 'float' }, { name: id, init: start as never, ...fixed })
      }
    }
  }),
  source({
    kind: 'Constant',
    title: 'Constant',
    doc: 'A tensor that never changes. Its gradient is shown, but training leaves it alone.',
    formula: { forward: 'y = c' },
    keywords: ['number', 'literal', '상수'],
    attributes: {
      shape: shape('Its sizes; none for a single number.'),
      values: numbers('All numbers, row by row.', { default: [0] })
    },
    build: ({ b, attributes }) => {
      const sizes = attr.numbers(attributes, 'shape')
      const values = attr.numbers(attributes, 'values')
      needsCount('Constant', sizes, values)
      // Not folded to "one number fills all": an edge shows what was written.
      return { out: b.leaf('Const', { shape: sizes, dtype: 'float' }, { values }) }
    }
  }),
  source({
    kind: 'Input',
    title: 'Input',
    doc: 'A tensor that is fed at run time. The first size may be left open for the batch.',
    formula: { forward: 'y = x' },
    keywords: ['placeholder', 'feed', '입력'],
    attributes: {
      shape: shape('Sizes; the first may be null for the batch.', true),
      values: numbers('An example, used where nothing is fed; for an open batch any number of whole rows.', {
        default: []
      })
    },
    build: ({ b, id, attributes }) => {
      const sizes = shapeOfAttribute(attributes, BATCH)
      limited('Input', float(sizes))
      const values = attr.numbers(attributes, 'values')
      const row = sizeOf(sizes.filter((d) => typeof d === 'number'))
      const open = sizes.includes(BATCH)
      if (values.length > 0 && (open ? row === 0 || values.length % row !== 0 : values.length !== row)) {
        fail('shape.values', {
          op: 'Input',
          shape: showShape(sizes),
          expected: open ? `a multiple of ${row}` : row,
          found: values.length
        })
      }
      return { out: b.leaf('Feed', { shape: sizes, dtype: 'float' }, { name: id, example: values }) }
    }
  }),
  source({
    kind: 'Dataset',
    title: 'Data set',
    doc: 'Examples and their labels, a batch at a time. Which attributes matter depends on the source.',
    formula: { forward: '(x_n, t_n)_{n=1}^{B}' },
    caption: (a) => attr.text(a, 'source'),
    keywords: ['data', 'mnist', 'digits', 'batch', '데이터'],
    outputs: [
      { name: 'features', doc: 'one example per row' },
      { name: 'labels', doc: 'what belongs to each' }
    ],
    attributes: {
      source: choice('Which data set.', dataSetNames, 'digits'),
      flatten: boolean('Images as rows of pixels; else channels × height × width.', { default: true }),
      oneHot: boolean('Labels as one-hot rows; else class indices.', { default: true }),
      size: optionalInteger('Training examples; null = the set’s own number.', { min: 1 }),
      noise: optionalNumber('Standard deviation of the noise; null = the set’s own.', { min: 0 }),
      classes: optionalInteger('Arms of the spiral; null = 3.', { min: 2, max: 10 }),
      seed: integer('Sets that are drawn: the same seed gives the same data.', { default: 0 })
    },
    build: ({ b, id, attributes }) => {
      const info = dataSetInfo(attr.text(attributes, 'source'), dataSetAttributes(attributes))
      const feed = (output: 'features' | 'labels', row: readonly number[], dtype: 'float' | 'int') =>
        b.leaf('Feed', { shape: [BATCH, ...row], dtype }, { name: `${id}#${output}`, dataset: id, output })
      return {
        features: feed('features', info.features, 'float'),
        labels: feed(
          'labels',
          info.labels,
          info.labels.length === 0 && info.task === 'classification' ? 'int' : 'float'
        )
      }
    }
  }),
  random(
    'RandomNormal',
    'Random (normal)',
    'Normally distributed numbers, new for each step.',
    String.raw`y \sim \mathcal{N}(\mu, \sigma^2)`,
    {
      mean: number('Mean.', { default: 0 }),
      scale: number('Standard deviation.', { default: 1, min: 0 })
    }
  ),
  random(
    'RandomUniform',
    'Random (uniform)',
    'Evenly distributed numbers, new for each step.',
    String.raw`y \sim \mathcal{U}(low, high)`,
    {
      low: number('Lower end.', { default: 0 }),
      high: number('Upper end.', { default: 1 })
    }
  )
]
