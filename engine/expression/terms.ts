/** What rules for gradients are written in: formulas made of formulas, and the sizes that they look at. */
import { type Shape, sameShape } from '../shape.ts'
import { type CallExpression, call, type Expression, isNumber, num, shapeOf } from './tree.ts'

/** A function that has no formula here; the caller says so. */
export class NoFormula extends Error {
  readonly fn: string

  constructor(fn: string) {
    super(`no formula for the gradient of ${fn}`)
    this.fn = fn
  }
}

export interface RuleContext {
  readonly e: CallExpression
  /** The first two arguments. */
  readonly x: Expression
  readonly b: Expression
  /** The value itself. */
  readonly y: Expression
  /** What arrives, of the shape of the value. */
  readonly g: Expression
}

/** One gradient per argument; null where none passes. */
export type Rule = (c: RuleContext) => readonly (Expression | null)[]

export const add = (a: Expression, b: Expression) => call('add', a, b)
export const sub = (a: Expression, b: Expression) => call('sub', a, b)
export const mul = (a: Expression, b: Expression) => call('mul', a, b)
export const div = (a: Expression, b: Expression) => call('div', a, b)
export const pow = (a: Expression, n: number) => call('pow', a, num(n))
export const neg = (a: Expression) => call('neg', a)
export const [ZERO, ONE] = [num(0), num(1)]
export const positive = (x: Expression) => call('gt', x, ZERO)

export const known = (e: Expression): Shape => {
  const shape = shapeOf(e)
  if (!shape) throw new NoFormula(e.kind === 'call' ? e.fn : 'broadcasting')
  return shape
}

export const ones = (shape: Shape): Expression => ({ ...call('ones'), shape })

/** A number as a tensor of the shape, where a product would not spread it by itself. */
export const spread = (g: Expression, shape: Shape): Expression =>
  sameShape(known(g), shape) ? g : mul(g, ones(shape))

export const countOf = (shape: Shape): Expression =>
  shape.reduce<Expression>((n, d) => {
    const size: Expression = typeof d === 'number' ? num(d) : { kind: 'name', name: d, shape: [] }
    return isNumber(n, 1) ? size : mul(n, size)
  }, ONE)

/** An attribute of the operator, or its default. */
export const option = (e: CallExpression, name: string, preset: number): Expression =>
  num((e.attributes?.[name] as number | undefined) ?? preset)
