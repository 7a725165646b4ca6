/** What must hold of a document before anything is inferred: ids, operators, attributes, edges, no circle. */
import { distance } from '../expression/places.ts'
import type { Attributes } from '../ir/types.ts'
import { documentOps, opOf } from '../ops/registry.ts'
import { type Problem, problem } from '../problem.ts'
import { checkEnds } from './connect.ts'
import { insideText } from './links.ts'
import { byId, indexOf, once } from './lookup.ts'
import { type GraphDocument, type GraphEdge, type GraphNode, NODE_ID } from './types.ts'

/** As people read a value in a message: short, quoted where it is a text. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

const nearest = (kind: string): string =>
  documentOps
    .map((op) => ({ kind: op.kind, far: distance(kind.toLowerCase(), op.kind.toLowerCase()) }))
    .reduce((best, one) => (one.far < best.far ? one : best)).kind

/** What is wrong with a node apart from the rest of the graph. */
export const validateNode = once((node: GraphNode): readonly Problem[] => {
  const place = { nodeId: node.id }
  const problems: Problem[] = []
  if (!NODE_ID.test(node.id)) problems.push(problem('graph.nodeId', { id: node.id }, place))
  const op = opOf(node.op)
  if (!op || op.family === 'internal') {
    return [...problems, problem('graph.unknownOp', { op: node.op, suggestion: nearest(node.op) }, place)]
  }
  const given = node.attributes ?? {}
  for (const [attribute, value] of Object.entries(given)) {
    const field = op.attributes[attribute]
    if (!field) {
      const known = Object.keys(op.attributes).join(', ') || 'none'
      problems.push(problem('graph.unknownAttribute', { op: node.op, attribute, known }, place))
      continue
    }
    const expected = field.check(value)
    if (expected)
      problems.push(problem('graph.attribute', { op: node.op, attribute, expected, found: show(value) }, place))
  }
  for (const [attribute, field] of Object.entries(op.attributes)) {
    if (field.default === undefined && !(attribute in given)) {
      problems.push(problem('graph.attributeMissing', { op: node.op, attribute, expected: field.doc }, place))
    }
  }
  return problems
})

/** The attributes in the order in which the operator declares them, whichever was set first; unknown ones behind. */
export function inDeclaredOrder(kind: string, attributes: Attributes): Attributes {
  const declared = Object.keys(opOf(kind)?.attributes ?? {}).filter((name) => Object.hasOwn(attributes, name))
  return Object.fromEntries(
    [...new Set([...declared, ...Object.keys(attributes)])].map((name) => [name, attributes[name]])
  ) as Attributes
}

function duplicates<T extends { readonly id: string }>(rows: readonly T[]): string[] {
  if (byId(rows).size === rows.length) return []
  const seen = new Set<string>()
  return rows.filter((row) => seen.has(row.id) || !seen.add(row.id)).map((row) => row.id)
}

interface Order {
  readonly order: readonly GraphNode[]
  /** Nodes that lie on a circle, or only between circles; empty where the graph has an order. */
  readonly circle: readonly string[]
}

/** The nodes in an order in which each stands behind those that it reads. */
export const topological = once((document: GraphDocument): Order => {
  const { nodes } = indexOf(document)
  const { order, circle } = orderOf(document)
  return { order: order.map((id) => nodes.get(id) as GraphNode), circle }
})

interface IdOrder {
  readonly order: readonly string[]
  readonly circle: readonly string[]
}

const orders = new WeakMap<readonly GraphEdge[], { readonly ids: readonly string[]; readonly found: IdOrder }>()

/** Looked for once as long as the wires, and which nodes there are, stay as they are. */
function orderOf({ nodes, edges }: GraphDocument): IdOrder {
  const known = orders.get(edges)
  if (known?.ids.length === nodes.length && known.ids.every((id, i) => id === nodes[i]?.id)) return known.found
  const ids = nodes.map(({ id }) => id)
  const found = findOrder(ids, edges)
  orders.set(edges, { ids, found })
  return found
}

