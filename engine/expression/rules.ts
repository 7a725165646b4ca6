/** How each function of the expression language hands a gradient on, as formulas. */
import { type Dim, type Shape, sameShape } from '../shape.ts'
import { LOSS_RULES } from './loss-gradients.ts'
import {
  add,
  countOf,
  div,
  known,
  mul,
  NoFormula,
  neg,
  ONE,
  option,
  positive,
  pow,
  type Rule,
  type RuleContext,
  spread,
  sub,
  ZERO
} from './terms.ts'
import { type CallExpression, call, type Expression, num } from './tree.ts'

/** Axes that a reduction runs over, counted from 0; all where none are named. */
function axesOf(e: CallExpression): readonly number[] {
  const rank = known(e.args[0] as Expression).length
  const axes = e.axes?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? Array.from({ length: rank }, (_, i) => i)
  // sizes that are not known, or do not fit
  if (axes.some((axis) => axis < 0 || axis >= rank)) throw new NoFormula(e.fn)
  return axes
}

/** What was reduced, with the axes put back as 1: it then meets the whole by broadcasting. */
function kept(e: CallExpression, v: Expression): Expression {
  const shape = known(e.args[0] as Expression)
  const axes = axesOf(e)
  const wide = shape.map((d, i): Dim => (axes.includes(i) ? 1 : d))
  // leading axes come back by themselves
  if (sameShape(known(v), wide) || axes.every((axis) => axis < axes.length)) return v
  return { ...call('unsqueeze', v), axes: axes.toSorted((p, q) => p - q), shape: wide }
}

/** How many numbers each result of a reduction is of. */
const countAlong = (e: CallExpression): Expression => {
  const shape = known(e.args[0] as Expression)
  return countOf(axesOf(e).map((axis) => shape[axis] as Dim))
}

/** The last two axes of each matrix of a stack. */
const turned = (a: Expression): Expression => {
  const shape = known(a)
  const last = shape.slice(-2).toReversed()
  return { ...call(shape.length > 2 ? 'mT' : 'transpose', a), shape: [...shape.slice(0, -2), ...last] }
}

const matmul = (a: Expression, b: Expression, shape: Shape): Expression => ({ ...call('matmul', a, b), shape })

/** With an axis more: a row on the left of a product, a column on the right. */
const asMatrix = (v: Expression, axis: 0 | 1): Expression => {
  const [n] = known(v) as [Dim]
  return { ...call('unsqueeze', v), axes: [axis], shape: axis === 0 ? [1, n] : [n, 1] }
}

function matmulRule({ x, b, y, g }: RuleContext): readonly Expression[] {
  const [left, right] = [known(x), known(b)]
  if (left.length === 1 && right.length === 1) return [mul(g, b), mul(g, x)]
  const full = spread(g, known(y))
  if (left.length <= 2 && right.length <= 2) {
    // of vectors, the products of rows and columns that a transpose alone does not say
    if (left.length === 1) return [matmul(full, turned(b), left), { ...call('outer', x, full), shape: right }]
    if (right.length === 1) return [{ ...call('outer', full, b), shape: left }, matmul(turned(x), full, right)]
    return [matmul(full, turned(b), left), matmul(turned(x), full, right)]
  }
  const [rows, columns] = [left.length === 1 ? asMatrix(x, 0) : x, right.length === 1 ? asMatrix(b, 1) : b]
  const added = [...(left.length === 1 ? [-2] : []), ...(right.length === 1 ? [-1] : [])]
  const lead = known(y).slice(0, known(y).length - 2 + added.length)
  if (known(rows).length < 2 || known(columns).length < 2) throw new NoFormula('matmul')
  const [m, k, n] = [known(rows).at(-2) as Dim, known(rows).at(-1) as Dim, known(columns).at(-1) as Dim]
  const wide: Expression =
    added.length === 0 ? full : { ...call('unsqueeze', full), axes: added, shape: [...lead, m, n] }
  const back = (v: Expression, axes: readonly number[], shape: Shape): Expression =>
    axes.length === 0 ? v : { ...call('sum', v), axes, shape }
  return [
    back(
      matmul(wide, turned(columns), [...lead, m, k]),
      left.length === 1 ? [...lead.map((_, i) => i), lead.length] : [],
      left
    ),
    back(
      matmul(turned(rows), wide, [...lead, k, n]),
      right.length === 1 ? [...lead.map((_, i) => i), lead.length + 1] : [],
      right
    )
  ]
}

