/**
 * Kernel texts in WGSL, with whole numbers as whole numbers: gpu.js takes every number for a float, whose indices are
 * exact up to 2²⁴ only and are divided at great cost.
 *
 * The texts are those of kernel-text.ts and of the files here: `const`, `let`, assignments, counted loops, `if`, `return`;
 * expressions with ?:, which WGSL lacks. An identifier has the type of what it was declared with.
 */

type Type = 'int' | 'float' | 'bool'

/** An expression. A whole number that is written out (`free`) takes the type of what it meets. */
interface Term {
  readonly code: string
  readonly type: Type
  readonly free?: boolean
}

const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|[a-z_]\w*|===|!==|==|!=|<=|>=|&&|\|\||\+\+|[^\s])/giy

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  const token = new RegExp(TOKEN)
  for (let found = token.exec(text); found; found = token.exec(text)) tokens.push(found[1] as string)
  return tokens
}

const isNumber = (token: string): boolean => /^[\d.]/.test(token)

function as({ code, type, free }: Term, wanted: Type): string {
  if (type === wanted) return code
  if (free && wanted === 'float') return `${code}.0`
  if (type === 'int' && wanted === 'float') return `f32(${code})`
  if (type === 'float' && wanted === 'int') return `i32(${code})`
  throw new Error(`${code} is ${type}, not ${wanted}`)
}

/** Binary operators by how tightly they bind. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['===', '!==', '==', '!='],
  ['<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/', '%']
]

/** Functions of the library that give whole numbers from whole numbers, and which operator they are. */
const WHOLE: Readonly<Record<string, string>> = { crDiv: '/', crMod: '%' }

class Translator {
  readonly #tokens: readonly string[]
  readonly #types: Map<string, Type>
  readonly #result: (value: string) => string
  #at = 0

  constructor(text: string, names: Readonly<Record<string, Type>>, result: (value: string) => string) {
    this.#tokens = tokensOf(text)
    this.#types = new Map(Object.entries(names))
    this.#result = result
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new Error('a kernel text ends too early')
    return token
  }

