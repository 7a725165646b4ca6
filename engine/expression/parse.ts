/**
 * Text → tree, by jsep with the operators of mathematics instead of JavaScript's. Nothing is ever evaluated as code:
 * jsep gives a syntax tree, and what this file does not know in it is refused.
 */
import jsep from 'jsep'
import { fail } from '../problem.ts'
import { readCall } from './calls.ts'
import { CONSTANTS } from './functions.ts'
import { betweenOperands, type Node, operandMissing, place } from './places.ts'
import { call, type Expression, num, type Statement } from './tree.ts'

/** More is not an expression that a person typed, and could exhaust the stack. */
export const LONGEST = 1000

const BINARY: Readonly<Record<string, readonly [word: string, precedence: number]>> = {
  '=': ['=', 1],
  '==': ['eq', 2],
  '!=': ['ne', 2],
  '≠': ['ne', 2],
  '>=': ['ge', 3],
  '≥': ['ge', 3],
  '<=': ['le', 3],
  '≤': ['le', 3],
  '>': ['gt', 3],
  '<': ['lt', 3],
  '+': ['add', 4],
  '-': ['sub', 4],
  '−': ['sub', 4],
  '*': ['mul', 5],
  '×': ['mul', 5],
  '·': ['mul', 5],
  '∙': ['mul', 5],
  '⋅': ['mul', 5],
  '⊙': ['mul', 5],
  '/': ['div', 5],
  '÷': ['div', 5],
  '@': ['matmul', 5]
}
/** There is an operator for the opposite alone: x >= y is 1 - (x < y). */
const NEGATED: Readonly<Record<string, string>> = { ne: 'eq', ge: 'lt', le: 'gt' }
const MINUS = ['-', '−']

/** jsep has one set of operators for the whole program; nobody else uses it. */
function configure(): void {
  jsep.removeAllBinaryOps()
  jsep.removeAllUnaryOps()
  jsep.removeAllLiterals()
  jsep.removeIdentifierChar('$')
  for (const [sign, [, precedence]] of Object.entries(BINARY)) jsep.addBinaryOp(sign, precedence)
  for (const sign of [...MINUS, '+']) jsep.addUnaryOp(sign)
  const starts = new WeakMap<object, number[]>()
  jsep.plugins.register({
    name: 'mathematics',
    init() {
      jsep.hooks.add('gobble-token', function (env) {
        const open = starts.get(this) ?? []
        starts.set(this, [...open, this.index])
        // a number goes past the hook below unless it comes from this one
        if (/[\d.]/.test(this.char)) env.node = this.gobbleNumericLiteral() as jsep.Expression
      })
      // After each operand: where it stands, and the power that belongs to it. A power binds tighter than the sign before
      // it (-x^2 is -(x^2)) and to the right (2^3^2 is 2^(3^2)), which jsep's table of operators cannot say.
      jsep.hooks.add('after-token', function (env) {
        const open = starts.get(this) ?? []
        const at = open.at(-1) ?? this.index
        starts.set(this, open.slice(0, -1))
        if (!env.node) return
        env.node.at ??= at
        this.gobbleSpaces()
        const sign = this.char === '^' ? '^' : this.expr.startsWith('**', this.index) ? '**' : null
        if (sign === null) return
        this.index += sign.length
        const right = this.gobbleToken()
        if (!right) this.throwError('Expected an exponent')
        env.node = { type: 'BinaryExpression', operator: '^', left: env.node, right, at }
      })
    }
  })
}
configure()

