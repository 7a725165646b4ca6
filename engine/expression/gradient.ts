/**
 * The gradient of an expression as an expression, by the chain rule walked backward: what the engine does with numbers,
 * done with formulas. Sizes decide where a product is a matrix product's and where broadcasting is undone by a sum.
 */
import { type Shape, sameShape } from '../shape.ts'
import { simplify } from './simplify.ts'
import { type CallExpression, call, type Expression, isNumber, namesIn, num, shapeOf } from './tree.ts'

/** A function that has no formula here; the caller says so. */
export class NoFormula extends Error {
  readonly fn: string

  constructor(fn: string) {
    super(`no formula for the gradient of ${fn}`)
    this.fn = fn
  }
}

type Rule = (c: {
  readonly e: CallExpression
  readonly x: Expression
  readonly b: Expression
  readonly y: Expression
  readonly g: Expression
}) => readonly (Expression | null)[]

const add = (a: Expression, b: Expression) => call('add', a, b)
const sub = (a: Expression, b: Expression) => call('sub', a, b)
const mul = (a: Expression, b: Expression) => call('mul', a, b)
const div = (a: Expression, b: Expression) => call('div', a, b)
const pow = (a: Expression, n: number) => call('pow', a, num(n))
const neg = (a: Expression) => call('neg', a)
const [ZERO, ONE] = [num(0), num(1)]
const positive = (x: Expression) => call('gt', x, ZERO)

const known = (e: Expression): Shape => {
  const shape = shapeOf(e)
  if (!shape) throw new NoFormula(e.kind === 'call' ? e.fn : 'broadcasting')
  return shape
}

/** A number as a tensor of the shape, where a product would not spread it by itself. */
const spread = (g: Expression, shape: Shape): Expression =>
  sameShape(known(g), shape) ? g : mul(g, { ...call('ones'), shape })

const countTex = (shape: Shape): Expression =>
  shape.reduce<Expression>((n, d) => {
    const size: Expression = typeof d === 'number' ? num(d) : { kind: 'name', name: d, shape: [] }
    return isNumber(n, 1) ? size : mul(n, size)
  }, ONE)

/** How many numbers a mean is over. */
function meanCount(e: CallExpression): Expression {
  const shape = known(e.args[0] as Expression)
  const axes = e.axes?.map((axis) => (axis < 0 ? axis + shape.length : axis))
  return countTex(axes ? shape.filter((_, i) => axes.includes(i)) : shape)
}

/** Over everything, or over what has one size: else the gradient needs an axis put back, for which there is no sign. */
function whole(e: CallExpression): void {
  if (e.axes && known(e).length > 0) throw new NoFormula(`${e.fn} over an axis`)
}

const matmul = (a: Expression, b: Expression) => call('matmul', a, b)
const turned = (a: Expression) => call('transpose', a)

function matmulRule(a: Expression, b: Expression, y: Expression, g: Expression): readonly Expression[] {
  const [left, right] = [known(a), known(b)]
  if (left.length > 2 || right.length > 2) throw new NoFormula('matmul of stacks')
  const full = spread(g, known(y))
  if (left.length === 1 && right.length === 1) return [mul(g, b), mul(g, a)]
  return [
    { ...matmul(full, turned(b)), shape: left },
    { ...matmul(turned(a), full), shape: right }
  ]
}

/** 1 / √(2π) and 2 / √π, as people write them. */
const bell = (x: Expression) =>
  div(call('exp', neg(div(pow(x, 2), num(2)))), call('sqrt', mul(num(2), { kind: 'name', name: 'pi', shape: [] })))
const logistic = (x: Expression) => call('sigmoid', x)

