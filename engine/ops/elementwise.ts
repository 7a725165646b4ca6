/** How an elementwise operator of one or two inputs is written down. */
import type { Value } from '../ir/builder.ts'
import type { Compose, Op, Pattern, VjpContext } from '../ir/op.ts'
import type { Attributes } from '../ir/types.ts'
import { AB, binarySamples, define, elementwise, OUT, unarySamples, X } from './rules.ts'

/** A number as kernel text: always with a sign in parentheses, never in a form that only JavaScript reads. */
export const number32 = (x: number): string => (x < 0 || Object.is(x, -0) ? `(${x})` : String(x))

type Gradient = (
  c: VjpContext & { readonly a: Value; readonly b_: Value; readonly y: Value; readonly g: Value }
) => Value

interface Binary {
  kind: string
  title: string
  doc: string
  forward: string
  da: string
  db: string
  pattern: Pattern
  scalar: (a: string, b: string) => string
  reference: (a: number, b: number) => number
  a: Gradient
  b: Gradient
  samples?: Op['samples']
  keywords?: readonly string[]
}

/** Gradients are written for equal shapes; `sumTo` then undoes the broadcasting. */
export function binary(o: Binary): Op {
  return define({
    kind: o.kind,
    family: 'arithmetic',
    title: o.title,
    doc: o.doc,
    formula: { forward: o.forward, backward: { a: o.da, b: o.db } },
    ...(o.keywords ? { keywords: o.keywords } : {}),
    inputs: AB,
    outputs: OUT,
    attributes: {},
    pattern: o.pattern,
    infer: elementwise(o.kind, 'same'),
    vjp: (c) => {
      const [a, b_] = c.inputs as [Value, Value]
      const parts = { ...c, a, b_, y: c.output, g: c.upstream }
      return [
        c.needs(0) ? c.b.sumTo(o.a(parts), a.type.shape) : null,
        c.needs(1) ? c.b.sumTo(o.b(parts), b_.type.shape) : null
      ]
    },
    scalar: ([a, b]) => o.scalar(a as string, b as string),
    scalarReference: ([a, b]) => o.reference(a as number, b as number),
    samples: o.samples ?? binarySamples()
  })
}

interface Unary {
  kind: string
  title: string
  doc: string
  forward: string
  dx?: string
  pattern: Pattern
  rectifier?: true
  attributes?: Op['attributes']
  scalar: (x: string, a: Attributes) => string
  reference: (x: number, a: Attributes) => number
  /** dL/dx from the input x, the output y and the upstream gradient g; absent where none passes. */
  gradient?: (c: {
    readonly b: VjpContext['b']
    readonly x: Value
    readonly y: Value
    readonly g: Value
    readonly a: Attributes
  }) => Value
  notDifferentiable?: string
  domain?: readonly [number, number]
  avoid?: readonly number[]
  /** Further samples, with attributes. */
  more?: Op['samples']
  keywords?: readonly string[]
  tolerance?: number
  opens?: Compose
}

export function unary(o: Unary, family: Op['family'] = 'arithmetic'): Op {
  const { gradient } = o
  return define({
    kind: o.kind,
    family,
    title: o.title,
    doc: o.doc,
    formula: { forward: o.forward, ...(o.dx === undefined ? {} : { backward: { x: o.dx } }) },
    ...(o.keywords ? { keywords: o.keywords } : {}),
    inputs: X,
    outputs: OUT,
    attributes: o.attributes ?? {},
    pattern: o.pattern,
    ...(o.rectifier ? { rectifier: o.rectifier } : {}),
    ...(o.notDifferentiable === undefined ? {} : { notDifferentiable: o.notDifferentiable }),
    ...(o.opens ? { opens: o.opens } : {}),
    infer: elementwise(o.kind),
    ...(gradient
      ? {
          vjp: (c: VjpContext) => [
            gradient({ b: c.b, x: c.inputs[0] as Value, y: c.output, g: c.upstream, a: c.attributes })
          ]
        }
      : {}),
    scalar: ([x], a) => o.scalar(x as string, a),
    scalarReference: ([x], a) => o.reference(x as number, a),
    samples: [...unarySamples(o.domain, o.avoid), ...(o.more ?? [])],
    ...(o.tolerance === undefined ? {} : { tolerance: o.tolerance })
  })
}
