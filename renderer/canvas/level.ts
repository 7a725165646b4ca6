/**
 * What the canvas shows at a time: the whole graph, or the inside of one group. What is in a closed group is drawn as
 * one card, and where a wire comes from outside the open group, or leads there, a small sign stands for that end.
 */
import {
  type GroupPort,
  groupsAround,
  groupsIn,
  insideOf,
  nodesIn,
  notesIn,
  portsOfGroup
} from '../../engine/document/groups.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type {
  GraphDocument,
  GraphEdge,
  GraphGroup,
  GraphNode,
  GraphNote,
  Position
} from '../../engine/document/types.ts'
import {
  type Body,
  type Box,
  bodyOf,
  type CardPort,
  groupBody,
  NOTE_SIZE,
  portY,
  type Size,
  sameBody
} from './geometry.ts'

export interface Item {
  readonly id: string
  /** `outer`: an output or input outside the open group. */
  readonly kind: 'node' | 'group' | 'outer'
  readonly position: Position
  readonly body: Body
}

/** A wire of the document as the level shows it: its ends are items. */
export interface Link extends GraphEdge {
  readonly edge: GraphEdge
}

export interface Level {
  readonly inside: string | null
  readonly items: ReadonlyMap<string, Item>
  readonly links: readonly Link[]
  readonly notes: readonly GraphNote[]
}

/** Cards of groups and signs for what is outside say by this which input or output of which node a port of theirs is. */
export const innerHandle = (node: string, handle: string): string => `${node}:${handle}`

/** The input or output of a node that a port of any card is. */
export function nodeEnd(item: string, handle: string): { readonly node: string; readonly handle: string } {
  const at = handle.indexOf(':')
  return at < 0 ? { node: item, handle } : { node: handle.slice(0, at), handle: handle.slice(at + 1) }
}

/** The card of a closed group, with the ports at which wires cross its border. */
function bodyOfGroup(document: GraphDocument, group: string): Body {
  const { inputs, outputs } = portsOfGroup(document, group)
  const named = ({ node, handle, name }: GroupPort): CardPort => ({ name: innerHandle(node, handle), label: name })
  return groupBody(inputs.map(named), outputs.map(named))
}

const OUTER: Size = { width: 128, height: 26 }
const OUTER_GAP = 40
const ASIDE = 190

export const boxOf = ({ position, body }: Pick<Item, 'position' | 'body'>): Box => ({
  ...position,
  width: body.width,
  height: body.height
})

/** The box around boxes; null around none. */
export function boxAround(boxes: readonly Box[]): Box | null {
  if (boxes.length === 0) return null
  const x = Math.min(...boxes.map((b) => b.x))
  const y = Math.min(...boxes.map((b) => b.y))
  const right = Math.max(...boxes.map((b) => b.x + b.width))
  const bottom = Math.max(...boxes.map((b) => b.y + b.height))
  return { x, y, width: right - x, height: bottom - y }
}

export const noteBox = ({ position, size }: GraphNote): Box => ({ ...position, ...(size ?? NOTE_SIZE) })

/** Where a card or a note of the level is. */
export function boxIn({ items, notes }: Level, id: string): Box | undefined {
  const item = items.get(id)
  if (item) return boxOf(item)
  const note = notes.find((one) => one.id === id)
  return note && noteBox(note)
}

/** The box around all that is directly in a group. */
export function insideBox(document: GraphDocument, group: string): Box | null {
  const nodes = nodesIn(document, group).map((node) => boxOf({ position: node.position, body: bodyOf(document, node) }))
  const groups = groupsIn(document, group).map((one) => boxOf(groupItem(document, one)))
  return boxAround([...nodes, ...groups, ...notesIn(document, group).map(noteBox)])
}

export function groupItem(document: GraphDocument, group: GraphGroup, body = bodyOfGroup(document, group.id)): Item {
  const around = group.position ? null : insideBox(document, group.id)
  const position = group.position ?? {
    x: Math.round(around ? around.x + (around.width - body.width) / 2 : 0),
    y: Math.round(around ? around.y + (around.height - body.height) / 2 : 0)
  }
  return { id: group.id, kind: 'group', position, body }
}

