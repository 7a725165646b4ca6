/**
 * Linked groups: copies that are edited as one. The nth node, group and note of one copy is the nth of every other, so
 * that an edit in one can be said of the others. Wires that cross the border of a copy are its own.
 */

import { routed } from './arrange.ts'
import type { Command } from './commands.ts'
import { commonGroup, copiesOf, groupOf, groupsIn, hasLinks, insideOf, nodesIn, notesIn } from './groups.ts'
import { indexOf } from './lookup.ts'
import type { GraphDocument, GraphGroup, GraphNode, GraphNote, Position } from './types.ts'

/** The first free id of the form base, base2, base3… */
export function freeId(taken: { has(id: string): boolean }, base: string): string {
  if (!taken.has(base)) return base
  let n = 2
  while (taken.has(`${base}${n}`)) n++
  return `${base}${n}`
}

/** Ids of the inside of `group`, each with that of what corresponds to it in `copy`. */
function correspondence(document: GraphDocument, group: string, copy: string): ReadonlyMap<string, string> {
  const [here, there] = [insideOf(document, group), insideOf(document, copy)]
  const pairs = (['nodes', 'groups', 'notes'] as const).flatMap((kind) =>
    here[kind].map((id, i) => [id, there[kind][i] as string] as const)
  )
  return new Map(pairs)
}

/** What corresponds to a node, a group or a note in the copies of the group that it is directly in. */
export function counterparts(document: GraphDocument, id: string): readonly string[] {
  const group = groupOf(document, id)
  if (group === null) return []
  return copiesOf(document, group).flatMap((copy) => correspondence(document, group, copy.id).get(id) ?? [])
}

const placeOf = (document: GraphDocument, id: string): Position | undefined => {
  const index = indexOf(document)
  return (index.nodes.get(id) ?? index.groups.get(id) ?? index.notes.get(id))?.position
}

/** From a place in `group` to the same place in `copy`. */
function shiftBetween(document: GraphDocument, group: string, copy: string): Position {
  const first = (of: string) =>
    placeOf(document, [...nodesIn(document, of), ...notesIn(document, of)][0]?.id ?? of) ?? { x: 0, y: 0 }
  const [from, to] = [first(group), first(copy)]
  return { x: to.x - from.x, y: to.y - from.y }
}

const moved = (at: Position, by: Position): Position => ({ x: at.x + by.x, y: at.y + by.y })

const shifted = (points: readonly Position[] = [], by: Position): readonly Position[] =>
  points.map((point) => moved(point, by))

/** The command, and what it does to a linked group said of the copies of that. */
export function inCopies(document: GraphDocument, command: Command): readonly Command[] {
  if (!hasLinks(document)) return [command]
  return command.type === 'addGroup' ? groupInCopies(document, command) : [command, ...saidOfCopies(document, command)]
}

function saidOfCopies(document: GraphDocument, command: Command): readonly Command[] {
  const index = indexOf(document)
  const of = (id: string) => counterparts(document, id)
  const all = (ids: readonly string[] = []) => [...new Set(ids.flatMap(of))].filter((id) => !ids.includes(id))
  const copies = (group: string | undefined | null) => (group == null ? [] : copiesOf(document, group))
  const newId = (copy: GraphGroup, id: string) => idIn(document, copy, id)

  switch (command.type) {
    case 'addNode': {
      const { node, group } = command
      return copies(group).map((copy) => ({
        type: 'addNode',
        group: copy.id,
        node: {
          ...node,
          id: newId(copy, node.id),
          position: moved(node.position, shiftBetween(document, group as string, copy.id))
        }
      }))
    }
    case 'addNote': {
      const { note } = command
      return copies(note.parent).map((copy) => ({
        type: 'addNote',
        note: {
          ...note,
          id: newId(copy, note.id),
          parent: copy.id,
          position: moved(note.position, shiftBetween(document, note.parent as string, copy.id))
        }
      }))
    }
    case 'addEdge': {
      const { edge } = command
      const group = commonGroup(document, edge.source, edge.target)
      const gone = command.replace ? index.into(edge.target, edge.targetHandle) : undefined
      return [
        ...(gone ? [{ type: 'remove', edges: edgesLike(document, gone.id) } as const] : []),
        ...copies(group).map((copy): Command => {
          const there = correspondence(document, group as string, copy.id)
          const [source, target] = [there.get(edge.source) as string, there.get(edge.target) as string]
          const id = freeId(index.edges, `${edge.id}.${copy.id}`)
          const points = shifted(edge.points, shiftBetween(document, group as string, copy.id))
          return { type: 'addEdge', edge: routed({ ...edge, id, source, target }, points), replace: true }
        })
      ]
    }
    case 'route': {
      const edge = index.edges.get(command.edge)
      const group = edge && commonGroup(document, edge.source, edge.target)
      if (group == null) return []
      return copies(group).flatMap((copy) =>
        edgesLike(document, command.edge, [copy]).map((other): Command => {
          const points = shifted(command.points, shiftBetween(document, group, copy.id))
          return { type: 'route', edge: other, points }
        })
      )
    }
    case 'remove': {
      const edges = (command.edges ?? []).flatMap((id) => edgesLike(document, id))
      const [nodes, notes, groups] = [all(command.nodes), all(command.notes), all(command.groups)]
      return edges.length + nodes.length + notes.length + groups.length === 0
        ? []
        : [{ type: 'remove', nodes, notes, groups, edges }]
    }
    case 'move': {
      const positions: Record<string, Position> = {}
      for (const [id, to] of Object.entries(command.positions)) {
        const from = placeOf(document, id)
        for (const other of of(id)) {
          const at = placeOf(document, other)
          if (from && at && !(other in command.positions)) {
            positions[other] = moved(at, { x: to.x - from.x, y: to.y - from.y })
          }
        }
      }
      return Object.keys(positions).length === 0 ? [] : [{ type: 'move', positions }]
    }
    case 'setAttribute':
    case 'setLabel':
      return of(command.node).map((node) => ({ ...command, node }))
    case 'setMode':
    case 'setCollapsed': {
      const nodes = all(command.nodes)
      return nodes.length === 0 ? [] : [{ ...command, nodes }]
    }
    case 'editNote': {
      const { note } = command
      const from = index.notes.get(note.id)
      return of(note.id).flatMap((id): Command[] => {
        const there = index.notes.get(id)
        if (!from || !there) return []
        const by = { x: note.position.x - from.position.x, y: note.position.y - from.position.y }
        const position = moved(there.position, by)
        return [{ type: 'editNote', note: { ...note, id, position } }]
      })
    }
    case 'ungroup':
      return of(command.group).map((group) => ({ type: 'ungroup', group }))
    case 'setGroup':
      return command.label === undefined
        ? []
        : of(command.group).map((group) => ({ type: 'setGroup', group, label: command.label as string }))
    default:
      return []
  }
}

