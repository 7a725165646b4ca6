/**
 * Reversible differences between two documents.
 *
 * Each change says where and what was there before and after, so a patch runs both ways and undo gives back the
 * original byte for byte, order included.
 */
import type { GraphDocument } from './types.ts'

export const TABLES = ['nodes', 'edges', 'groups', 'notes'] as const
export type Table = (typeof TABLES)[number]
export type Row<T extends Table = Table> = GraphDocument[T][number]

export const SETTINGS = ['name', 'description', 'objective', 'training'] as const
export type Setting = (typeof SETTINGS)[number]

export type Change =
  /** before null: inserted at `index`; after null: removed from `index`; both: replaced. */
  | { readonly table: Table; readonly index: number; readonly before: Row | null; readonly after: Row | null }
  | { readonly setting: Setting; readonly before: GraphDocument[Setting]; readonly after: GraphDocument[Setting] }

export type Patch = readonly Change[]

export function applyPatch(document: GraphDocument, patch: Patch): GraphDocument {
  const next: Record<string, unknown> = { ...document }
  const copied = new Set<Table>()
  for (const change of patch) {
    if ('setting' in change) {
      next[change.setting] = change.after
      continue
    }
    const { table, index, before, after } = change
    if (!copied.has(table)) {
      copied.add(table)
      next[table] = [...document[table]]
    }
    const rows = next[table] as Row[]
    if (before === null) rows.splice(index, 0, after as Row)
    else if (after === null) rows.splice(index, 1)
    else rows[index] = after
  }
  return next as unknown as GraphDocument
}

export const reversePatch = (patch: Patch): Patch =>
  patch.toReversed().map((change) => ({ ...change, before: change.after, after: change.before }) as Change)
