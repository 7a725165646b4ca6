/** Where parts of a text stand, and what is said of places where something is missing. */
import type jsep from 'jsep'
import { fail } from '../problem.ts'

export type Node = jsep.Expression & { at?: number }

/** Where it begins, from 0. */
export const place = (node: Node): number => {
  if (node.at !== undefined) return node.at
  return node.type === 'BinaryExpression' ? place((node as jsep.BinaryExpression).left) : 0
}

export function operandMissing(text: string, index: number): never {
  const rest = text.slice(index).trimStart()
  const column = text.length - rest.length + 1
  if (rest === '') return fail('expression.ends', { column: text.trimEnd().length + 1 })
  return fail('expression.operand', { column, found: [...rest][0] as string })
}

/** Two operands without an operator: "a, b" stands apart by a sign, "a b" by nothing. */
export function betweenOperands(text: string, at: number): never {
  const before = text.slice(0, at).trimEnd()
  const apart = /[,;]$/.test(before) ? before.length - 1 : at
  return fail('expression.operator', { column: apart + 1, found: [...text.slice(apart)][0] ?? '' })
}

/** Levenshtein distance, for "did you mean". */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
