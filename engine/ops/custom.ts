/** An operator whose formula the user writes: other operators, made from the expression. */
import { stepOf } from '../expression/functions.ts'
import { parse, parseStatements } from '../expression/parse.ts'
import { call, type Expression, namesIn, num } from '../expression/tree.ts'
import type { Builder, Value } from '../ir/builder.ts'
import { attr, type Composition, type Op, type Part, type Port } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { broadcast, type Shape, showShape } from '../shape.ts'
import { text } from './attributes.ts'
import { partsOf } from './opening.ts'
import { define, OUT } from './rules.ts'

export const CUSTOM = 'Custom'
const PRESET = { inputs: 'a, b', forward: 'a * b', backward: '' } as const

/** Names that backward has besides the inputs: the output and the gradient that arrives. */
const OUTPUT = 'y'
const UPSTREAM = 'g'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The ports, as far as the text names any; what is wrong with the text, `readCustom` says. */
export const customPorts = (attributes: Attributes): readonly Port[] =>
  [...new Set(String(attributes.inputs ?? PRESET.inputs).match(/[A-Za-z_][A-Za-z0-9_]*/g))].map((name) => ({ name }))

export interface Custom {
  readonly inputs: readonly string[]
  readonly forward: Expression
  /** The gradients that the user gives: of all inputs, or of none, where they are found by differentiation. */
  readonly backward: ReadonlyMap<string, Expression>
}

function needsNames(attribute: string, e: Expression, known: readonly string[]): void {
  for (const name of namesIn(e)) {
    if (!known.includes(name)) fail('custom.name', { attribute, name, known: known.join(', ') })
  }
}

/** Throws a ProblemError where the attributes cannot be read. */
export function readCustom(attributes: Attributes): Custom {
  const written = attr.text(attributes, 'inputs')
  const inputs = written.split(',').map((name) => name.trim())
  const taken = [OUTPUT, UPSTREAM]
  if (new Set(inputs).size < inputs.length || inputs.some((name) => !NAME.test(name) || taken.includes(name))) {
    fail('custom.inputs', { found: written })
  }
  const forward = parse(attr.text(attributes, 'forward'))
  needsNames('forward', forward, inputs)
  const backward = parseStatements(attr.text(attributes, 'backward'))
  for (const [name, gradient] of backward) {
    if (!inputs.includes(name)) fail('custom.backward', { name, known: inputs.join(', ') })
    needsNames('backward', gradient, [...inputs, OUTPUT, UPSTREAM])
  }
  // half of them would leave the mixed second derivatives wrong
  const missing = backward.size > 0 && inputs.find((name) => !backward.has(name))
  if (missing) fail('custom.backwardMissing', { name: missing })
  return { inputs, forward, backward }
}

/** Comparisons give 0 or 1 that have no gradient; times 1 they are numbers, for which the user may give one. */
const COMPARISONS = ['gt', 'lt', 'eq']
const asNumbers = (e: Expression): Expression =>
  e.kind === 'call' && COMPARISONS.includes(e.fn) ? call('mul', num(1), e) : e

function compose(attributes: Attributes): Composition {
  const { inputs, forward, backward } = readCustom(attributes)
  const parts: Part[] = []
  // What the user gives the gradient of is cut off from differentiation: the gradient comes in at the end instead.
  for (const name of backward.keys()) {
    parts.push({ id: `stop_${name}`, op: 'StopGradient', inputs: { x: `input.${name}` } })
  }
  const value = partsOf(asNumbers(forward), (name) => (backward.has(name) ? `stop_${name}` : `input.${name}`), parts)
  if (backward.size === 0) {
    // a formula that is nothing but a name
    if (value.startsWith('input.')) parts.push({ id: 'out', op: 'Identity', inputs: { x: value } })
    else return { parts, outputs: { out: value } }
  } else {
    parts.push({
      id: 'out',
      op: 'CustomGradient',
      attributes: { inputs: attributes.inputs, backward: attributes.backward },
      inputs: { y: value, ...Object.fromEntries(inputs.map((name, i) => [`x${i}`, `input.${name}`])) }
    })
  }
  return { parts, outputs: { out: 'out' } }
}