/** The message of jsep as one of our problems. */
function refuse(text: string, error: unknown): never {
  if (error instanceof RangeError) fail('expression.tooLong', { limit: LONGEST })
  const { index, description } = error as { index?: number; description?: string }
  if (index === undefined || description === undefined) throw error
  const column = Math.min(index, text.length) + 1
  if (/^Variable names cannot start|exponent \(|period/i.test(description)) fail('expression.number', { column })
  const bracket = text.indexOf('[')
  if (bracket >= 0 && /Unclosed \[|Expected \]/.test(description)) {
    fail('expression.operator', { column: bracket + 1, found: '[' })
  }
  if (/Unclosed|Expected \)/.test(description) && !/quote/.test(description)) {
    fail('expression.unclosed', { column: openParenthesis(text) + 1 })
  }
  const found = [...text.slice(index)][0] ?? ''
  if (
    /comma/.test(description) ||
    (found === ')' && /\S/.test(text.slice(0, index)) && !/[-+*/^@=(,<>]\s*$/.test(text.slice(0, index)))
  ) {
    fail('expression.operator', { column, found })
  }
  return operandMissing(text, index)
}

/** The place of the last parenthesis that is not closed. */
function openParenthesis(text: string): number {
  const open: number[] = []
  for (const [i, c] of [...text].entries()) {
    if (c === '(' || c === '[') open.push(i)
    else if (c === ')' || c === ']') open.pop()
  }
  return open.at(-1) ?? text.length
}

/** A name is what a node id or a port can be called. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const GREEK: Readonly<Record<string, string>> = {
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  ε: 'epsilon',
  η: 'eta',
  θ: 'theta',
  λ: 'lambda',
  μ: 'mu',
  ρ: 'rho',
  σ: 'sigma',
  τ: 'tau',
  φ: 'phi',
  ω: 'omega'
}

function nameOf(text: string, at: number): string {
  const plain = [...text].map((c) => GREEK[c] ?? c).join('')
  return NAME.test(plain) ? plain : fail('expression.name', { column: at + 1, name: text })
}

class Reader {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  read(node: Node): Expression {
    const at = place(node)
    const made = this.#part(node, at)
    return { ...made, at }
  }

  #part(node: Node, at: number): Expression {
    switch (node.type) {
      case 'Literal':
        return this.#literal(node as jsep.Literal, at)
      case 'Identifier':
        return this.#name((node as jsep.Identifier).name, at)
      case 'UnaryExpression': {
        const { operator, argument } = node as jsep.UnaryExpression
        const value = this.read(argument)
        if (operator === '+') return value
        return value.kind === 'number' ? num(-value.value) : call('neg', value)
      }
      case 'BinaryExpression': {
        const { operator, left, right } = node as jsep.BinaryExpression
        if (operator === '=') return fail('expression.assignment', { column: place(right) + 1 })
        const fn = operator === '^' ? 'pow' : (BINARY[operator]?.[0] ?? operator)
        // e to a power is the exponential, whatever else is called e
        if (fn === 'pow' && left.type === 'Identifier' && (left as jsep.Identifier).name === 'e') {
          return call('exp', this.read(right))
        }
        const [a, b] = [this.read(left), this.read(right)]
        const opposite = NEGATED[fn]
        return opposite === undefined ? call(fn, a, b) : call('sub', num(1), call(opposite, a, b))
      }
      case 'SequenceExpression': {
        const second = (node as jsep.SequenceExpression).expressions[1] as Node
        return betweenOperands(this.#text, place(second))
      }
      case 'MemberExpression':
        return this.#member(node as jsep.MemberExpression, at)
      case 'CallExpression':
        return readCall(this.#text, node as jsep.CallExpression, at, (one) => this.read(one))
      default:
        return operandMissing(this.#text, at)
    }
  }

  #literal({ value }: jsep.Literal, at: number): Expression {
    return typeof value === 'number' && Number.isFinite(value) ? num(value) : operandMissing(this.#text, at)
  }

  #name(text: string, at: number): Expression {
    const value = CONSTANTS[text]
    if (value !== undefined) return num(value)
    const raised = /^(.+?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(text)
    if (!raised) return { kind: 'name', name: nameOf(text, at) }
    const [, base = '', above = ''] = raised
    return call('pow', this.#name(base, at), num(Number([...above].map((c) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c)).join(''))))
  }

  /** X.T, as NumPy writes a transpose. */
  #member({ computed, object, property }: jsep.MemberExpression, at: number): Expression {
    const of = (property as jsep.Identifier).name
    if (!computed && of === 'T') return call('transpose', this.read(object))
    const dot = this.#text.indexOf(computed ? '[' : '.', place(object))
    return fail('expression.operator', { column: Math.max(dot, at) + 1, found: computed ? '[' : `.${of}` })
  }
}

function tree(text: string): Node {
  if (text.length > LONGEST) fail('expression.tooLong', { limit: LONGEST })
  if (text.trim() === '') fail('expression.empty')
  let parsed: Node
  try {
    parsed = jsep(text)
  } catch (error) {
    return refuse(text, error)
  }
  if (parsed.type !== 'Compound') return parsed
  const [first, second] = (parsed as jsep.Compound).body as Node[]
  if (!first || !second) return operandMissing(text, 0)
  return betweenOperands(text, place(second))
}

/** Throws a ProblemError that names the column and what was expected there. */
export const parse = (text: string): Expression => new Reader(text).read(tree(text))

/** An expression, with the name that it is given where there is one: "y = a * x + b". */
export function parseStatement(text: string): Statement {
  const node = tree(text)
  const reader = new Reader(text)
  if (node.type !== 'BinaryExpression' || node.operator !== '=') return { name: null, value: reader.read(node) }
  const { left, right } = node as jsep.BinaryExpression
  if (left.type !== 'Identifier') return fail('expression.assignment', { column: place(left) + 1 })
  return { name: nameOf((left as jsep.Identifier).name, place(left)), value: reader.read(right) }
}

/** "a = g * b; b = g * a": one statement for each name, parted by semicolons or line ends. */
export function parseStatements(text: string): ReadonlyMap<string, Expression> {
  const found = new Map<string, Expression>()
  let offset = 0
  for (const line of text.split(/[;\n]/)) {
    // blanks before it keep the columns those of the whole text
    const placed = ' '.repeat(offset) + line
    offset += line.length + 1
    if (line.trim() === '') continue
    const { name, value } = parseStatement(placed)
    if (name === null) fail('expression.assignment', { column: placed.length - line.trimStart().length + 1 })
    else if (found.has(name)) fail('expression.twice', { name })
    else found.set(name, value)
  }
  return found
}
