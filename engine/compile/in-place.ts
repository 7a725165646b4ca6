/**
 * Which variables get their next value where they stand, element by element: no second buffer, and less to move through
 * memory.
 *
 * Only where nothing but elementwise steps is left in the plan. A run that is stopped leaves all variables as they were, so
 * from the first such step on it goes to its end, which is near.
 */
import type { IrNode } from '../ir/types.ts'
import type { Group } from './fuse.ts'

export interface InPlace {
  /** The first unit that writes so; behind the last one where none does. */
  readonly from: number
  /** Id of a next value → id of its variable. */
  readonly variables: ReadonlyMap<number, number>
}

export interface Planned {
  readonly nodes: readonly IrNode[]
  /** The node whose memory a node shows. */
  readonly memory: ArrayLike<number>
  /** The chain of each unit; undefined where it is another kernel. */
  readonly groups: readonly (Group | undefined)[]
  /** Memory that is read after the run, and the next values. */
  readonly kept: ReadonlySet<number>
  /** The unit that reads a node's memory last. */
  readonly lastReader: ReadonlyMap<number, number>
  /** Variable name → id of its next value. */
  readonly updates: ReadonlyMap<string, number>
}

export function inPlace({ nodes, memory, groups, kept, lastReader, updates }: Planned): InPlace {
  const elementwise = groups.map((group) => (group?.product ? undefined : group))
  const tail = elementwise.lastIndexOf(undefined) + 1
  const stepOf = new Map<number, number>()
  for (let at = tail; at < groups.length; at++) for (const { id } of elementwise[at]?.nodes ?? []) stepOf.set(id, at)
  const named = Map.groupBy(
    nodes.filter((node) => node.op === 'Variable'),
    (node) => node.attributes.name as string
  )
  const variables = new Map<number, number>()
  let from = groups.length
  for (const [name, id] of updates) {
    const next = memory[id] as number
    const [variable, ...more] = named.get(name) ?? []
    const step = stepOf.get(next)
    if (!variable || more.length > 0 || step === undefined || kept.has(variable.id)) continue
    if ((lastReader.get(variable.id) ?? 0) > step) continue
    variables.set(next, variable.id)
    from = Math.min(from, step)
  }
  return { from, variables }
}
