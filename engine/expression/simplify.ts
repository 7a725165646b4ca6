/** What a person would write shorter: numbers gathered, zeros and ones gone, equal terms and factors joined. */
import { toText } from './print.ts'
import { type CallExpression, call, type Expression, isCall, isNumber, num, shapeOf } from './tree.ts'

interface Term {
  readonly factor: number
  readonly rest: Expression | null
}

/** coefficient · product of bases to their powers / the same */
interface Product {
  coefficient: number
  readonly powers: Map<string, { readonly base: Expression; exponent: number }>
}

const keys = new WeakMap<Expression, string>()

/** Equal parts have equal texts. */
function keyOf(e: Expression): string {
  const key = keys.get(e) ?? toText(e)
  keys.set(e, key)
  return key
}

function multiplyInto(product: Product, e: Expression, exponent: number): void {
  if (e.kind === 'number') product.coefficient *= e.value ** exponent
  else if (isCall(e, 'neg')) {
    product.coefficient *= (-1) ** exponent
    multiplyInto(product, e.args[0] as Expression, exponent)
  } else if (isCall(e, 'mul') || isCall(e, 'div')) {
    const [a, b] = e.args as [Expression, Expression]
    multiplyInto(product, a, exponent)
    multiplyInto(product, b, e.fn === 'mul' ? exponent : -exponent)
  } else {
    const short = simplify(e)
    if (short !== e) {
      multiplyInto(product, short, exponent)
      return
    }
    const [base, power] = isCall(e, 'pow') && e.args[1]?.kind === 'number' ? [e.args[0], e.args[1].value] : [e, 1]
    const key = keyOf(base as Expression)
    const known = product.powers.get(key)
    if (known) known.exponent += power * exponent
    else product.powers.set(key, { base: base as Expression, exponent: power * exponent })
  }
}

const raised = (base: Expression, exponent: number): Expression =>
  exponent === 1 ? base : call('pow', base, num(exponent))

const isOnes = (e: Expression): boolean => isCall(e, 'ones')
const sameRank = (a: Expression, b: Expression): boolean => {
  const [x, y] = [shapeOf(a), shapeOf(b)]
  return x !== null && y !== null && x.length === y.length && x.every((d, i) => d === y[i])
}

function product(e: Expression): Expression {
  const parts: Product = { coefficient: 1, powers: new Map() }
  multiplyInto(parts, e, 1)
  const { coefficient } = parts
  if (coefficient === 0) return num(0)
  const all = [...parts.powers.values()].filter(({ exponent }) => exponent !== 0)
  // ones of a shape that another factor has say nothing
  const kept = all.filter(({ base }) => !isOnes(base) || !all.some((o) => !isOnes(o.base) && sameRank(o.base, base)))
  const above = kept.filter((p) => p.exponent > 0).map((p) => raised(p.base, p.exponent))
  const below = kept.filter((p) => p.exponent < 0).map((p) => raised(p.base, -p.exponent))
  const size = Math.abs(coefficient)
  // a half is written as a fraction, 0.01 only where the rest is one anyway
  const halves = size < 1 && Number.isInteger(1 / size) && (below.length > 0 || size > 0.1)
  const [upper, lower] = halves ? [1, 1 / size] : [size, 1]
  const numerator = join(upper, above)
  const made = below.length + (lower === 1 ? 0 : 1) === 0 ? numerator : call('div', numerator, join(lower, below))
  return coefficient < 0 ? negated(made) : made
}

const negated = (e: Expression): Expression => (e.kind === 'number' ? num(-e.value) : call('neg', e))

function join(coefficient: number, factors: readonly Expression[]): Expression {
  const all = coefficient === 1 && factors.length > 0 ? factors : [num(coefficient), ...factors]
  // a number in front of a product of several: 2 (a b), so that it is written first
  const [first, ...rest] = all as [Expression, ...Expression[]]
  return rest.reduce((left, right) => call('mul', left, right), first)
}

