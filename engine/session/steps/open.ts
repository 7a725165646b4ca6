/** A document with some of its layers and operators replaced by the parts that they are made of. */
import { build } from '../../document/build.ts'
import { expansionOf, openingOf } from '../../document/expand.ts'
import { indexOf } from '../../document/lookup.ts'
import type { GraphDocument } from '../../document/types.ts'

/** Where a node of the opened document belongs in the one that is drawn. */
export interface Place {
  readonly node: string
  readonly part: string | null
}

export interface Opened {
  readonly document: GraphDocument
  readonly places: ReadonlyMap<string, Place>
}

/** Opens until nothing that is asked for is closed: a layer, then the activation in it. */
export function open(document: GraphDocument, asked: readonly string[]): Opened {
  // groups, notes and training play no part in a walk, and would name nodes that are gone
  let at: GraphDocument = { ...document, groups: [], notes: [], training: null }
  const places = new Map<string, Place>(document.nodes.map(({ id }) => [id, { node: id, part: null }]))
  const next = (): string | undefined =>
    asked.find((id) => {
      const node = indexOf(at).nodes.get(id)
      return node && node.mode !== 'bypass' && openingOf(node) && build(at).outputs.has(id)
    })
  for (let id = next(); id !== undefined; id = next()) at = openOne(at, id, places)
  return { document: at, places }
}

function openOne(document: GraphDocument, id: string, places: Map<string, Place>): GraphDocument {
  const types = new Map([...build(document).wires].map(([edge, wire]) => [edge, wire.type]))
  const { nodes, inner, entries, exits, output } = expansionOf(document, types, id)
  const place = places.get(id) as Place
  for (const node of nodes) {
    const part = node.id.slice(id.length + 1)
    places.set(node.id, { node: place.node, part: place.part === null ? part : `${place.part}.${part}` })
  }
  const moved = new Map([...entries, ...exits].map((edge) => [edge.id, edge]))
  return {
    ...document,
    nodes: document.nodes.flatMap((node) => (node.id === id ? nodes : [node])),
    edges: [...document.edges.map((edge) => moved.get(edge.id) ?? edge), ...inner],
    objective: document.objective === id ? output : document.objective
  }
}
