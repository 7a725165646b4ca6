/** Parts of a graph as text: what copying puts on the clipboard is a graph file of its own. */
import { routed } from '../../engine/document/arrange.ts'
import { type Command, freeId } from '../../engine/document/commands.ts'
import { readGraph, writeGraph } from '../../engine/document/file.ts'
import { freeEdgeId } from '../../engine/document/insert.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { emptyDocument, type GraphDocument, type GraphEdge, type Position } from '../../engine/document/types.ts'

/** The nodes with the wires among them. */
export function fragmentOf(document: GraphDocument, nodes: ReadonlySet<string>): GraphDocument {
  return {
    ...emptyDocument,
    name: document.name,
    nodes: document.nodes.filter((node) => nodes.has(node.id)),
    edges: document.edges.filter((edge) => nodes.has(edge.source) && nodes.has(edge.target)),
    notes: document.notes.filter((note) => nodes.has(note.id))
  }
}

export const fragmentText = (document: GraphDocument, nodes: ReadonlySet<string>): string =>
  writeGraph(fragmentOf(document, nodes))

/** Throws a ProblemError where the text is no graph. */
export const readFragment = (text: string): GraphDocument => readGraph(new TextEncoder().encode(text)).document

export function cornerOf(fragment: GraphDocument): Position {
  const places = [...fragment.nodes, ...fragment.notes].map((part) => part.position)
  return { x: Math.min(...places.map((p) => p.x)), y: Math.min(...places.map((p) => p.y)) }
}

export interface Insertion {
  readonly command: Command
  readonly ids: readonly string[]
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
  const { nodes } = indexOf(document)
  const taken = new Set([...nodes.keys(), ...document.notes.map((note) => note.id)])
  const renamed = new Map<string, string>()
  for (const part of [...fragment.nodes, ...fragment.notes]) {
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
  const commands: Command[] = [
    ...fragment.nodes.map(
      (node): Command => ({ type: 'addNode', node: { ...node, id: name(node.id), position: moved(node.position) } })
    ),
    ...fragment.notes.map(
      (note): Command => ({ type: 'addNote', note: { ...note, id: name(note.id), position: moved(note.position) } })
    ),
    ...fragment.edges.map((old) => edge(routed(old, (old.points ?? []).map(moved)), name(old.source))),
    ...feeds
      .filter((old) => renamed.has(old.target) && nodes.has(old.source))
      .map((old) => edge(routed(old, []), old.source))
  ]
  return { command: { type: 'batch', commands }, ids: [...renamed.values()] }
}