/** The operator's own linear map, or its slope at this point, read backward. */
const adjoint: Rule = ({ e, g }) =>
  e.args.map((arg, input) => ({
    ...call('adjoint', g, ...e.args),
    attributes: { ...e.attributes, operator: e.fn, input },
    shape: known(arg)
  }))

const PI: Expression = { kind: 'name', name: 'pi', shape: [] }
/** The density of the normal distribution, as people write it. */
const bell = (x: Expression) => div(call('exp', neg(div(pow(x, 2), num(2)))), call('sqrt', mul(num(2), PI)))
const logistic = (x: Expression) => call('sigmoid', x)
const reshaped = (g: Expression, to: Expression): Expression => ({ ...call('reshape', g), shape: known(to) })
const reshapes: Rule = ({ x, g }) => [reshaped(g, x)]
const nothing: Rule = ({ e }) => e.args.map(() => null)

export const RULES: Readonly<Record<string, Rule>> = {
  add: ({ g }) => [g, g],
  sub: ({ g }) => [g, neg(g)],
  mul: ({ x, b, g }) => [mul(g, b), mul(g, x)],
  div: ({ x, b, g }) => [div(g, b), neg(div(mul(g, x), pow(b, 2)))],
  pow: ({ x, b, y, g }) => [mul(mul(g, b), call('pow', x, sub(b, ONE))), mul(mul(g, y), call('log', x))],
  matmul: matmulRule,
  dot: (c) => {
    const [left, right] = [known(c.x), known(c.b)]
    if (right.length === 1) return left.length > 2 ? adjoint(c) : matmulRule(c)
    if (left.length > 2 || right.length > 2) return adjoint(c)
    // y = A Bᵀ
    const full = spread(c.g, known(c.y))
    if (left.length === 1) return [matmul(full, c.b, left), { ...call('outer', full, c.x), shape: right }]
    return [matmul(full, c.b, left), matmul(turned(full), c.x, right)]
  },
  outer: (c) => {
    if (known(c.x).length !== 1 || known(c.b).length !== 1) return adjoint(c)
    const full = spread(c.g, known(c.y))
    return [matmul(full, c.b, known(c.x)), matmul(turned(full), c.x, known(c.b))]
  },
  max: ({ x, b, g }) => [mul(g, call('gt', x, b)), mul(g, call('gt', b, x))],
  min: ({ x, b, g }) => [mul(g, call('lt', x, b)), mul(g, call('lt', b, x))],
  where: ({ e, g }) => {
    const condition = e.args[0] as Expression
    return [null, call('where', condition, g, ZERO), call('where', condition, ZERO, g)]
  },
  neg: ({ g }) => [neg(g)],
  abs: ({ x, g }) => [mul(g, call('sign', x))],
  exp: ({ y, g }) => [mul(g, y)],
  log: ({ x, g }) => [div(g, x)],
  sqrt: ({ y, g }) => [div(g, mul(num(2), y))],
  reciprocal: ({ x, g }) => [neg(div(g, pow(x, 2)))],
  sin: ({ x, g }) => [mul(g, call('cos', x))],
  cos: ({ x, g }) => [neg(mul(g, call('sin', x)))],
  tan: ({ x, g }) => [div(g, pow(call('cos', x), 2))],
  tanh: ({ y, g }) => [mul(g, sub(ONE, pow(y, 2)))],
  erf: ({ x, g }) => [mul(g, div(mul(num(2), call('exp', neg(pow(x, 2)))), call('sqrt', PI)))],
  clip: ({ e, x, g }) => {
    const { min = null, max = null } = (e.attributes ?? {}) as { min?: number | null; max?: number | null }
    const above = min === null ? g : mul(g, call('le', num(min), x))
    return [max === null ? above : mul(above, call('le', x, num(max)))]
  },
  sigmoid: ({ y, g }) => [mul(mul(g, y), sub(ONE, y))],
  relu: ({ x, g }) => [mul(g, positive(x))],
  leakyrelu: ({ e, x, g }) => [mul(g, call('where', positive(x), ONE, option(e, 'alpha', 0.01)))],
  elu: ({ e, x, g }) => [mul(g, call('where', positive(x), ONE, mul(option(e, 'alpha', 1), call('exp', x))))],
  selu: ({ e, x, g }) => {
    const [alpha, gamma] = [option(e, 'alpha', 1.6732631921768188), option(e, 'gamma', 1.0507010221481323)]
    return [mul(mul(gamma, g), call('where', positive(x), ONE, mul(alpha, call('exp', x))))]
  },
  hardsigmoid: ({ e, x, g }) => {
    const alpha = option(e, 'alpha', 0.2)
    const line = add(mul(alpha, x), option(e, 'beta', 0.5))
    return [mul(mul(mul(alpha, g), call('lt', ZERO, line)), call('lt', line, ONE))]
  },
  gelu: ({ x, g }) => [mul(g, add(div(add(ONE, call('erf', div(x, call('sqrt', num(2))))), num(2)), mul(x, bell(x))))],
  silu: ({ x, g }) => [mul(g, add(logistic(x), mul(mul(x, logistic(x)), sub(ONE, logistic(x)))))],
  mish: ({ x, g }) => {
    const t = call('tanh', call('softplus', x))
    return [mul(g, add(t, mul(mul(x, sub(ONE, pow(t, 2))), logistic(x))))]
  },
  softplus: ({ x, g }) => [mul(g, logistic(x))],
  softsign: ({ x, g }) => [div(g, pow(add(ONE, call('abs', x)), 2))],
  sum: ({ e, x, g }) => [spread(kept(e, g), known(x))],
  mean: ({ e, x, g }) => [div(spread(kept(e, g), known(x)), countAlong(e))],
  prod: ({ e, x, g }) => [
    mul(kept(e, g), { ...call('others', x), ...(e.axes ? { axes: e.axes } : {}), shape: known(x) })
  ],
  norm: ({ e, x, y, g }) => [mul(kept(e, div(g, y)), x)],
  amax: ({ e, x, y, g }) => [mul(kept(e, g), call('eq', x, kept(e, y)))],
  amin: ({ e, x, y, g }) => [mul(kept(e, g), call('eq', x, kept(e, y)))],
  // the sum keeps its axis, so that it is taken away from each row
  softmax: ({ e, y, g }) => [mul(y, sub(g, along(e, mul(g, y))))],
  logsoftmax: ({ e, y, g }) => [sub(g, mul(call('exp', y), along(e, g)))],
  // x less its mean, divided by its deviation (Ioffe and Szegedy 2015)
  standardize: ({ e, x, y, g }) => {
    const mean = (v: Expression): Expression => ({
      ...call('mean', v),
      ...(e.axes ? { axes: e.axes } : {}),
      keepdims: true
    })
    const variance: Expression = { ...call('var', x), ...(e.axes ? { axes: e.axes } : {}), shape: known(mean(x)) }
    const deviation = call('sqrt', add(variance, option(e, 'epsilon', 1e-5)))
    return [div(sub(sub(g, mean(g)), mul(y, mean(mul(g, y)))), deviation)]
  },
  transpose: ({ e, x, g }) => {
    const perm = e.attributes?.perm as readonly number[] | undefined
    if (!perm) return [{ ...call('transpose', g), shape: known(x) }]
    const back = perm.map((_, i) => perm.indexOf(i))
    return [{ ...call('transpose', g), attributes: { perm: back }, shape: known(x) }]
  },
  Reshape: reshapes,
  Flatten: reshapes,
  Squeeze: reshapes,
  Unsqueeze: reshapes,
  reshape: reshapes,
  // broadcasting is undone on the way to the argument
  Expand: ({ g }) => [g],
  Repeat: ({ e, g }) => [{ ...call('sum', g), axes: [0], shape: known(e.args[0] as Expression) }],
  Dropout: ({ x, g }) => [mul(g, { ...call('mask'), shape: known(x) })],
  ...LOSS_RULES,
  // comparisons and counts let nothing through
  stop: nothing,
  step: nothing,
  sign: nothing,
  floor: nothing,
  ceil: nothing,
  gt: nothing,
  lt: nothing,
  eq: nothing,
  Accuracy: nothing,
  BinaryAccuracy: nothing,
  ArgMax: nothing
}

/** The sum along the axis of a softmax, which stays. */
function along(e: CallExpression, v: Expression): Expression {
  const axes = e.axes ?? [-1]
  return known(e).length > 1
    ? { ...call('sum', v), axes, keepdims: true }
    : { ...call('sum', v), keepdims: true, shape: [1] }
}

/** Operators that expressions have no word for, and no formula but with indices: told as the adjoint of themselves. */
const INDEXED: ReadonlySet<string> = new Set([
  'Concat',
  'Stack',
  'Slice',
  'Pad',
  'Gather',
  'Conv',
  'MaxPool',
  'AveragePool',
  'Einsum'
])

export const ruleFor = (fn: string): Rule | undefined => RULES[fn] ?? (INDEXED.has(fn) ? adjoint : undefined)