/** For each node what stands for it on the level: itself, or the closed group around it; nothing for those outside. */
function standIns(document: GraphDocument, inside: string | null): (node: string) => string | undefined {
  if (document.groups.length === 0) return (node) => node
  const known = new Map<string, string | undefined>()
  for (const group of groupsIn(document, inside)) {
    for (const node of insideOf(document, group.id).nodes) known.set(node, group.id)
  }
  for (const node of nodesIn(document, inside)) known.set(node.id, node.id)
  return (node) => known.get(node)
}

const cache = new WeakMap<GraphDocument, Map<string | null, Level>>()

/** The level of each group that was made last, by the wires, and of which document. */
const latest = new WeakMap<
  readonly GraphEdge[],
  Map<string | null, { readonly document: GraphDocument; readonly level: Level }>
>()

/** The same card at the same place, whatever else of the node was edited. */
function sameCard(a: GraphDocument, one: GraphNode, b: GraphDocument, other: GraphNode): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)] as (keyof GraphNode)[])
  keys.delete('attributes')
  return [...keys].every((key) => one[key] === other[key]) && sameBody(bodyOf(a, one), bodyOf(b, other))
}

/** Whether two documents with the same wires have the same cards: an edit of attributes seldom changes any. */
const sameCards = (a: GraphDocument, b: GraphDocument): boolean =>
  a.groups === b.groups &&
  a.notes === b.notes &&
  sameRow(a.nodes, b.nodes, (one, other) => one === other || sameCard(a, one, b, other))

/**
 * The level inside a group, or at the top. Made once per document; where an edit changes nothing of it, as most edits of
 * attributes do, it stays the same object.
 */
export function levelOf(document: GraphDocument, inside: string | null): Level {
  const levels = cache.get(document) ?? new Map<string | null, Level>()
  cache.set(document, levels)
  const known = levels.get(inside)
  if (known) return known
  const last = latest.get(document.edges) ?? new Map()
  latest.set(document.edges, last)
  const level = levelAfter(last.get(inside), document, inside)
  levels.set(inside, level)
  last.set(inside, { document, level })
  return level
}

function levelAfter(
  before: { readonly document: GraphDocument; readonly level: Level } | undefined,
  document: GraphDocument,
  inside: string | null
): Level {
  if (before && sameCards(before.document, document)) return before.level
  const made = makeLevel(document, inside)
  return before && sameLevel(before.level, made) ? before.level : made
}

const sameRow = <T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean = Object.is): boolean =>
  a.length === b.length && a.every((one, i) => same(one, b[i] as T))

const sameItem = (a: Item, b: Item): boolean =>
  a.id === b.id &&
  a.kind === b.kind &&
  a.position.x === b.position.x &&
  a.position.y === b.position.y &&
  sameBody(a.body, b.body)

const sameLink = (a: Link, b: Link): boolean =>
  a.edge === b.edge &&
  a.points === b.points &&
  a.source === b.source &&
  a.sourceHandle === b.sourceHandle &&
  a.target === b.target &&
  a.targetHandle === b.targetHandle

const sameLevel = (a: Level, b: Level): boolean =>
  sameRow([...a.items.values()], [...b.items.values()], sameItem) &&
  sameRow(a.links, b.links, sameLink) &&
  sameRow(a.notes, b.notes)

