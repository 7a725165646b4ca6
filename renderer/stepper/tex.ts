/** The engine's formulas in the screen's words: names as cards have them, numbers as edges do. */
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import { nameTex } from '../../engine/expression/print.ts'
import type { StepsResult } from '../../engine/session/steps/types.ts'
import { formatNumber, indexAt } from '../value/format.ts'

/** Names longer than this make a formula hard to read; then the id stands for it. */
const LONG = 13

const escaped = (text: string): string =>
  text.replace(/[\\{}$&#^_%~]/g, (c) => (c === '\\' ? '\\backslash ' : `\\${c}`))

/** A label as a symbol: LaTeX between dollar signs as it is, a word as a word, anything else in parentheses. */
function labelTex(label: string): string | null {
  const math = /^\$([^$]+)\$$/.exec(label.trim())
  if (math) return math[1] as string
  if (label.includes('$') || [...label].length > LONG) return null
  if (/^[A-Za-z]\w*$/.test(label)) return nameTex(label)
  const text = `\\text{${escaped(label)}}`
  return /[^\p{L}\p{N}]/u.test(label) && !/^\(.*\)$/.test(label) ? `(${text})` : text
}

/** Textbooks' letters for what a layer owns. */
const OWNED: Readonly<Record<string, string>> = { kernel: 'W', bias: 'b' }

function nodeTex(document: GraphDocument, id: string): string {
  const node = indexOf(document).nodes.get(id)
  return (node?.label && labelTex(node.label)) || nameTex(id)
}

/** What formulas call a node, a part of a layer, or one of several outputs. */
export function symbolOf(document: GraphDocument, names: StepsResult['names'], name: string): string {
  const [whole = '', output] = name.split(':')
  const found = names[whole]
  if (!found) return nameTex(whole)
  const base =
    found.part === null
      ? nodeTex(document, found.node)
      : `{${OWNED[found.part] ?? nameTex(found.part.split('.').at(-1) as string)}}_{${nodeTex(document, found.node)}}`
  return output === undefined ? base : `{${base}}_{\\text{${output}}}`
}

/** 1.2e-5 as people write it by hand. */
export function numberTex(value: number, digits = 4): string {
  const text = formatNumber(value, digits)
  if (text === 'NaN') return '\\text{NaN}'
  if (text.endsWith('∞')) return text.replace('∞', '\\infty')
  const [mantissa = '', exponent] = text.split('e')
  return exponent === undefined ? mantissa : `${mantissa} \\cdot 10^{${exponent}}`
}

/** One element of what a formula names: W[2, 0]. */
export function ofElement(tex: string, cell: number, shape: readonly number[]): string {
  if (shape.length === 0) return tex
  const index = `[${indexAt(cell, shape).join(',')}]`
  return tex.replace(/\\name\{[^}]*\}/, (name) => `{${name}}${index}`)
}

/** Each name with the element of it that is read. */
export const ofElements = (
  tex: string,
  inputs: readonly {
    readonly name: string
    readonly value: { readonly cell: number; readonly shape: readonly number[] }
  }[]
): string =>
  tex.replace(/\\name\{([^}]*)\}/g, (whole, name: string) => {
    const found = inputs.find((input) => input.name === name)?.value
    return found && found.shape.length > 0 ? `{${whole}}[${indexAt(found.cell, found.shape).join(',')}]` : whole
  })

/** What may stand right before a negative number without parentheses. */
const OPEN = /(^|[=({]|\\left[([]|\\ln\\left\()\s*$/

/** Puts names and numbers in. */
export function fill(
  tex: string,
  values: readonly number[],
  document: GraphDocument,
  names: StepsResult['names']
): string {
  const named = tex.replace(/\\name\{([^}]*)\}/g, (_, name: string) => symbolOf(document, names, name))
  return named.replace(/\\value\{(\d+)\}/g, (whole, i: string, at: number) => {
    const value = values[Number(i)] ?? Number.NaN
    const number = numberTex(value)
    const compound = value < 0 || number.includes('cdot')
    const power = /^\}?\^/.test(named.slice(at + whole.length))
    return compound && (power || !OPEN.test(named.slice(0, at))) ? `(${number})` : number
  })
}
