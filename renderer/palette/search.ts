/** Finds operators by title, kind, keywords and Korean names: letters in order, the better the closer together. */
import { FAMILIES, type Family, type Op } from '../../engine/ir/op.ts'
import { ops } from '../../engine/ops/registry.ts'
import korean from '../i18n/operators.ko.json'

export const paletteOps: readonly Op[] = ops.filter((op) => op.family !== 'internal')

export type ShownFamily = Exclude<Family, 'internal'>

const isShown = (family: Family): family is ShownFamily => paletteOps.some((op) => op.family === family)

export const families: readonly ShownFamily[] = FAMILIES.filter(isShown)

const koreanNames: Readonly<Record<string, string>> = korean

export const koreanName = (kind: string): string | undefined => koreanNames[kind]

/**
 * How well `text` answers `query`, 0 = not at all: whole word > beginning > beginning of a word > inside > letters in
 * order.
 */
export function score(query: string, text: string): number {
  const at = text.indexOf(query)
  if (at === 0) return text.length === query.length ? 100 : 80 - Math.min(20, text.length - query.length)
  if (at > 0) return /[\s\-_/(]/.test(text[at - 1] ?? '') ? 55 : 40
  let from = 0
  let gaps = 0
  for (const letter of query) {
    const found = text.indexOf(letter, from)
    if (found < 0) return 0
    if (from > 0) gaps += found - from
    from = found + 1
  }
  return query.length < 2 ? 0 : Math.max(0, 24 - 4 * gaps)
}

export const normal = (text: string) => text.normalize('NFC').toLowerCase().replace(/…$/, '').trim()

/** Below it only some letters answer; shown where nothing answers better. */
const CLOSE = 30

/** The best of several names, and of keywords, which count a little less; else of a name for each of the words. */
export function best(query: string, names: readonly string[], keywords: readonly string[] = []): number {
  const whole = Math.max(0, ...names.map((n) => score(query, n)), ...keywords.map((k) => score(query, k) * 0.85))
  const words = query.split(/\s+/)
  if (words.length < 2 || whole >= CLOSE) return whole
  return Math.max(whole, 0.8 * Math.min(...words.map((word) => best(word, names, keywords))))
}

/** Best first, and what only has some of the letters not at all beside a real answer. */
export function ranked<T extends { readonly points: number }>(found: readonly T[]): readonly T[] {
  const least = found.some(({ points }) => points >= CLOSE) ? CLOSE : 1
  return found.filter(({ points }) => points >= least).sort((a, b) => b.points - a.points)
}

const words = new Map(
  paletteOps.map((op) => [
    op.kind,
    {
      names: [op.title, op.kind, koreanNames[op.kind] ?? ''].filter(Boolean).map(normal),
      keywords: (op.keywords ?? []).map(normal)
    }
  ])
)

export function scoreOp(op: Op, query: string): number {
  const { names = [], keywords = [] } = words.get(op.kind) ?? {}
  return best(query, names, keywords)
}

/** The operators that answer, best first; all of them, as they stand, for an empty query. */
export function findOps(query: string, among: readonly Op[] = paletteOps): readonly Op[] {
  const wanted = normal(query)
  if (wanted === '') return among
  return ranked(among.map((op) => ({ op, points: scoreOp(op, wanted) }))).map(({ op }) => op)
}
