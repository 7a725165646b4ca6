/**
 * The gradient of an expression as an expression, by the chain rule walked backward: what the engine does with numbers,
 * done with formulas. Sizes decide where a product is a matrix product's and where broadcasting is undone by a sum.
 */
import { type Shape, sameShape } from '../shape.ts'
import { ruleFor } from './rules.ts'
import { simplify } from './simplify.ts'
import { add, known, NoFormula, spread } from './terms.ts'
import { type CallExpression, call, type Expression, type Given, namesIn } from './tree.ts'

export { NoFormula }

/** The gradients that the user wrote, of what feeds the operator. */
function written(e: CallExpression, { inputs, gradients }: Given, g: Expression): readonly (Expression | null)[] {
  const put = (part: Expression): Expression => {
    if (part.kind === 'call') return { ...part, args: part.args.map(put) }
    if (part.kind === 'number') return part
    if (part.name === 'g') return g
    return part.name === 'y' ? e : (e.args[inputs.indexOf(part.name)] as Expression)
  }
  return inputs.map((name) => {
    const gradient = gradients.get(name)
    return gradient ? put(gradient) : null
  })
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
  const keeps = axes.some((axis) => axis >= lead)
  return { ...call('sum', g), shape, ...(shape.length > 0 ? { axes } : {}), ...(keeps ? { keepdims: true } : {}) }
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
    const rule = part.given ? null : ruleFor(part.fn)
    if (!rule && !part.given) {
      if (!part.opens) throw new NoFormula(part.fn)
      walk(part.opens, g)
      return
    }
    const [x, b] = part.args as [Expression, Expression]
    const needed = part.args.map(reaches)
    const shares = rule ? rule({ e: part, x, b, y: part, g }) : written(part, part.given as Given, g)
    for (const [i, share] of shares.entries()) {
      if (share && needed[i]) walk(part.args[i] as Expression, share)
    }
  }
  walk(e, upstream)
  const [first, ...rest] = parts
  return first ? simplify(rest.reduce(add, first)) : null
}
