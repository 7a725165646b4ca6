/** Einstein summation: any product and sum over named axes. */
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Op, type VjpContext } from '../ir/op.ts'
import type { Attributes } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { countOf, type Dim, multiplyDims, type Shape, type StaticShape, showShape } from '../shape.ts'
import { text } from './attributes.ts'
import { eachIndex, reader, tabulate } from './reference.ts'
import { define, float, limited, OUT } from './rules.ts'

/** One label per axis; labels are letters, and numbers for the axes that an ellipsis stands for. */
type Labels = readonly string[]

interface Terms {
  readonly inputs: readonly Labels[]
  readonly output: Labels
  readonly sizes: ReadonlyMap<string, Dim>
}

const refuse = (equation: string, detail: string): never => fail('einsum.equation', { equation, detail })

/** Letters and "..." of one term, with the ellipsis opened into as many axes as are left over. */
function labelsOf(term: string, rank: number | null, equation: string): Labels {
  if (!/^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(term)) refuse(equation, `"${term}" is not made of letters and one "..."`)
  const [before = '', after] = term.split('...')
  if (after === undefined) return [...before]
  const open = (rank ?? 0) - before.length - after.length
  // Counted from the right, as broadcasting does.
  return [...before, ...Array.from({ length: Math.max(0, open) }, (_, i) => String(open - 1 - i)), ...after]
}

/** Reads an equation with the shapes it is used on. The output may be left out: then the labels that occur once. */
function parseEquation(equation: string, shapes: readonly Shape[]): Terms {
  const [left = '', right, more] = equation.replaceAll(' ', '').split('->')
  if (more !== undefined) refuse(equation, 'it has more than one "->"')
  const terms = left.split(',')
  if (terms.length !== shapes.length)
    refuse(equation, `it names ${terms.length} inputs, and ${shapes.length} are connected`)
  const inputs = terms.map((term, i) => labelsOf(term, (shapes[i] as Shape).length, equation))
  const sizes = new Map<string, Dim>()
  for (const [i, labels] of inputs.entries()) {
    const shape = shapes[i] as Shape
    if (labels.length !== shape.length)
      refuse(equation, `"${terms[i]}" has ${labels.length} axes, and input x${i} has shape ${showShape(shape)}`)
    for (const [axis, label] of labels.entries()) {
      const [known, size] = [sizes.get(label), shape[axis] as Dim]
      const wild = /\d/.test(label)
      if (known === undefined || (wild && known === 1)) sizes.set(label, size)
      else if (known !== size && !(wild && size === 1))
        refuse(equation, `axis ${wild ? '"..."' : `"${label}"`} is ${known} in one input and ${size} in x${i}`)
    }
  }
  const wild = [...sizes.keys()].filter((l) => /\d/.test(l)).sort((a, b) => Number(b) - Number(a))
  const all = inputs.flat()
  const once = [...sizes.keys()].filter((l) => /\D/.test(l) && all.indexOf(l) === all.lastIndexOf(l)).sort()
  const output =
    right === undefined ? [...wild, ...once] : labelsOf(right, wild.length + right.replaceAll('.', '').length, equation)
  const unknown = output.find((l) => !sizes.has(l))
  if (unknown !== undefined) refuse(equation, `the output names "${unknown}", which no input has`)
  const twice = output.find((l, i) => output.indexOf(l) !== i)
  if (twice !== undefined) refuse(equation, `the output names "${twice}" twice`)
  return { inputs, output, sizes }
}

const termsOf = (a: Attributes, inputs: readonly Value[]): Terms =>
  parseEquation(
    attr.text(a, 'equation'),
    inputs.map((v) => v.type.shape)
  )

const outputShape = ({ output, sizes }: Terms): Dim[] => output.map((l) => sizes.get(l) as Dim)

/** Takes away the axes of size 1 that an ellipsis broadcasts, so that every label has one size. */
function squeezed(b: Builder, x: Value, labels: Labels, sizes: Terms['sizes']): { value: Value; labels: Labels } {
  const kept = labels.map((_, i) => i).filter((i) => x.type.shape[i] === sizes.get(labels[i] as string))
  return {
    value: b.reshape(
      x,
      kept.map((i) => x.type.shape[i] as Dim)
    ),
    labels: kept.map((i) => labels[i] as string)
  }
}