const idIn = (document: GraphDocument, copy: GraphGroup, id: string): string =>
  freeId(indexOf(document), `${copy.id}.${id}`)

/** What is in a linked group is linked as well, each with its like. */
function groupInCopies(document: GraphDocument, command: Command & { type: 'addGroup' }): readonly Command[] {
  const { parent } = command.group
  const copies = parent === undefined ? [] : copiesOf(document, parent)
  if (parent === undefined || copies.length === 0) return [command]
  const group = { ...command.group, link: command.group.link ?? freeLink(document) }
  const made = copies.map((copy): Command => {
    const there = correspondence(document, parent, copy.id)
    const name = (ids: readonly string[] = []) => ids.map((id) => there.get(id) ?? id)
    const position = group.position && moved(group.position, shiftBetween(document, parent, copy.id))
    return {
      type: 'addGroup',
      group: {
        ...group,
        id: idIn(document, copy, group.id),
        parent: copy.id,
        nodes: name(group.nodes),
        ...(position && { position })
      },
      groups: name(command.groups),
      notes: name(command.notes)
    }
  })
  return [{ ...command, group }, ...made]
}

/** A link that no group has yet. */
export function freeLink(document: GraphDocument, taken: ReadonlySet<string> = new Set()): string {
  const links = new Set([...taken, ...document.groups.map(({ link }) => link)])
  return freeId({ has: (link) => links.has(link) }, 'link')
}

/** Edges in copies that correspond to this one. */
function edgesLike(document: GraphDocument, id: string, among?: readonly GraphGroup[]): readonly string[] {
  const index = indexOf(document)
  const edge = index.edges.get(id)
  const group = edge && commonGroup(document, edge.source, edge.target)
  if (!edge || group == null) return []
  return (among ?? copiesOf(document, group)).flatMap((copy) => {
    const there = correspondence(document, group, copy.id)
    const other = index.into(there.get(edge.target) ?? '', edge.targetHandle)
    return other && other.source === there.get(edge.source) ? [other.id] : []
  })
}

const nodeSays = ({ op, attributes, label, mode, collapsed }: GraphNode) => [
  op,
  Object.entries(attributes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
  label,
  mode,
  collapsed
]
const noteSays = ({ text, size, kind, colour }: GraphNote) => [text, size?.width, size?.height, kind, colour]

/** All that copies have in common, as text: everything inside but ids and places. */
export function insideText(document: GraphDocument, group: string): string {
  const index = indexOf(document)
  const inside = insideOf(document, group)
  const at = new Map(inside.nodes.map((id, i) => [id, i]))
  const wires = inside.nodes.flatMap((id, i) =>
    index
      .incoming(id)
      .filter((edge) => at.has(edge.source))
      .map((edge) => [at.get(edge.source), edge.sourceHandle, i, edge.targetHandle].join(' '))
      .sort()
  )
  const level = (of: string): unknown => [
    nodesIn(document, of).map(nodeSays),
    notesIn(document, of).map(noteSays),
    groupsIn(document, of).map(({ id, label, link }) => [label, link, level(id)])
  ]
  return JSON.stringify([level(group), wires])
}
