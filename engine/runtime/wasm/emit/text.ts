/**
 * Kernel text → lanes. The text is the common subset of JavaScript and what gpu.js compiles: numbers, names, + - * /,
 * comparisons, ?: and calls of Math. Both branches of ?: are computed, and one is taken lane by lane.
 */
import { FUNCTIONS } from './functions.ts'
import type { LaneBuilder, Lanes } from './lanes.ts'

type Tree =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Tree[] }

const TOKEN = /\s*(?:([\d.]+(?:e[+-]?\d+)?)|((?:Math\.)?[A-Za-z_]\w*)|([<>=!]=|[-+*/<>?:(),]))/y

/** Loosest first. */
const BINARY: readonly (readonly string[])[] = [
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/']
]

/** Texts are made by operators: what cannot be read is a mistake of theirs, and no problem of a person's. */
function read(text: string): Tree {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    const found = TOKEN.exec(text)
    if (!found) throw new Error(`kernel text is not understood at ${at}: ${text}`)
    tokens.push((found[1] ?? found[2] ?? found[3]) as string)
  }
  let next = 0
  const expect = (token: string): void => {
    if (tokens[next++] !== token) throw new Error(`kernel text lacks "${token}": ${text}`)
  }
  const primary = (): Tree => {
    const token = tokens[next++] ?? ''
    if (token === '-') return { kind: 'call', name: '-', args: [primary()] }
    if (token === '(') {
      const inner = choice()
      expect(')')
      return inner
    }
    if (/^[\d.]/.test(token)) return { kind: 'number', value: Number(token) }
    if (token === 'Infinity') return { kind: 'number', value: Number.POSITIVE_INFINITY }
    if (!/^\w/.test(token)) throw new Error(`kernel text has "${token}" in place of a value: ${text}`)
    if (tokens[next] !== '(') return { kind: 'name', name: token }
    const args: Tree[] = []
    do {
      next++
      args.push(choice())
    } while (tokens[next] === ',')
    expect(')')
    return { kind: 'call', name: token, args }
  }
  const binary = (level: number): Tree => {
    const signs = BINARY[level]
    if (!signs) return primary()
    let left = binary(level + 1)
    while (signs.includes(tokens[next] ?? '')) {
      const name = tokens[next++] as string
      left = { kind: 'call', name, args: [left, binary(level + 1)] }
    }
    return left
  }
  const choice = (): Tree => {
    const condition = binary(0)
    if (tokens[next] !== '?') return condition
    next++
    const yes = choice()
    expect(':')
    return { kind: 'call', name: '?:', args: [condition, yes, choice()] }
  }
  const tree = choice()
  if (next < tokens.length) throw new Error(`kernel text goes on with "${tokens[next]}": ${text}`)
  return tree
}

/** Operators write few different texts, and a plan may hold thousands of them. */
const trees = new Map<string, Tree>()

function treeOf(text: string): Tree {
  const known = trees.get(text)
  if (known) return known
  const tree = read(text)
  trees.set(text, tree)
  return tree
}

/** The text's value; `named` gives those of the names in it. */
export function lanesOf(b: LaneBuilder, text: string, named: (name: string) => Lanes): Lanes {
  const make = (tree: Tree): Lanes => {
    if (tree.kind === 'number') return b.number(tree.value)
    if (tree.kind === 'name') return named(tree.name)
    const [x, y, z] = tree.args.map(make) as [Lanes, Lanes, Lanes]
    switch (tree.name) {
      case '+':
        return b.add(x, y)
      case '-':
        return tree.args.length === 1 ? b.neg(x) : b.sub(x, y)
      case '*':
        return b.mul(x, y)
      case '/':
        return b.div(x, y)
      case '<':
        return b.less(x, y)
      case '>':
        return b.apply('f32x4.gt', x, y)
      case '<=':
        return b.apply('f32x4.le', x, y)
      case '>=':
        return b.apply('f32x4.ge', x, y)
      case '==':
        return b.equal(x, y)
      case '!=':
        return b.notEqual(x, y)
      case '?:':
        return b.select(x, y, z)
      default: {
        const f = FUNCTIONS[tree.name.replace('Math.', '')]
        if (!f) throw new Error(`kernel text calls ${tree.name}, which is not there: ${text}`)
        return f(b, x, y)
      }
    }
  }
  return make(treeOf(text))
}