const contract = (b: Builder, values: readonly Value[], labels: readonly Labels[], out: Labels, shape: Shape): Value =>
  b.emit('Contract', values, { labels: labels.map((l) => [...l]), output: [...out], shape: [...shape] as Dim[] })

const labelsIn = (a: Attributes): readonly Labels[] => a.labels as unknown as readonly Labels[]
const labelsOut = (a: Attributes): Labels => a.output as unknown as Labels
const distinct = (labels: Labels): boolean => new Set(labels).size === labels.length

/** Sums over the labels that only this operand has. */
function summedOver(b: Builder, x: Value, labels: Labels, keep: Labels): { value: Value; labels: Labels } {
  const axes = labels.flatMap((l, i) => (keep.includes(l) ? [] : [i]))
  return { value: b.sum(x, axes), labels: labels.filter((l) => keep.includes(l)) }
}

/**
 * One or two operands without repeated labels as transposes around a matrix product; null where the loop is needed.
 * Batch labels are in both and in the output, summed labels in both, the others in one and in the output.
 */
function asProduct(b: Builder, inputs: readonly Value[], a: Attributes): Value | null {
  const out = labelsOut(a)
  const given = labelsIn(a)
  const known = new Set(given.flat())
  if (inputs.length > 2 || ![...given, out].every(distinct) || out.some((l) => !known.has(l))) return null
  const operands = inputs.map((x, i) =>
    summedOver(b, x, given[i] as Labels, [...out, ...given.filter((_, j) => j !== i).flat()])
  )
  const arrange = (x: { value: Value; labels: Labels }, order: Labels): Value =>
    b.transpose(
      x.value,
      order.map((l) => x.labels.indexOf(l))
    )
  const [p, q] = operands as [(typeof operands)[number], (typeof operands)[number] | undefined]
  if (!q) return arrange(p, out)
  const batch = out.filter((l) => p.labels.includes(l) && q.labels.includes(l))
  const inner = p.labels.filter((l) => q.labels.includes(l) && !out.includes(l))
  const left = out.filter((l) => !batch.includes(l) && p.labels.includes(l))
  const right = out.filter((l) => !batch.includes(l) && q.labels.includes(l))
  const sizes = new Map(operands.flatMap((x) => x.labels.map((l, i) => [l, x.value.type.shape[i] as Dim] as const)))
  const size = (labels: Labels): Dim => countOf(labels.map((l) => sizes.get(l) as Dim))
  const shape = (labels: Labels): Dim[] => labels.map((l) => sizes.get(l) as Dim)
  const product = b.matmul(
    b.reshape(arrange(p, [...batch, ...left, ...inner]), [size(batch), size(left), size(inner)]),
    b.reshape(arrange(q, [...batch, ...inner, ...right]), [size(batch), size(inner), size(right)])
  )
  const order = [...batch, ...left, ...right]
  return arrange({ value: b.reshape(product, shape(order)), labels: order }, out)
}

/** Sizes of the labels that are summed over, in the order in which they appear. */
function summed(a: Attributes, shapes: readonly StaticShape[]): { labels: string[]; extents: number[] } {
  const sizes = new Map<string, number>()
  for (const [i, labels] of labelsIn(a).entries())
    for (const [axis, l] of labels.entries()) sizes.set(l, (shapes[i] as StaticShape)[axis] as number)
  for (const l of labelsOut(a)) sizes.delete(l)
  return { labels: [...sizes.keys()], extents: [...sizes.values()] }
}

/** Where a label's coordinate comes from: the output's first axis of that name, else the summed ones. */
function lookup<T>(a: Attributes, index: readonly T[], labels: readonly string[], r: readonly T[]): (l: string) => T {
  const out = labelsOut(a)
  return (l) => (out.includes(l) ? index[out.indexOf(l)] : r[labels.indexOf(l)]) as T
}

/** The gradient of x_n contracts the upstream gradient with the other inputs into the labels of x_n. */
function contractGradients({ b, inputs, upstream, needs, attributes }: VjpContext): (Value | null)[] {
  const labels = labelsIn(attributes)
  return inputs.map((x, i) => {
    if (!needs(i)) return null
    const others = inputs.map((_, j) => j).filter((j) => j !== i)
    return contract(
      b,
      [upstream, ...others.map((j) => inputs[j] as Value)],
      [labelsOut(attributes), ...others.map((j) => labels[j] as Labels)],
      labels[i] as Labels,
      x.type.shape
    )
  })
}

