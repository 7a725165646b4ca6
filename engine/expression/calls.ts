/** What stands with parentheses behind it: functions, by NumPy's and PyTorch's names too, methods, and their options. */
import type jsep from 'jsep'
import type { Attributes, AttributeValue } from '../ir/types.ts'
import { fail } from '../problem.ts'
import { ALIASES, FUNCTIONS, type FunctionEntry, MODULES, OPTION_ALIASES, WORDS } from './functions.ts'
import { betweenOperands, distance, type Node, operandMissing, place } from './places.ts'
import { type CallExpression, call, type Expression, num } from './tree.ts'

/** The function that is called, and what it is a method of. */
interface Callee {
  readonly word: string
  readonly self: Node | null
  /** "np." or a method: words mean what they mean there. */
  readonly library: boolean
}

function calleeOf(text: string, callee: Node, at: number): Callee {
  if (callee.type === 'Identifier') return { word: (callee as jsep.Identifier).name, self: null, library: false }
  if (callee.type !== 'MemberExpression' || (callee as jsep.MemberExpression).computed) {
    const open = text.indexOf('(', at + 1)
    return fail('expression.operator', { column: Math.max(open, at) + 1, found: '(' })
  }
  const { object, property } = callee as jsep.MemberExpression
  const word = (property as jsep.Identifier).name
  return { word, self: isModule(object) ? null : object, library: true }
}

/** np, torch.nn.functional, … */
function isModule(node: Node): boolean {
  if (node.type === 'Identifier') return MODULES.has((node as jsep.Identifier).name)
  return node.type === 'MemberExpression' && isModule((node as jsep.MemberExpression).object)
}

/** "did you mean", where a word is nearly one that there is. */
function nearest(word: string): string {
  const best = [...WORDS].map((known) => ({ known, far: distance(word, known) })).sort((a, b) => a.far - b.far)[0]
  return best && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.known : ''
}

function wordOf({ word, self, library }: Callee, count: number, at: number): string {
  const lower = word.toLowerCase()
  // NumPy's dot of matrices is their product
  if (library && lower === 'dot') return 'matmul'
  const fn = ALIASES[lower] ?? lower
  const one = count === 1 && (lower === 'max' || lower === 'min')
  if (one || (self && count === 2 && /^(max|min)$/.test(lower))) return `a${fn}`
  if (FUNCTIONS[fn]) return fn
  const suggestion = nearest(lower)
  const params = { column: at + 1, name: word, known: WORDS.join(', ') }
  return suggestion === ''
    ? fail('expression.function', params)
    : fail('expression.functionNear', { ...params, suggestion })
}

interface Named {
  readonly name: string
  readonly value: Node
  readonly at: number
}

const asNamed = (node: Node): Named | null => {
  const { operator, left, right } = node as jsep.BinaryExpression
  if (node.type !== 'BinaryExpression' || operator !== '=' || left.type !== 'Identifier') return null
  return { name: (left as jsep.Identifier).name, value: right, at: place(left) }
}

/** What a call says besides its arguments. */
interface Said {
  axes?: readonly number[]
  keepdims?: true
  readonly attributes: Record<string, AttributeValue>
}

class CallReader {
  readonly #read: (node: Node) => Expression
  readonly #written: string
  readonly #entry: FunctionEntry
  readonly #said: Said = { attributes: {} }

  constructor(read: (node: Node) => Expression, written: string, entry: FunctionEntry) {
    this.#read = read
    this.#written = written
    this.#entry = entry
  }

