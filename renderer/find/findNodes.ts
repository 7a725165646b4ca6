/** Finds nodes by label, id, operator (in English and Korean) and by the shapes that come out of them. */
import type { GraphDocument, GraphNode } from '../../engine/document/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { Shape } from '../../engine/shape.ts'
import { koreanName, normal, score } from '../palette/search.ts'
import type { NodeTypes } from '../store/checked.ts'

/** `score` gives this to what stands inside a word; less are letters that are strewn over it. */
const INSIDE = 40

/** "[B, 512]", "b×512", "64x128", "512": the dimensions that a text names, or null where it names none. */
export function shapeIn(text: string): readonly string[] | null {
  const bare = text.trim().replace(/^\[|\]$/g, '')
  const dimensions = bare.split(/\s*[,×]\s*|(?<=[\dB?])\s*x\s*(?=[\dB?])/i).map((d) => d.trim().toUpperCase())
  return dimensions.every((d) => /^(\d+|B|\?|(\d+\*)?B(\+\d+)?)$/.test(d)) ? dimensions : null
}

/** Whether the dimensions stand in the shape one after the other; "?" is any. */
function holds(shape: Shape, wanted: readonly string[]): boolean {
  const from = Array.from({ length: Math.max(0, shape.length - wanted.length + 1) }, (_, i) => i)
  return from.some((i) => wanted.every((d, j) => d === '?' || String(shape[i + j]).toUpperCase() === d))
}

const namesOf = (node: GraphNode): readonly string[] =>
  [node.label, node.id, opOf(node.op)?.title, node.op, koreanName(node.op)].filter((name) => name !== undefined)

const known = new WeakMap<GraphNode, readonly string[]>()

function searched(node: GraphNode): readonly string[] {
  const names = known.get(node) ?? namesOf(node).map(normal)
  known.set(node, names)
  return names
}

/** Ids of the nodes in which every word of the query is found, best first, else in the order of the file. */
export function findNodes(
  query: string,
  document: GraphDocument,
  types: ReadonlyMap<string, NodeTypes>
): readonly string[] {
  const wanted = normal(query)
  if (wanted === '') return []
  const shape = shapeIn(wanted)
  const words = wanted.split(/\s+/)
  const points = (node: GraphNode): number => {
    const names = searched(node)
    const worst = Math.min(...words.map((word) => Math.max(...names.map((name) => score(word, name)))))
    const whole = Math.max(worst, ...names.map((name) => score(wanted, name)))
    if (whole >= INSIDE) return whole
    const outputs = shape ? Object.values(types.get(node.id) ?? {}) : []
    return shape && outputs.some((type) => holds(type.shape, shape)) ? INSIDE : 0
  }
  return document.nodes
    .map((node) => ({ id: node.id, points: points(node) }))
    .filter((found) => found.points >= INSIDE)
    .sort((a, b) => b.points - a.points)
    .map(({ id }) => id)
}