function makeLevel(document: GraphDocument, inside: string | null): Level {
  const items = new Map<string, Item>()
  for (const node of nodesIn(document, inside)) {
    items.set(node.id, { id: node.id, kind: 'node', position: node.position, body: bodyOf(document, node) })
  }
  for (const group of groupsIn(document, inside)) items.set(group.id, groupItem(document, group))
  const standIn = standIns(document, inside)
  const outer: { readonly id: string; readonly side: 'source' | 'target'; readonly port: string; y: number }[] = []
  const signs = new Map<string, (typeof outer)[number]>()
  const outside = (side: 'source' | 'target', node: string, handle: string, edge: string, y: number): string => {
    // one sign for each output outside, and one for each wire that leads there
    const id = `:${side}:${side === 'source' ? innerHandle(node, handle) : edge}`
    const known = signs.get(id)
    if (known) known.y = Math.min(known.y, y)
    else {
      const sign = { id, side, port: innerHandle(node, handle), y }
      signs.set(id, sign)
      outer.push(sign)
    }
    return id
  }
  const heightOf = (item: string, side: 'inputs' | 'outputs', handle: string): number => {
    const { position, body } = items.get(item) as Item
    return (
      position.y +
      portY(
        body,
        side,
        Math.max(
          0,
          body[side].findIndex((port) => port.name === handle)
        )
      )
    )
  }
  const portOn = (item: string, node: string, handle: string) => (item === node ? handle : innerHandle(node, handle))

  const links = document.edges.flatMap((edge): Link[] => {
    const [source, target] = [standIn(edge.source), standIn(edge.target)]
    if (source === undefined && target === undefined) return []
    if (source === target) return []
    if (source === edge.source && target === edge.target) return [{ ...edge, edge }]
    const sourceHandle = source === undefined ? '' : portOn(source, edge.source, edge.sourceHandle)
    // the points of a wire lie where its two ends are
    const straight = { id: edge.id, edge }
    const targetHandle = target === undefined ? '' : portOn(target, edge.target, edge.targetHandle)
    if (source === undefined) {
      const y = heightOf(target as string, 'inputs', targetHandle)
      const from = outside('source', edge.source, edge.sourceHandle, edge.id, y)
      const port = innerHandle(edge.source, edge.sourceHandle)
      return [{ ...straight, source: from, sourceHandle: port, target: target as string, targetHandle }]
    }
    if (target === undefined) {
      const y = heightOf(source, 'outputs', sourceHandle)
      const to = outside('target', edge.target, edge.targetHandle, edge.id, y)
      const port = innerHandle(edge.target, edge.targetHandle)
      return [{ ...straight, source, sourceHandle, target: to, targetHandle: port }]
    }
    return [{ ...edge, edge, source, sourceHandle, target, targetHandle }]
  })

  const around = boxAround([...items.values()].map(boxOf)) ?? { x: 0, y: 0, width: 0, height: 0 }
  for (const side of ['source', 'target'] as const) {
    let free = Number.NEGATIVE_INFINITY
    for (const sign of outer.filter((one) => one.side === side).sort((a, b) => a.y - b.y)) {
      const y = Math.max(free, Math.round(sign.y - OUTER.height / 2))
      free = y + OUTER_GAP
      const x = side === 'source' ? around.x - ASIDE - OUTER.width : around.x + around.width + ASIDE
      const port: readonly CardPort[] = [{ name: sign.port }]
      items.set(sign.id, {
        id: sign.id,
        kind: 'outer',
        position: { x, y },
        body: {
          inputs: side === 'target' ? port : [],
          outputs: side === 'source' ? port : [],
          ...OUTER,
          ports: 'middle'
        }
      })
    }
  }
  return { inside, items, links, notes: notesIn(document, inside) }
}

/** What lies in a frame: cards and notes with their middle in it. Nothing where the id is no frame's. */
export function framedBy(level: Level, id: string): readonly string[] {
  const frame = level.notes.find((note) => note.id === id)
  if (frame?.kind !== 'frame') return []
  const box = noteBox(frame)
  const holds = ({ x, y, width, height }: Box) =>
    x + width / 2 > box.x &&
    x + width / 2 < box.x + box.width &&
    y + height / 2 > box.y &&
    y + height / 2 < box.y + box.height
  return [
    ...[...level.items.values()].filter((item) => item.kind !== 'outer' && holds(boxOf(item))),
    ...level.notes.filter((note) => note.id !== id && holds(noteBox(note)))
  ].map((one) => one.id)
}

/** The item of the level that stands for a node; undefined for one outside the open group. */
export function itemFor(document: GraphDocument, inside: string | null, node: string): string | undefined {
  const around = groupsAround(document, node)
  if (inside === null) return around.at(-1) ?? node
  const at = around.indexOf(inside)
  return at < 0 ? undefined : (around[at - 1] ?? node)
}

/** The nodes that an item of the level stands for. */
export const nodesFor = (document: GraphDocument, item: string): readonly string[] =>
  indexOf(document).groups.has(item) ? insideOf(document, item).nodes : [item]
