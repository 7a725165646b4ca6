/** Parts of a graph as text: what copying puts on the clipboard is a graph file of its own. */
import { routed } from '../../engine/document/arrange.ts'
import { type Command, freeId } from '../../engine/document/commands.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { groupOf, groupsAround, withInsides } from '../../engine/document/groups.ts'
import { freeEdgeId } from '../../engine/document/insert.ts'
import { freeLink } from '../../engine/document/links.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import {
  emptyDocument,
  type GraphDocument,
  type GraphEdge,
  type GraphNode,
  type Position
} from '../../engine/document/types.ts'
import { levelOf } from './level.ts'

/** What the ids name, groups with all that is in them, and the wires among it. */
export function fragmentOf(document: GraphDocument, ids: ReadonlySet<string>): GraphDocument {
  const inside = withInsides(document, ids)
  const [nodes, groups, notes] = [new Set(inside.nodes), new Set(inside.groups), new Set(inside.notes)]
  const kept = document.groups.filter(({ id }) => groups.has(id))
  const links = Map.groupBy(kept, ({ link }) => link)
  return {
    ...emptyDocument,
    name: document.name,
    nodes: document.nodes.filter((node) => nodes.has(node.id)),
    edges: document.edges.filter((edge) => nodes.has(edge.source) && nodes.has(edge.target)),
    groups: kept.map(({ parent, link, ...group }) => ({
      ...group,
      ...(parent !== undefined && groups.has(parent) ? { parent } : {}),
      // a link to what stays behind is none
      ...(link !== undefined && (links.get(link)?.length ?? 0) > 1 ? { link } : {})
    })),
    notes: document.notes
      .filter((note) => notes.has(note.id))
      .map(({ parent, ...note }) => (parent !== undefined && groups.has(parent) ? { ...note, parent } : note))
  }
}

export const fragmentText = (document: GraphDocument, nodes: ReadonlySet<string>): string =>
  writeGraph(fragmentOf(document, nodes))

/** Throws a ProblemError where the text is no graph. */
export const readFragment = (text: string): GraphDocument => readGraph(new TextEncoder().encode(text)).document

export function cornerOf(fragment: GraphDocument): Position {
  const { items, notes } = levelOf(fragment, null)
  const places = [...items.values(), ...notes].map((part) => part.position)
  return { x: Math.min(...places.map((p) => p.x)), y: Math.min(...places.map((p) => p.y)) }
}

export interface Insertion {
  readonly command: Command
  /** Of what then stands on the canvas, not of what is in its groups. */
  readonly ids: readonly string[]
  /** New ids of groups by old ones, inner groups first. */
  readonly links: readonly (readonly [string, string])[]
}

/**
 * Puts the fragment into the document, moved by `shift`, under ids that are free.
 * `feeds` are wires from nodes of the document into the fragment, by its old ids.
 */
export function insertion(
  document: GraphDocument,
  fragment: GraphDocument,
  shift: Position,
  feeds: readonly GraphEdge[] = []
): Insertion {
  const { nodes, groups, notes } = indexOf(document)
  const taken = new Set([...nodes.keys(), ...groups.keys(), ...notes.keys()])
  const renamed = new Map<string, string>()
  for (const part of [...fragment.nodes, ...fragment.groups, ...fragment.notes]) {
    const id = freeId(taken, taken.has(part.id) ? part.id.replace(/(?<=.)\d+$/, '') : part.id)
    taken.add(id)
    renamed.set(part.id, id)
  }
  const moved = (position: Position): Position => ({ x: position.x + shift.x, y: position.y + shift.y })
  const name = (id: string): string => renamed.get(id) as string
  const edgeIds = new Set<string>()
  const edge = (old: GraphEdge, source: string): Command => {
    const id = freeEdgeId(document, edgeIds)
    edgeIds.add(id)
    return { type: 'addEdge', edge: { ...old, id, source, target: name(old.target) } }
  }
  /** Names the group that a part is in; what is in none goes where the rest goes. */
  const place = (group: string | null | undefined) => (group == null ? {} : { parent: name(group) })
  const home = (id: string) => groupOf(fragment, id)
  const outerFirst = [...fragment.groups].sort((a, b) => depthOf(fragment, a.id) - depthOf(fragment, b.id))
  const links = new Map<string, string>()
  for (const { link } of fragment.groups) {
    if (link !== undefined && !links.has(link)) links.set(link, freeLink(document, new Set(links.values())))
  }
  const commands: Command[] = [
    ...outerFirst.map(
      ({ parent, link: _, position, ...group }): Command => ({
        type: 'addGroup',
        group: {
          ...group,
          id: name(group.id),
          nodes: [],
          ...place(parent),
          ...(position && { position: moved(position) })
        }
      })
    ),
    ...inGroupOrder(fragment).map((node): Command => {
      const group = home(node.id)
      return {
        type: 'addNode',
        node: { ...node, id: name(node.id), position: moved(node.position) },
        ...(group === null ? {} : { group: name(group) })
      }
    }),
    ...fragment.notes.map(
      ({ parent, ...note }): Command => ({
        type: 'addNote',
        note: { ...note, id: name(note.id), position: moved(note.position), ...place(parent) }
      })
    ),
    ...fragment.edges.map((old) => edge(routed(old, (old.points ?? []).map(moved)), name(old.source))),
    ...feeds
      .filter((old) => renamed.has(old.target) && nodes.has(old.source))
      .map((old) => edge(routed(old, []), old.source))
  ]
  // groups are linked when they are whole, inner ones first
  const whole = outerFirst.toReversed()
  for (const { id, link } of whole) {
    if (link !== undefined) commands.push({ type: 'setGroup', group: name(id), link: links.get(link) as string })
  }
  const top = [...renamed].filter(([id]) => home(id) === null)
  return {
    command: { type: 'batch', commands },
    ids: top.map(([, id]) => id),
    links: whole.map(({ id }) => [id, name(id)] as const)
  }
}

const depthOf = (document: GraphDocument, id: string): number => groupsAround(document, id).length

/** Nodes of one group in the order in which it lists them: copies correspond by it. */
function inGroupOrder(fragment: GraphDocument): readonly GraphNode[] {
  const { nodes } = indexOf(fragment)
  const grouped = fragment.groups.flatMap((group) => group.nodes)
  const members = new Set(grouped)
  return [
    ...fragment.nodes.filter(({ id }) => !members.has(id)),
    ...grouped.map((id) => nodes.get(id)).filter((node) => node !== undefined)
  ]
}

/** Links groups of the document with their copies, given as pairs, inner groups first. */
export function linking(document: GraphDocument, pairs: Insertion['links']): readonly Command[] {
  const taken = new Set<string>()
  return pairs.flatMap(([old, copy]): Command[] => {
    const known = indexOf(document).groups.get(old)?.link
    const link = known ?? freeLink(document, taken)
    taken.add(link)
    const join: Command = { type: 'setGroup', group: copy, link }
    return known === undefined ? [{ type: 'setGroup', group: old, link }, join] : [join]
  })
}
