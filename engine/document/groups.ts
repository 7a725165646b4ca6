/**
 * What is inside of what. Nodes stay in the document's one list, and edges know nothing of groups: a group is for the
 * eyes, and the engine computes the same with it and without it.
 */
import { opOf } from '../ops/registry.ts'
import { inputsOf, outputsOf } from './connect.ts'
import { indexOf, once } from './lookup.ts'
import type { GraphDocument, GraphEdge, GraphGroup, GraphNode, GraphNote } from './types.ts'

interface Nesting {
  /** The group that a node is directly in. */
  readonly ofNode: ReadonlyMap<string, string>
  readonly groups: ReadonlyMap<string, GraphGroup>
  /** Groups by the group that they are in, in file order. */
  readonly children: ReadonlyMap<string | undefined, readonly GraphGroup[]>
  readonly families: ReadonlyMap<string, readonly GraphGroup[]>
}

const nesting = once((groups: readonly GraphGroup[]): Nesting => {
  const linked = groups.filter((group) => group.link !== undefined)
  return {
    ofNode: new Map(groups.flatMap((group) => group.nodes.map((node) => [node, group.id] as const))),
    groups: new Map(groups.map((group) => [group.id, group])),
    children: Map.groupBy(groups, (group) => group.parent),
    families: Map.groupBy(linked, (group) => group.link as string)
  }
})

const nestingOf = ({ groups }: GraphDocument): Nesting => nesting(groups)

/** The group that a node, a group or a note is directly in; null at the top, and for what does not exist. */
export function groupOf(document: GraphDocument, id: string): string | null {
  const { ofNode, groups } = nestingOf(document)
  return ofNode.get(id) ?? groups.get(id)?.parent ?? indexOf(document).notes.get(id)?.parent ?? null
}

/** The groups around a node, a group or a note, innermost first. */
export function groupsAround(document: GraphDocument, id: string): readonly string[] {
  const { groups } = nestingOf(document)
  const around: string[] = []
  for (let at = groupOf(document, id); at !== null && !around.includes(at); at = groups.get(at)?.parent ?? null) {
    around.push(at)
  }
  return around
}

/** The innermost group that both nodes are in; null where that is the whole graph. */
export function commonGroup(document: GraphDocument, a: string, b: string): string | null {
  const other = groupsAround(document, b)
  return groupsAround(document, a).find((group) => other.includes(group)) ?? null
}

export const groupsIn = (document: GraphDocument, group: string | null): readonly GraphGroup[] =>
  nestingOf(document).children.get(group ?? undefined) ?? []

export const notesIn = (document: GraphDocument, group: string | null): readonly GraphNote[] =>
  document.notes.filter((note) => (note.parent ?? null) === group)

export function nodesIn(document: GraphDocument, group: string | null): readonly GraphNode[] {
  const { ofNode } = nestingOf(document)
  if (group === null) return ofNode.size === 0 ? document.nodes : document.nodes.filter(({ id }) => !ofNode.has(id))
  const { nodes } = indexOf(document)
  const ids = indexOf(document).groups.get(group)?.nodes ?? []
  return ids.map((id) => nodes.get(id)).filter((node) => node !== undefined)
}

/** The other copies of a linked group. */
export function copiesOf(document: GraphDocument, group: string): readonly GraphGroup[] {
  const { families, groups } = nestingOf(document)
  const link = groups.get(group)?.link
  return link === undefined ? [] : (families.get(link) ?? []).filter(({ id }) => id !== group)
}

export const hasLinks = (document: GraphDocument): boolean => nestingOf(document).families.size > 0

export interface Inside {
  readonly nodes: readonly string[]
  readonly groups: readonly string[]
  readonly notes: readonly string[]
}

/** All that is in a group at any depth, in an order in which copies correspond. */
export function insideOf(document: GraphDocument, group: string): Inside {
  const inner = groupsIn(document, group)
  const deeper = inner.map(({ id }) => insideOf(document, id))
  return {
    nodes: [...(indexOf(document).groups.get(group)?.nodes ?? []), ...deeper.flatMap(({ nodes }) => nodes)],
    groups: [...inner.map(({ id }) => id), ...deeper.flatMap(({ groups }) => groups)],
    notes: [...notesIn(document, group).map(({ id }) => id), ...deeper.flatMap(({ notes }) => notes)]
  }
}

/** Ids of nodes, groups and notes, apart from each other, with all that is in the groups. */
export function withInsides(document: GraphDocument, ids: Iterable<string>): Inside {
  const index = indexOf(document)
  const [nodes, groups, notes] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for (const id of ids) {
    if (index.nodes.has(id)) nodes.add(id)
    else if (index.notes.has(id)) notes.add(id)
    else if (index.groups.has(id)) {
      groups.add(id)
      const inside = insideOf(document, id)
      for (const node of inside.nodes) nodes.add(node)
      for (const group of inside.groups) groups.add(group)
      for (const note of inside.notes) notes.add(note)
    }
  }
  return { nodes: [...nodes], groups: [...groups], notes: [...notes] }
}

/** Where a group's inside meets its outside: one input or output of one node. */
export interface GroupPort {
  readonly node: string
  readonly handle: string
  readonly name: string
}

/**
 * The ports of a closed group. Inputs: those that are fed from outside, and those that still want a wire. Outputs:
 * those that lead outside, and those that lead nowhere. They are called by their node, and by the handle where the
 * node has several.
 */
export function portsOfGroup(
  document: GraphDocument,
  group: string
): { readonly inputs: readonly GroupPort[]; readonly outputs: readonly GroupPort[] } {
  const index = indexOf(document)
  const nodes = insideOf(document, group).nodes
  const members = new Set(nodes)
  const [inputs, outputs]: [GroupPort[], GroupPort[]] = [[], []]
  for (const id of nodes) {
    const node = index.nodes.get(id)
    const op = node && opOf(node.op)
    if (!node || !op) continue
    const port = (handle: string, of: number): GroupPort => {
      const name = node.label || id
      return { node: id, handle, name: of > 1 ? `${name}.${handle}` : name }
    }
    const ins = inputsOf(document, node, op)
    for (const { name, optional } of ins) {
      const edge = index.into(id, name)
      if (edge ? !members.has(edge.source) : !optional) inputs.push(port(name, ins.length))
    }
    const outs = outputsOf(op, node.attributes)
    const from = (handle: string): readonly GraphEdge[] => index.outgoing(id).filter((e) => e.sourceHandle === handle)
    for (const { name } of outs) {
      const edges = from(name)
      const unused = edges.length === 0 && index.outgoing(id).length === 0
      if (unused || edges.some((edge) => !members.has(edge.target))) outputs.push(port(name, outs.length))
    }
  }
  return { inputs, outputs }
}