function findOrder(ids: readonly string[], edges: readonly GraphEdge[]): IdOrder {
  const waiting = new Map(ids.map((id) => [id, 0]))
  const next = new Map<string, string[]>()
  for (const edge of edges) {
    if (!waiting.has(edge.source) || !waiting.has(edge.target)) continue
    waiting.set(edge.target, (waiting.get(edge.target) ?? 0) + 1)
    const targets = next.get(edge.source)
    if (targets) targets.push(edge.target)
    else next.set(edge.source, [edge.target])
  }
  const ready = ids.filter((id) => waiting.get(id) === 0)
  // a row that grows is walked to its end
  for (const id of ready) {
    for (const target of next.get(id) ?? []) {
      const left = (waiting.get(target) as number) - 1
      waiting.set(target, left)
      if (left === 0) ready.push(target)
    }
  }
  const done = new Set(ready)
  const stuck = new Set(ids.filter((id) => !done.has(id)))
  // What only hangs behind a circle is not on it: take away what leads nowhere inside the rest.
  for (let shrunk = true; shrunk; ) {
    shrunk = false
    for (const id of stuck) {
      if (!(next.get(id) ?? []).some((target) => stuck.has(target))) {
        stuck.delete(id)
        shrunk = true
      }
    }
  }
  return { order: ready, circle: [...stuck] }
}

/** All structural problems, not only the first. */
export function validate(document: GraphDocument): Problem[] {
  const problems: Problem[] = [
    ...duplicates(document.nodes).map((id) => problem('graph.duplicateNode', { id }, { nodeId: id })),
    ...document.nodes.flatMap(validateNode),
    ...validateIds(document),
    ...document.edges.flatMap((edge) => checkEnds(document, edge) ?? []),
    ...validateEdges(document.edges)
  ]
  const { circle } = topological(document)
  if (circle.length > 0) {
    const named = circle.length > 12 ? [...circle.slice(0, 12), '…'] : circle
    problems.push(problem('graph.cycle', { nodes: named.join(', ') }, { nodeId: circle[0] as string }))
  }
  if (document.objective !== null && !indexOf(document).nodes.has(document.objective)) {
    problems.push(problem('graph.objectiveMissing', { id: document.objective }))
  }
  return [...problems, ...validateGroups(document)]
}

/** What is wrong with edges beside each other, apart from their nodes. */
const validateEdges = once((edges: readonly GraphEdge[]): readonly Problem[] => {
  const problems = duplicates(edges).map((id) => problem('graph.duplicateEdge', { id }, { edgeId: id }))
  const taken = new Map<string, string>()
  for (const { id, target, targetHandle } of edges) {
    const input = `${target}\0${targetHandle}`
    const first = taken.get(input)
    if (first === undefined) taken.set(input, id)
    else {
      const params = { handle: targetHandle, first, second: id }
      problems.push(problem('graph.inputTaken', params, { nodeId: target, edgeId: id }))
    }
  }
  return problems
})

/** Notes and groups share the nodes' set of ids. */
function validateIds({ nodes, notes, groups }: GraphDocument): Problem[] {
  if (notes.length + groups.length === 0) return []
  const taken = new Map<string, 'graph.duplicateNode' | 'graph.duplicateNote' | 'graph.duplicateGroup'>(
    nodes.map(({ id }) => [id, 'graph.duplicateNode'])
  )
  return [
    ...notes.map(({ id }) => ({ id, code: 'graph.duplicateNote' as const })),
    ...groups.map(({ id }) => ({ id, code: 'graph.duplicateGroup' as const }))
  ].flatMap(({ id, code }) => {
    const first = taken.get(id)
    taken.set(id, first ?? code)
    return first ? [problem(first, { id })] : []
  })
}

/** Each node in one group at most, each parent there, no circle, and linked groups alike. */
function validateGroups(document: GraphDocument): Problem[] {
  const problems: Problem[] = []
  const nodes = new Set(document.nodes.map(({ id }) => id))
  const groups = new Map(document.groups.map((group) => [group.id, group]))
  const home = new Map<string, string>()
  for (const { id: group, nodes: members, parent } of document.groups) {
    for (const node of members) {
      const first = home.get(node)
      home.set(node, group)
      if (!nodes.has(node)) problems.push(problem('graph.groupMember', { group, node }))
      if (first !== undefined) problems.push(problem('graph.groupTwice', { node, first, second: group }))
    }
    const around = new Set([group])
    for (let at = parent; at !== undefined; at = groups.get(at)?.parent) {
      if (at === group) problems.push(problem('graph.groupCycle', { group }))
      if (around.has(at)) break
      around.add(at)
    }
  }
  for (const { id, parent } of [...document.groups, ...document.notes]) {
    if (parent !== undefined && !groups.has(parent)) problems.push(problem('graph.groupParent', { id, parent }))
  }
  if (problems.length > 0) return problems
  return [...Map.groupBy(document.groups, ({ link }) => link)].flatMap(([link, [first, ...others]]) =>
    link === undefined || !first
      ? []
      : others
          .filter(({ id }) => insideText(document, id) !== insideText(document, first.id))
          .map(({ id }) => problem('graph.linkDiffers', { group: first.id, other: id }))
  )
}