/** Emits an expression over values. */
export function emitExpression(b: Builder, e: Expression, values: Readonly<Record<string, Value>>): Value {
  if (e.kind === 'number') return b.number(e.value)
  if (e.kind === 'name') return values[e.name] as Value
  const { op, attributes } = stepOf(e)
  return b.emitWithDefaults(
    op,
    e.args.map((arg) => emitExpression(b, arg, values)),
    attributes
  )
}

/** The gradient in the shape of its input: repeated, or added up where the input was repeated. */
function fitted(b: Builder, input: string, gradient: Value, shape: Shape): Value {
  const both = broadcast(gradient.type.shape, shape)
  if (!('shape' in both)) {
    return fail('custom.gradientShape', { input, found: showShape(gradient.type.shape), expected: showShape(shape) })
  }
  return b.sumTo(b.expand(gradient, both.shape), shape)
}

/** The gradients that the user gives, by input. */
export function emitGradients(
  b: Builder,
  { inputs, backward }: Pick<Custom, 'inputs' | 'backward'>,
  given: readonly Value[],
  output: Value,
  upstream: Value
): ReadonlyMap<string, Value> {
  const values = Object.fromEntries(inputs.map((name, i) => [name, given[i] as Value]))
  const made = new Map<string, Value>()
  for (const [name, e] of backward) {
    const gradient = emitExpression(b, asNumbers(e), { ...values, [OUTPUT]: output, [UPSTREAM]: upstream })
    made.set(name, fitted(b, name, gradient, (values[name] as Value).type.shape))
  }
  return made
}

export const custom: readonly Op[] = [
  define({
    kind: CUSTOM,
    family: 'arithmetic',
    title: 'Custom',
    doc: 'A formula of your own over its inputs, such as sigmoid(a) * b. Its gradients are found by differentiation, unless backward gives them, as in a = g * b; b = g * a: there y is the output and g the gradient that arrives. A backward that disagrees with forward is taken, with a warning.',
    formula: { forward: 'y = f(a, b, \\dots)' },
    keywords: ['formula', 'expression', 'function', 'own', '수식', '사용자 정의'],
    inputs: customPorts,
    outputs: OUT,
    attributes: {
      inputs: text('Names of the inputs, parted by commas.', { default: PRESET.inputs }),
      forward: text('The output, as an expression of the inputs.', { default: PRESET.forward }),
      backward: text('Gradients, as in a = g * b; b = g * a. None: found by differentiation.', {
        default: PRESET.backward
      })
    },
    pattern: 'opens into gates',
    compose,
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3]
        ]
      },
      { shapes: [[2, 3], [3]], attributes: { forward: 'sigmoid(a) * b + a^2 / 2' }, domain: [0.5, 2] },
      { shapes: [['B', 2]], attributes: { inputs: 'x', forward: 'x - mean(x)' } },
      {
        shapes: [[2, 3], [3]],
        attributes: { inputs: 'a, b', forward: 'a * b', backward: 'a = g * b; b = g * a' }
      },
      { shapes: [[4], []], attributes: { forward: 'a * exp(b)', backward: 'a = g * exp(b); b = g * y' } },
      { shapes: [[3]], attributes: { inputs: 'v', forward: 'sum(v^2)', backward: 'v = 2 * g * v' } }
    ]
  }),
  define({
    kind: 'CustomGradient',
    family: 'internal',
    title: 'Custom gradient',
    doc: 'Passes y on; backward, the inputs of a Custom operator get the gradients that the user wrote.',
    formula: { forward: 'y = y' },
    inputs: [{ name: 'y' }],
    variadic: { name: 'x', min: 0 },
    outputs: OUT,
    attributes: {},
    pattern: 'passes on',
    infer: ([y]) => y as TensorType,
    lower: (_, [y]) => y as Value,
    reference: ([y]) => y?.data ?? [],
    vjp: ({ b, inputs: [, ...given], output, upstream, attributes }) => {
      const inputs = attr
        .text(attributes, 'inputs')
        .split(',')
        .map((name) => name.trim())
      const backward = parseStatements(attr.text(attributes, 'backward'))
      const gradients = emitGradients(b, { inputs, backward }, given, output, upstream)
      return [upstream, ...inputs.map((name) => gradients.get(name) ?? null)]
    },
    // y does not depend on its further inputs: the only gradient that a test can find for them is 0
    samples: [
      { shapes: [[2, 3], [3]], kinds: [null, 'binary'], attributes: { inputs: 'a', backward: 'a = 0 * g * a' } }
    ]
  })
]