function termsOf(e: Expression, sign: number, found: Map<string, Term>): void {
  if (isCall(e, 'add') || isCall(e, 'sub')) {
    const [a, b] = e.args as [Expression, Expression]
    termsOf(a, sign, found)
    termsOf(b, e.fn === 'add' ? sign : -sign, found)
    return
  }
  if (isCall(e, 'neg')) {
    termsOf(e.args[0] as Expression, -sign, found)
    return
  }
  const short = simplify(e)
  if (short !== e) {
    termsOf(short, sign, found)
    return
  }
  const [factor, rest]: [number, Expression | null] =
    e.kind === 'number'
      ? [e.value, null]
      : isCall(e, 'mul') && e.args[0]?.kind === 'number'
        ? [e.args[0].value, e.args[1] as Expression]
        : [1, e]
  const key = rest ? keyOf(rest) : ''
  found.set(key, { factor: (found.get(key)?.factor ?? 0) + sign * factor, rest })
}

function sum(e: Expression): Expression {
  const found = new Map<string, Term>()
  termsOf(e, 1, found)
  const terms = [...found.values()].filter(({ factor }) => factor !== 0)
  // what is taken away stands last: 1 - x, not -x + 1
  const ordered = [...terms.filter((t) => t.factor > 0), ...terms.filter((t) => t.factor < 0)]
  const [first, ...rest] = ordered
  if (!first) return num(0)
  const write = ({ factor, rest: what }: Term): Expression => {
    const size = Math.abs(factor)
    return what === null ? num(size) : size === 1 ? what : call('mul', num(size), what)
  }
  const start = first.factor < 0 ? negated(write(first)) : write(first)
  return rest.reduce((left, term) => call(term.factor < 0 ? 'sub' : 'add', left, write(term)), start)
}

function power(e: CallExpression): Expression {
  const [base, exponent] = e.args as [Expression, Expression]
  if (isNumber(exponent, 1)) return base
  if (isNumber(exponent, 0)) return num(1)
  if (base.kind === 'number' && exponent.kind === 'number') return num(base.value ** exponent.value)
  return isNumber(base, 1) ? base : e
}

/** What was simplified before, and what came of it: a gradient grows factor by factor, and each is looked at once. */
const simplified = new WeakMap<Expression, Expression>()

/** The shape is that of the expression before: where all is gone but a number, it stands for a tensor of it. */
export function simplify(e: Expression): Expression {
  if (e.kind !== 'call') return e
  const known = simplified.get(e)
  if (known) return known
  const short = shortened(e)
  simplified.set(e, short)
  simplified.set(short, short)
  return short
}

function shortened(e: CallExpression): Expression {
  // sums and products look at their parts themselves, through all that hangs together
  if (e.fn === 'add' || e.fn === 'sub') return keepShape(sum(e), e)
  if (e.fn === 'neg' || e.fn === 'mul' || e.fn === 'div') return keepShape(product(e), e)
  const args = e.args.map(simplify)
  const inner: CallExpression = args.every((arg, i) => arg === e.args[i]) ? e : { ...e, args }
  if (e.fn === 'pow') return keepShape(power(inner), e)
  if (e.fn === 'sum') return sumOf(inner)
  return e.fn === 'transpose' && args[0] && isCall(args[0], 'transpose') ? (args[0].args[0] as Expression) : inner
}

/** A number before a sum stands before it. */
function sumOf(e: CallExpression): Expression {
  const [of] = e.args as [Expression]
  if (isNumber(of, 0)) return of
  if (isCall(of, 'neg')) return negated({ ...e, args: of.args })
  if (isCall(of, 'mul') && of.args[0]?.kind === 'number') return call('mul', of.args[0], { ...e, args: [of.args[1]!] })
  return e
}

const keepShape = (made: Expression, from: Expression): Expression =>
  from.shape && made.kind === 'call' && !made.shape ? { ...made, shape: from.shape } : made