  #number(node: Node): number | null {
    const value = this.#read(node)
    return value.kind === 'number' ? value.value : null
  }

  #axis(node: Node): void {
    const list = node.type === 'ArrayExpression' ? ((node as jsep.ArrayExpression).elements as Node[]) : [node]
    const axes = list.map((one) => this.#number(one))
    const wrong = axes.findIndex((axis) => axis === null || !Number.isInteger(axis))
    if (wrong >= 0 || axes.length === 0 || (axes.length > 1 && this.#entry.axis === 'axis')) {
      fail('expression.axis', { column: place(list[Math.max(0, wrong)] ?? node) + 1, name: this.#written })
    }
    this.#said.axes = axes as number[]
  }

  #option(option: string, node: Node, at: number): void {
    const known = this.#entry.options?.[option]
    if (known === undefined) {
      const names = [
        ...(this.#entry.axis ? ['axis'] : []),
        ...(this.#entry.axis === 'axes' ? ['keepdims'] : []),
        ...Object.keys(this.#entry.options ?? {})
      ]
      fail('expression.option', { column: at + 1, name: this.#written, option, known: names.join(', ') || 'none' })
    }
    const word =
      node.type === 'Identifier'
        ? (node as jsep.Identifier).name
        : node.type === 'Literal'
          ? (node as jsep.Literal).value
          : null
    const value = known === 'number' ? this.#number(node) : (known as readonly string[]).find((one) => one === word)
    if (value === null || value === undefined) {
      const expected = known === 'number' ? 'a number' : (known as readonly string[]).join(', ')
      fail('expression.optionValue', { column: place(node) + 1, option, expected })
    }
    this.#said.attributes[option] = value as AttributeValue
  }

  #named({ name, value, at }: Named): void {
    const option = OPTION_ALIASES[name] ?? name
    const { axes, attributes } = this.#said
    if (option === 'axis' ? axes : Object.hasOwn(attributes, option)) fail('expression.twice', { name })
    if (option === 'axis' && this.#entry.axis) this.#axis(value)
    else if (option === 'keepdims' && this.#entry.axis === 'axes') {
      const on =
        value.type === 'Identifier' ? /^true$/i.test((value as jsep.Identifier).name) : this.#number(value) === 1
      if (on) this.#said.keepdims = true
    } else this.#option(option, value, at)
  }

  /** @param given all that stands in the parentheses, a method's own object before it */
  call(fn: string, given: readonly Node[], at: number): CallExpression {
    const named = given.flatMap((node) => asNamed(node) ?? [])
    const plain = given.filter((node) => !asNamed(node))
    const { handles, axis, options = {} } = this.#entry
    const further = [...(axis ? ['axis'] : []), ...Object.keys(options)]
    const [least, most] = [handles.length, handles.length + further.length]
    if (plain.length < least || plain.length > most) {
      const expected = least === most ? `${least}` : `${least}–${most}`
      fail('expression.arguments', { column: at + 1, name: this.#written, expected, found: plain.length })
    }
    for (const [i, node] of plain.slice(least).entries()) {
      const option = further[i] as string
      if (option === 'axis') this.#axis(node)
      else this.#option(option, node, place(node))
    }
    for (const one of named) this.#named(one)
    const { attributes, ...along } = this.#said
    const made = call(fn, ...plain.slice(0, least).map(this.#read))
    const told: { attributes?: Attributes } = Object.keys(attributes).length > 0 ? { attributes } : {}
    return { ...made, ...along, ...told }
  }
}

/** What is short for something: x² for square(x), ln(1 + x) for log1p(x). */
const SHORT: Readonly<Record<string, ((x: Expression) => Expression) | undefined>> = Object.assign(
  Object.create(null),
  {
    square: (x: Expression) => call('pow', x, num(2)),
    log1p: (x: Expression) => call('log', call('add', num(1), x)),
    expm1: (x: Expression) => call('sub', call('exp', x), num(1)),
    log2: (x: Expression) => call('div', call('log', x), num(Math.LN2)),
    log10: (x: Expression) => call('div', call('log', x), num(Math.LN10)),
    rsqrt: (x: Expression) => call('reciprocal', call('sqrt', x))
  }
)

export function readCall(
  text: string,
  node: jsep.CallExpression,
  at: number,
  read: (node: Node) => Expression
): Expression {
  const callee = calleeOf(text, node.callee, at)
  // jsep reads "min(a b)" as two arguments
  for (const arg of node.arguments.slice(1)) {
    if (!/,[\s(]*$/.test(text.slice(0, place(arg)))) betweenOperands(text, place(arg))
  }
  if (node.arguments.some((arg) => arg === null || arg === undefined)) operandMissing(text, at)
  const given = [...(callee.self ? [callee.self] : []), ...node.arguments]
  const short = given.length === 1 ? SHORT[callee.word.toLowerCase()] : undefined
  if (short) return short(read(given[0] as Node))
  const count = given.filter((one) => !asNamed(one)).length
  const fn = wordOf(callee, count, at)
  return new CallReader(read, callee.word, FUNCTIONS[fn] as FunctionEntry).call(fn, given, at)
}
