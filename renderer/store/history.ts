/** Undo and redo as two stacks of patches; a position in it has an identity, so "saved here" survives undo and redo. */
import { indexOf } from '../../engine/document/lookup.ts'
import type { Patch } from '../../engine/document/patch.ts'
import type { GraphDocument, GraphEdge, GraphNode, TrainingSettings } from '../../engine/document/types.ts'

export interface Step {
  readonly serial: number
  readonly patch: Patch
}

export interface History {
  readonly past: readonly Step[]
  readonly future: readonly Step[]
}

export const emptyHistory: History = { past: [], future: [] }

/** Steps that are kept; the oldest is forgotten first. */
const LIMIT = 1000

let serial = 0

/** Names the state that the document is in: the step that led to it, 0 at the start. */
export const positionOf = (history: History): number => history.past.at(-1)?.serial ?? 0

export const pushStep = (history: History, patch: Patch): History => ({
  past: [...history.past.slice(-LIMIT + 1), { serial: ++serial, patch }],
  future: []
})

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** The changes that change something. */
export const effective = (patch: Patch): Patch => patch.filter((change) => !same(change.before, change.after))

const numbersOfTraining = (training: TrainingSettings | null) => [training?.batchSize, training?.seed]
const numbersOfNode = (node: GraphNode) => [node.id, node.op, node.attributes, node.mode]

const numbersOfEdge = ({ points: _, ...ends }: GraphEdge) => ends

/** Whether the numbers on the edges may differ after this patch: moving, labelling and notes leave them as they are. */
export const changesNumbers = (patch: Patch): boolean =>
  patch.some((change) => {
    if ('setting' in change) {
      if (change.setting === 'objective') return true
      if (change.setting !== 'training') return false
      const [before, after] = [change.before, change.after] as (TrainingSettings | null)[]
      return !same(numbersOfTraining(before ?? null), numbersOfTraining(after ?? null))
    }
    if (change.table === 'notes' || change.table === 'groups') return false
    if (change.before === null || change.after === null) return true
    if (change.table === 'edges') {
      return !same(numbersOfEdge(change.before as GraphEdge), numbersOfEdge(change.after as GraphEdge))
    }
    return !same(numbersOfNode(change.before as GraphNode), numbersOfNode(change.after as GraphNode))
  })

/** Ids that are still there; those of nodes may be of groups and notes too. */
export function kept(document: GraphDocument, table: 'nodes' | 'edges', ids: ReadonlySet<string>): ReadonlySet<string> {
  if (ids.size === 0) return ids
  const index = indexOf(document)
  const there = new Set([...ids].filter((id) => (table === 'edges' ? index.edges.has(id) : index.has(id))))
  return there.size === ids.size ? ids : there
}
