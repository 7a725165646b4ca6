/** Steps as formulas: an operator over the names of its inputs, and over their numbers. */
import { wordFor } from '../../expression/functions.ts'
import { gradientOf, NoFormula } from '../../expression/gradient.ts'
import { toTex } from '../../expression/print.ts'
import { call, type Expression, num } from '../../expression/tree.ts'
import type { Op } from '../../ir/op.ts'
import type { Attributes } from '../../ir/types.ts'

/** Letters that no formula has stand for the inputs until they are put in. */
const FIRST = 0xe000
const letter = (i: number): Expression => ({ kind: 'name', name: String.fromCharCode(FIRST + i), shape: [] })
const LETTERS = /[\ue000-\uefff]/g

export const nameTex = (name: string): string => `\\name{${name}}`
const valueTex = (i: number): string => `\\value{${i}}`

/** ∂L/∂x, of one wire alone where x goes to several places. */
export const gradientTex = (name: string, via: string | null = null): string => {
  const whole = `\\frac{\\partial L}{\\partial ${nameTex(name)}}`
  return via === null ? whole : `\\left.${whole}\\right|_{${nameTex(via)}}`
}

export const localTex = (of: string, by: string): string => `\\frac{\\partial ${nameTex(of)}}{\\partial ${nameTex(by)}}`

/** The formula with what the inputs are called, and with their numbers. */
export interface Written {
  readonly symbols: string
  readonly put: string
}

function written(e: Expression, names: readonly string[]): Written {
  const tex = toTex(e)
  const at = (c: string): number => c.charCodeAt(0) - FIRST
  return {
    symbols: tex.replace(LETTERS, (c) => nameTex(names[at(c)] ?? '')),
    put: tex.replace(LETTERS, (c) => valueTex(at(c)))
  }
}

/** The operator over its inputs, where expressions have a word for it. */
function expressionOf(op: Op, attributes: Attributes, count: number): Expression | null {
  const letters = Array.from({ length: count }, (_, i) => letter(i))
  const [first, ...rest] = letters
  if (op.kind === 'Sum' && first) return rest.reduce((sum, x) => call('add', sum, x), first)
  if (op.kind === 'Identity' && first) return first
  const word = wordFor(op.kind)
  // a slope or a limit that is not the function's own stands in no formula
  const plain = Object.entries(op.attributes).every(
    ([name, field]) => attributes[name] === undefined || attributes[name] === field.default
  )
  return word && plain ? call(word, ...letters) : null
}

/** y = f(a, b) for single numbers, or for one element each. */
export function forwardTex(op: Op, attributes: Attributes, names: readonly string[]): Written | null {
  const e = expressionOf(op, attributes, names.length)
  return e && written(e, names)
}

/** ∂y/∂input as a formula of the inputs. Null where there is none. */
export function localFormula(op: Op, attributes: Attributes, names: readonly string[], input: number): Written | null {
  const e = expressionOf(op, attributes, names.length)
  if (!e) return null
  try {
    const found = gradientOf(e, String.fromCharCode(FIRST + input), num(1))
    return found && written(found, names)
  } catch (error) {
    if (error instanceof NoFormula) return null
    throw error
  }
}
