/** Actions and operators that answer what was typed, best first, whichever they are. */
import type { Op } from '../../../engine/ir/op.ts'
import { best, normal, paletteOps, ranked, scoreOp } from '../../palette/search.ts'
import type { Action } from '../action.ts'

export interface Entry {
  readonly action: Action
  readonly enabled: boolean
  /** In lower case, as the search compares them. */
  readonly names: readonly string[]
  readonly keywords: readonly string[]
}

export interface Found {
  readonly points: number
  readonly action?: Action
  readonly op?: Op
}

const WHOLE = 100

export function findCommands(query: string, entries: readonly Entry[], ops = paletteOps): readonly Found[] {
  const wanted = normal(query)
  const possible: Found[] = []
  const impossible: Found[] = []
  for (const { action, enabled, names, keywords } of entries) {
    const points = best(wanted, names, keywords)
    // asked for by its very name, it says that it is not possible now instead of making room for something else
    ;(enabled || points === WHOLE ? possible : impossible).push({ points, action })
  }
  for (const op of ops) possible.push({ points: scoreOp(op, wanted), op })
  // what cannot be done now comes last, but its name is a real answer: no near miss stands in for it
  const all = new Set(ranked([...possible, ...impossible]))
  return [...ranked(possible), ...ranked(impossible)].filter((found) => all.has(found))
}