const RULES: Readonly<Record<string, Rule>> = {
  add: ({ g }) => [g, g],
  sub: ({ g }) => [g, neg(g)],
  mul: ({ x, b, g }) => [mul(g, b), mul(g, x)],
  div: ({ x, b, g }) => [div(g, b), neg(div(mul(g, x), pow(b, 2)))],
  pow: ({ x, b, y, g }) => [mul(mul(g, b), call('pow', x, sub(b, ONE))), mul(mul(g, y), call('log', x))],
  matmul: ({ x, b, y, g }) => matmulRule(x, b, y, g),
  dot: ({ x, b, y, g }) => {
    if (known(y).length > 0) throw new NoFormula('dot of more than vectors')
    return [mul(g, b), mul(g, x)]
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
  erf: ({ x, g }) => [
    mul(g, div(mul(num(2), call('exp', neg(pow(x, 2)))), call('sqrt', { kind: 'name', name: 'pi', shape: [] })))
  ],
  sigmoid: ({ y, g }) => [mul(mul(g, y), sub(ONE, y))],
  relu: ({ x, g }) => [mul(g, positive(x))],
  elu: ({ x, g }) => [mul(g, call('where', positive(x), ONE, call('exp', x)))],
  gelu: ({ x, g }) => [mul(g, add(div(add(ONE, call('erf', div(x, call('sqrt', num(2))))), num(2)), mul(x, bell(x))))],
  silu: ({ x, g }) => [mul(g, add(logistic(x), mul(mul(x, logistic(x)), sub(ONE, logistic(x)))))],
  softplus: ({ x, g }) => [mul(g, logistic(x))],
  softsign: ({ x, g }) => [div(g, pow(add(ONE, call('abs', x)), 2))],
  sum: ({ e, x, g }) => {
    whole(e)
    return [spread(g, known(x))]
  },
  mean: ({ e, x, g }) => {
    whole(e)
    return [div(spread(g, known(x)), meanCount(e))]
  },
  prod: ({ e, x, y, g }) => {
    whole(e)
    return [div(mul(g, y), x)]
  },
  norm: ({ e, x, y, g }) => {
    whole(e)
    return [div(mul(g, x), y)]
  },
  amax: ({ e, x, y, g }) => {
    whole(e)
    return [mul(g, call('eq', x, y))]
  },
  amin: ({ e, x, y, g }) => {
    whole(e)
    return [mul(g, call('eq', x, y))]
  },
  // the sum keeps its axis, so that it is taken away from each row
  softmax: ({ e, y, g }) => {
    const axes = e.axes ?? [-1]
    const kept = known(y).map((d, i, all) => (axes.includes(i) || axes.includes(i - all.length) ? 1 : d))
    const rows: Expression = { ...call('sum', mul(g, y)), shape: kept, ...(kept.length > 1 ? { axes } : {}) }
    return [mul(y, sub(g, rows))]
  },
  transpose: ({ g }) => [turned(g)],
  crossentropy: ({ x, b, g }) => {
    const shape = known(x)
    if (!sameShape(shape, known(b))) throw new NoFormula('crossentropy with class numbers')
    const rows = shape.length > 1 ? countTex(shape.slice(0, 1)) : ONE
    return [div(mul(g, sub(call('softmax', x), b)), rows), null]
  },
  // stop and comparisons let nothing through
  stop: () => [null],
  step: () => [null],
  sign: () => [null],
  floor: () => [null],
  ceil: () => [null],
  gt: () => [null, null],
  lt: () => [null, null],
  eq: () => [null, null]
}

/** What a loss is short for. */
function opened(e: CallExpression): CallExpression {
  const [p, t] = e.args as [Expression, Expression]
  if (e.fn === 'mse') return call('mean', pow(sub(p, t), 2))
  if (e.fn === 'mae') return call('mean', call('abs', sub(p, t)))
  if (e.fn !== 'bce') return e
  const miss = mul(sub(ONE, t), call('log', sub(ONE, p)))
  return call('neg', call('mean', add(mul(t, call('log', p)), miss)))
}

/** Undoes broadcasting: adds up over the axes along which a part was repeated. */
function sumTo(g: Expression, shape: Shape): Expression {
  const from = known(g)
  if (sameShape(from, shape)) return g
  // fewer axes than the part: the gradient is the same for all of it
  if (from.length < shape.length) return spread(g, shape)
  const lead = from.length - shape.length
  const axes = from.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && from[i] !== 1))
  if (axes.length === 0) return spread(g, shape)
  return { ...call('sum', g), shape, ...(shape.length > 0 ? { axes } : {}) }
}

/**
 * ∂e/∂name, where `upstream` is ∂L/∂e: 1 for a single number. Null where the name does not lead to it or nothing comes
 * through. Throws NoFormula.
 */
export function gradientOf(e: Expression, name: string, upstream: Expression): Expression | null {
  const parts: Expression[] = []
  const leads = new WeakMap<Expression, boolean>()
  const reaches = (part: Expression): boolean => {
    const answer = leads.get(part) ?? namesIn(part).has(name)
    leads.set(part, answer)
    return answer
  }
  const walk = (part: Expression, arrived: Expression): void => {
    if (!reaches(part)) return
    const g = simplify(sumTo(arrived, known(part)))
    if (part.kind === 'name') {
      parts.push(g)
      return
    }
    if (part.kind !== 'call') return
    const open = opened(part)
    if (open !== part) {
      walk(open, g)
      return
    }
    const rule = RULES[part.fn]
    if (!rule) throw new NoFormula(part.fn)
    const [x, b] = part.args as [Expression, Expression]
    const needed = part.args.map(reaches)
    for (const [i, share] of rule({ e: part, x, b, y: part, g }).entries()) {
      if (share && needed[i]) walk(part.args[i] as Expression, share)
    }
  }
  walk(e, upstream)
  const [first, ...rest] = parts
  return first ? simplify(rest.reduce(add, first)) : null
}