const samples: Op['samples'] = [
  {
    shapes: [
      [2, 3],
      [3, 4]
    ],
    attributes: { equation: 'ij,jk->ik' }
  },
  { shapes: [[2, 3]], attributes: { equation: 'ij->ji' } },
  { shapes: [[2, 3]], attributes: { equation: 'ij->' } },
  { shapes: [[3, 3]], attributes: { equation: 'ii->i' } },
  { shapes: [[3, 3]], attributes: { equation: 'ii' } },
  { shapes: [[3], [4]], attributes: { equation: 'i,j->ij' } },
  {
    shapes: [
      [2, 3, 4],
      [2, 5, 4]
    ],
    attributes: { equation: 'bqd,bkd->bqk' }
  },
  { shapes: [[2, 3], [3, 2], [2]], attributes: { equation: 'ij,jk,k->i' } },
  {
    shapes: [
      [2, 1, 3, 4],
      [2, 4, 2]
    ],
    attributes: { equation: '...ij,...jk->...ik' }
  },
  {
    shapes: [
      [2, 3],
      [4, 3]
    ],
    attributes: { equation: 'ij,kl->jk' }
  },
  { shapes: [[], [2]], attributes: { equation: ',i->i' } },
  {
    shapes: [
      ['B', 2, 3],
      ['B', 4, 3]
    ],
    attributes: { equation: 'bqd,bkd->bqk' }
  },
  { shapes: [['B', 2, 2]], attributes: { equation: '...ii' } },
  {
    shapes: [
      [2, 0],
      [0, 3]
    ],
    attributes: { equation: 'ij,jk' }
  }
]

