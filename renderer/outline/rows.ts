/** The graph as lines of text, in the order of the file: groups with what is in them, nodes with what goes in and out. */
import { inputsOf, outputsOf } from '../../engine/document/connect.ts'
import { groupOf, groupsIn } from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphNode } from '../../engine/document/types.ts'
import { opOf } from '../../engine/ops/registry.ts'

export interface Row {
  /** Unique among the rows. */
  readonly key: string
  readonly kind: 'group' | 'node' | 'input' | 'output'
  /** Of the group or the node; of the node that a port belongs to. */
  readonly id: string
  readonly port?: string
  readonly level: number
  /** Place among its siblings, counted from 1, and how many there are. */
  readonly place: number
  readonly siblings: number
  /** Undefined for what has nothing inside. */
  readonly open?: boolean
}

export interface Opened {
  /** Nodes whose inputs and outputs are listed. */
  readonly nodes: ReadonlySet<string>
  /** Groups whose inside is not. */
  readonly closedGroups: ReadonlySet<string>
}

export const rowKey = (id: string): string => `n ${id}`

function portRows(document: GraphDocument, node: GraphNode, level: number): Row[] {
  const op = opOf(node.op)
  if (!op) return []
  const ports = [
    ...inputsOf(document, node, op).map(({ name }) => ({ kind: 'input' as const, name })),
    ...outputsOf(op, node.attributes).map(({ name }) => ({ kind: 'output' as const, name }))
  ]
  return ports.map(({ kind, name }, i) => ({
    key: `${kind} ${node.id} ${name}`,
    kind,
    id: node.id,
    port: name,
    level,
    place: i + 1,
    siblings: ports.length
  }))
}

export function rowsOf(document: GraphDocument, opened: Opened): readonly Row[] {
  const members = Map.groupBy(document.nodes, (node) => groupOf(document, node.id))
  const rows: Row[] = []
  const list = (group: string | null, level: number): void => {
    const groups = groupsIn(document, group)
    const nodes = members.get(group) ?? []
    const siblings = groups.length + nodes.length
    for (const [i, { id }] of groups.entries()) {
      const open = !opened.closedGroups.has(id)
      rows.push({ key: rowKey(id), kind: 'group', id, level, place: i + 1, siblings, open })
      if (open) list(id, level + 1)
    }
    for (const [i, node] of nodes.entries()) {
      const open = opened.nodes.has(node.id)
      rows.push({
        key: rowKey(node.id),
        kind: 'node',
        id: node.id,
        level,
        place: groups.length + i + 1,
        siblings,
        open
      })
      if (open) rows.push(...portRows(document, node, level + 1))
    }
  }
  list(null, 1)
  return rows
}

/** Where in the file a node has to go to stand before or after its neighbour in the list; null at the end of the list. */
export function placeBeside(document: GraphDocument, node: string, step: 1 | -1): number | null {
  const group = groupOf(document, node)
  const siblings = document.nodes.filter(({ id }) => groupOf(document, id) === group)
  const other = siblings[siblings.findIndex(({ id }) => id === node) + step]
  return other ? (indexOf(document).nodeIndex.get(other.id) ?? null) : null
}