  #take(...expected: readonly string[]): void {
    for (const token of expected) {
      const found = this.#next()
      if (found !== token) throw new Error(`a kernel text has ${found} for ${token}`)
    }
  }

  #is(token: string): boolean {
    if (this.#peek() !== token) return false
    this.#at++
    return true
  }

  statements(): string {
    const lines: string[] = []
    while (this.#peek() !== undefined && this.#peek() !== '}') lines.push(this.#statement())
    return lines.join('\n')
  }

  #block(): string {
    this.#take('{')
    const inner = this.statements()
    this.#take('}')
    return `{\n${inner}\n}`
  }

  #statement(): string {
    const word = this.#next()
    if (word === 'const' || word === 'let') {
      const name = this.#next()
      this.#take('=')
      const value = this.#expression()
      this.#take(';')
      this.#types.set(name, value.type)
      return `${word === 'const' ? 'let' : 'var'} ${name} = ${value.code};`
    }
    if (word === 'for') return this.#loop()
    if (word === 'if') {
      this.#take('(')
      const condition = this.#expression()
      this.#take(')')
      return `if (${as(condition, 'bool')}) ${this.#block()}`
    }
    if (word === 'return') {
      const value = as(this.#expression(), 'float')
      this.#take(';')
      return this.#result(value)
    }
    const type = this.#types.get(word)
    if (!type) throw new Error(`a kernel text has a statement that begins with ${word}`)
    this.#take('=')
    const value = as(this.#expression(), type)
    this.#take(';')
    return `${word} = ${value};`
  }

  /** for (let r = 0; r < 5; r++) { … } */
  #loop(): string {
    this.#take('(', 'let')
    const name = this.#next()
    this.#types.set(name, 'int')
    this.#take('=')
    const start = as(this.#expression(), 'int')
    this.#take(';', name, '<')
    const end = as(this.#expression(), 'int')
    this.#take(';', name, '++', ')')
    return `for (var ${name} = ${start}; ${name} < ${end}; ${name}++) ${this.#block()}`
  }

  #expression(): Term {
    const condition = this.#binary(0)
    if (!this.#is('?')) return condition
    const yes = this.#expression()
    this.#take(':')
    const no = this.#expression()
    // whole numbers that are written out are values here, unless an index is chosen
    const type = [yes, no].some((t) => t.type === 'int' && !t.free) ? 'int' : 'float'
    const kind = [yes, no].some((t) => t.type === 'float') ? 'float' : type
    return { code: `select(${as(no, kind)}, ${as(yes, kind)}, ${as(condition, 'bool')})`, type: kind }
  }

  #binary(level: number): Term {
    const operators = LEVELS[level]
    if (!operators) return this.#unary()
    let left = this.#binary(level + 1)
    for (let operator = this.#peek(); operator && operators.includes(operator); operator = this.#peek()) {
      this.#at++
      left = this.#joined(operator, left, this.#binary(level + 1))
    }
    return left
  }

  #joined(operator: string, a: Term, b: Term): Term {
    const sign = operator.slice(0, 2)
    if (sign === '||' || sign === '&&') return { code: `(${as(a, 'bool')} ${sign} ${as(b, 'bool')})`, type: 'bool' }
    // a quotient is a float: whole ones are written crDiv
    const type = operator === '/' || a.type === 'float' || b.type === 'float' ? 'float' : a.type
    const code = `(${as(a, type)} ${sign} ${as(b, type)})`
    return { code, type: '+-*/%'.includes(operator) ? type : 'bool' }
  }

  #unary(): Term {
    if (this.#is('-')) {
      const value = this.#unary()
      return { code: `(-${value.code})`, type: value.type, ...(value.free ? { free: false } : {}) }
    }
    if (this.#is('!')) return { code: `!${as(this.#unary(), 'bool')}`, type: 'bool' }
    return this.#primary()
  }

  #primary(): Term {
    const token = this.#next()
    if (token === '(') {
      const inner = this.#expression()
      this.#take(')')
      return inner.free ? inner : { ...inner, code: `(${inner.code})` }
    }
    if (isNumber(token))
      return /^\d+$/.test(token) ? { code: token, type: 'int', free: true } : { code: token, type: 'float' }
    if (this.#is('[')) {
      const index = this.#index()
      this.#take(']')
      return { code: `${token}[${index}]`, type: 'float' }
    }
    if (this.#is('(')) return this.#call(token)
    const type = this.#types.get(token)
    if (!type) throw new Error(`a kernel text reads ${token}, which it does not declare`)
    return { code: token, type }
  }

  #index(): string {
    return as(this.#expression(), 'int')
  }

  #arguments(): Term[] {
    const given: Term[] = []
    while (!this.#is(')')) {
      given.push(this.#expression())
      if (this.#peek() !== ')') this.#take(',')
    }
    return given
  }

  #call(name: string): Term {
    const given = this.#arguments()
    const [first, second] = given as [Term, Term]
    const operator = WHOLE[name]
    if (operator) return { code: `(${as(first, 'int')} ${operator} ${as(second, 'int')})`, type: 'int' }
    if (name === 'crWhole') return { code: as(first, 'int'), type: 'int' }
    // what a number is for is said by where it stands; a call keeps WGSL from computing with literals beforehand
    if (name === 'crNum' && first.type === 'int' && !first.free) return first
    return { code: `fn_${name}(${given.map((g) => as(g, 'float')).join(', ')})`, type: 'float' }
  }
}

/** Threads of a workgroup, and most workgroups along an axis. */
const THREADS = 64
const MOST = 65535

/** Workgroups along two axes: one has not enough of them for large tensors. */
export function spread(groups: number): readonly [number, number, 1] {
  const rows = Math.ceil(groups / MOST)
  return [Math.ceil(groups / rows), rows, 1]
}

/** A compute shader of one number a thread. */
export function shaderOf(body: string, inputs: number, threads: number, library: string) {
  const groups = spread(Math.ceil(threads / THREADS))
  const wgsl = `${Array.from({ length: inputs }, (_, n) => `@group(0) @binding(${n + 1}) var<storage, read> a${n} : array<f32>;`).join('\n')}
@group(0) @binding(${inputs + 1}) var<storage, read_write> result : array<f32>;
${library}
@compute @workgroup_size(${THREADS}, 1, 1)
fn main(@builtin(global_invocation_id) id : vec3<u32>) {
let i = i32(id.x + id.y * ${groups[0] * THREADS}u);
if (i >= ${threads}) { return; }
${wgslOf(body)}
}`
  return { wgsl, groups }
}

/**
 * The statements of a kernel text.
 * @param names what it reads without declaring it; `i` is the thread
 * @param result what becomes of the value that it returns
 */
export const wgslOf = (
  text: string,
  names: Readonly<Record<string, Type>> = { i: 'int' },
  result: (value: string) => string = (value) => `result[i] = ${value};`
): string => new Translator(text, names, result).statements()
