/** Expressions as trees: what the parser makes, and what formulas, gradients and graphs are made from. */
import type { Attributes } from '../ir/types.ts'
import { broadcast, type Shape } from '../shape.ts'

interface Placed {
  /** Where it begins in the text, from 0. */
  readonly at?: number
  /** Sizes, where they are known: an expression read from a checked graph knows them. */
  readonly shape?: Shape
}

export interface NumberExpression extends Placed {
  readonly kind: 'number'
  readonly value: number
}

export interface NameExpression extends Placed {
  readonly kind: 'name'
  readonly name: string
}

export interface CallExpression extends Placed {
  readonly kind: 'call'
  /** A key of FUNCTIONS, or the kind of an operator that expressions have no word for. */
  readonly fn: string
  readonly args: readonly Expression[]
  /** For reductions and softmax; absent means all, or the function's own. */
  readonly axes?: readonly number[]
  /** Reductions: the axes stay, with size 1. */
  readonly keepdims?: true
  /** Of the operator, where they are not its defaults. */
  readonly attributes?: Attributes
  /** What it is short for: the gradient is found there where the function has no rule. */
  readonly opens?: Expression
  /** Gradients of the arguments that the user wrote, of these names. */
  readonly given?: Given
}

/** `gradients` are formulas of `inputs`, of the output "y" and of the gradient that arrives, "g". */
export interface Given {
  readonly inputs: readonly string[]
  readonly gradients: ReadonlyMap<string, Expression>
}

export type Expression = NumberExpression | NameExpression | CallExpression

/** "loss = sum((y - t)^2) / n" */
export interface Statement {
  readonly name: string | null
  readonly value: Expression
}

export const num = (value: number): NumberExpression => ({ kind: 'number', value, shape: [] })
export const call = (fn: string, ...args: Expression[]): CallExpression => ({ kind: 'call', fn, args })

export const isNumber = (e: Expression, value: number): boolean => e.kind === 'number' && e.value === value

export const isCall = <F extends string>(e: Expression, fn: F): e is CallExpression & { readonly fn: F } =>
  e.kind === 'call' && e.fn === fn

/** The names in it, in the order in which they are read. */
export function namesIn(e: Expression, found = new Set<string>()): ReadonlySet<string> {
  if (e.kind === 'name') found.add(e.name)
  else if (e.kind === 'call') for (const arg of e.args) namesIn(arg, found)
  return found
}

const counts = new WeakMap<Expression, number>()

/** How many parts it has when it is written out. */
export function sizeOf(e: Expression): number {
  if (e.kind !== 'call') return 1
  const known = counts.get(e)
  if (known !== undefined) return known
  const size = e.args.reduce((sum, arg) => sum + sizeOf(arg), 1)
  counts.set(e, size)
  return size
}

export const REDUCTIONS: ReadonlySet<string> = new Set(['sum', 'mean', 'prod', 'norm', 'amax', 'amin'])
/** Of one number per element, and per row of classes. */
export const LOSSES: ReadonlySet<string> = new Set(['mse', 'mae', 'huber', 'bce', 'bcewithlogits', 'hinge'])
export const ROW_LOSSES: ReadonlySet<string> = new Set(['crossentropy', 'categoricalcrossentropy', 'nll', 'kldiv'])

function productShape(a: Shape, b: Shape): Shape {
  const left = a.length > 1 ? a.slice(0, -1) : []
  return b.length > 1 ? [...left, ...b.slice(-1)] : left
}

/** The sizes of an expression; names without any are single numbers. Null where they do not fit. */
export function shapeOf(e: Expression): Shape | null {
  if (e.shape) return e.shape
  if (e.kind !== 'call') return []
  const shapes = e.args.map(shapeOf)
  if (shapes.includes(null)) return null
  const [a = [], b = []] = shapes as readonly Shape[]
  if (LOSSES.has(e.fn)) return e.attributes?.reduction === 'none' ? a : []
  if (ROW_LOSSES.has(e.fn)) return e.attributes?.reduction === 'none' ? a.slice(0, -1) : []
  if (REDUCTIONS.has(e.fn)) {
    const gone = new Set(e.axes?.map((axis) => (axis < 0 ? axis + a.length : axis)))
    if (e.keepdims) return a.map((d, i) => (!e.axes || gone.has(i) ? 1 : d))
    return e.axes ? a.filter((_, i) => !gone.has(i)) : []
  }
  if (e.fn === 'matmul') return productShape(a, b)
  if (e.fn === 'outer') return [...a, ...b]
  if (e.fn === 'dot') return [...a.slice(0, -1), ...b.slice(0, -1)]
  if (e.fn === 'transpose') return a.toReversed()
  let shape: Shape = []
  for (const next of shapes as readonly Shape[]) {
    const both = broadcast(shape, next)
    if (!('shape' in both)) return null
    shape = both.shape
  }
  return shape
}