export const einsum: readonly Op[] = [
  define({
    kind: 'Einsum',
    family: 'linear',
    title: 'Einstein sum',
    doc: 'Names the axes of each input by letters; axes of the same name are multiplied together, and those that the output does not name are added up: `ij,jk->ik` is the matrix product. `...` stands for any leading axes. Without `->` the output has the letters that occur once, in alphabetical order.',
    formula: {
      forward: String.raw`y_{\mathrm{out}} = \sum_{\text{other labels}} \prod_n (x_n)_{\mathrm{labels}_n}`,
      backward: {
        x: String.raw`\frac{\partial L}{\partial x_n} = \mathrm{einsum}\!\left(\frac{\partial L}{\partial y},\ x_{m \ne n}\right) \text{ with the labels of } x_n \text{ as output}`
      }
    },
    keywords: ['tensor contraction', 'trace', 'matmul', 'attention', '아인슈타인 합'],
    inputs: [],
    variadic: { name: 'x', min: 1 },
    outputs: OUT,
    attributes: { equation: text('Labels of the inputs, "->", labels of the output.', { default: 'ij,jk->ik' }) },
    pattern: 'multiplies by the transpose',
    flops: (inputs, _, a) => {
      const { sizes } = parseEquation(
        attr.text(a, 'equation'),
        inputs.map((i) => i.shape)
      )
      return multiplyDims(inputs.length, countOf([...sizes.values()]))
    },
    infer: (inputs, a) =>
      limited(
        'Einsum',
        float(
          outputShape(
            parseEquation(
              attr.text(a, 'equation'),
              inputs.map((i) => i.shape)
            )
          )
        )
      ),
    vjp: ({ b, inputs, upstream, needs, attributes }) => {
      const { inputs: labels, output, sizes } = termsOf(attributes, inputs)
      const parts = inputs.map((x, i) => squeezed(b, x, labels[i] as Labels, sizes))
      return inputs.map((x, i) => {
        if (!needs(i)) return null
        const others = parts.filter((_, j) => j !== i)
        const own = parts[i] as (typeof parts)[number]
        const gradient = contract(
          b,
          [upstream, ...others.map((o) => o.value)],
          [output, ...others.map((o) => o.labels)],
          own.labels,
          own.value.type.shape
        )
        return b.reshape(gradient, x.type.shape)
      })
    },
    lower: (b, inputs, a) => {
      const terms = termsOf(a, inputs)
      const parts = inputs.map((x, i) => squeezed(b, x, terms.inputs[i] as Labels, terms.sizes))
      return contract(
        b,
        parts.map((p) => p.value),
        parts.map((p) => p.labels),
        terms.output,
        outputShape(terms)
      )
    },
    reference: (inputs, a, shape) => {
      const {
        inputs: labels,
        output,
        sizes
      } = parseEquation(
        attr.text(a, 'equation'),
        inputs.map((t) => t.shape)
      )
      const readers = inputs.map(reader)
      const rest = [...sizes.keys()].filter((l) => !output.includes(l))
      return tabulate(shape, (at) => {
        let sum = 0
        eachIndex(
          rest.map((l) => sizes.get(l) as number),
          (r) => {
            const value = (l: string) => (output.includes(l) ? at[output.indexOf(l)] : r[rest.indexOf(l)]) as number
            sum += readers.reduce((product, read, n) => {
              const own = labels[n] as Labels
              const { shape: from } = inputs[n] as (typeof inputs)[number]
              return product * read(own.map((l, axis) => (from[axis] === 1 ? 0 : value(l))))
            }, 1)
          }
        )
        return sum
      })
    },
    samples
  }),
  define({
    kind: 'Contract',
    family: 'internal',
    title: 'Product and sum over labels',
    doc: 'Einsum with one label per axis. An output label may be missing in the inputs (the result repeats along it) or stand twice (the result is 0 off the diagonal): so the gradient of an Einsum is again one of these.',
    formula: { forward: String.raw`y = \sum \prod_n x_n` },
    inputs: [],
    variadic: { name: 'x', min: 1 },
    outputs: OUT,
    attributes: {},
    pattern: 'multiplies by the transpose',
    infer: (_, a) => limited('Einsum', float(a.shape as Shape)),
    vjp: contractGradients,
    lower: (b, inputs, a) => asProduct(b, inputs, a) ?? b.emit('ContractLoop', inputs, a),
    samples: [
      {
        shapes: [[3], [3, 2]],
        attributes: { labels: [['i'], ['i', 'j']], output: ['i', 'i', 'j', 'k'], shape: [3, 3, 2, 2] }
      },
      { shapes: [[3, 3]], attributes: { labels: [['i', 'i']], output: ['i'], shape: [3] } },
      { shapes: [[]], attributes: { labels: [[]], output: ['i'], shape: [2] } }
    ]
  }),
  define({
    kind: 'ContractLoop',
    family: 'internal',
    title: 'Product and sum over labels, element by element',
    doc: 'Contract where it is no matrix product.',
    formula: { forward: String.raw`y = \sum \prod_n x_n` },
    inputs: [],
    variadic: { name: 'x', min: 1 },
    outputs: OUT,
    attributes: {},
    pattern: 'multiplies by the transpose',
    infer: (_, a) => limited('Einsum', float(a.shape as Shape)),
    vjp: contractGradients,
    loop: (k) => {
      const a = k.attributes
      const out = labelsOut(a)
      const { labels, extents } = summed(a, k.inputs)
      const sum = k.fold('sum', extents, (r) => {
        const coordinate = lookup(a, k.index, labels, r)
        return labelsIn(a)
          .map((own, n) => k.at(n, own.map(coordinate)))
          .join(' * ')
      })
      const diagonal = out.flatMap((l, i) =>
        out.indexOf(l) < i ? [`${k.index[out.indexOf(l)]} == ${k.index[i]}`] : []
      )
      return diagonal.length === 0 ? sum : `(${diagonal.join(' && ')} ? ${sum} : 0)`
    },
    reference: (inputs, a, shape) => {
      const readers = inputs.map(reader)
      const out = labelsOut(a)
      const { labels, extents } = summed(
        a,
        inputs.map((t) => t.shape)
      )
      return tabulate(shape, (at) => {
        if (out.some((l, i) => at[out.indexOf(l)] !== at[i])) return 0
        let sum = 0
        eachIndex(extents, (r) => {
          const coordinate = lookup(a, at, labels, r)
          sum += readers.reduce((p, read, n) => p * read((labelsIn(a)[n] as Labels).map(coordinate)), 1)
        })
        return sum
      })
    },
    samples: [{ shapes: [[2, 2]], attributes: { labels: [['i', 'i']], output: [], shape: [] } }]
  })
]
