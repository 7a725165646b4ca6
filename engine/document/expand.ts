/**
 * A node opened into the simpler ones that it is made of, in the document: the same values, and the same gradients on
 * the edges around it.
 *
 * Parts are called "<node>.<part>", as the parameters of a layer always were: so first values, which are drawn by name,
 * learned weights and weights files stay those of the parts.
 */
import type { Compose, Composition, Op, Part } from '../ir/op.ts'
import type { Attributes, TensorType } from '../ir/types.ts'
import { withDefaults } from '../ops/attributes.ts'
import { CUSTOM } from '../ops/custom.ts'
import { accuracyOf } from '../ops/metrics.ts'
import { opOf } from '../ops/registry.ts'
import { fail } from '../problem.ts'
import { type Command, freeId } from './commands.ts'
import { inputsOf } from './connect.ts'
import { copiesOf, groupOf, groupsAround } from './groups.ts'
import { indexOf } from './lookup.ts'
import type { GraphDocument, GraphEdge, GraphGroup, GraphNode, Position } from './types.ts'
import { inDeclaredOrder } from './validate.ts'

export interface Expansion {
  /** In the node's place. All stand where it stood: where they go is for the caller to say. */
  readonly nodes: readonly GraphNode[]
  /** Beside them, and no part: the accuracy that was read off a loss. */
  readonly beside: readonly GraphNode[]
  readonly inner: readonly GraphEdge[]
  /** The edges into the node and out of it, with their old ids: they end and begin at parts now. */
  readonly entries: readonly GraphEdge[]
  readonly exits: readonly GraphEdge[]
  /** The part that stands for the node: its objective, its metric, its label. */
  readonly output: string
}

/** What the node can be opened into; null where it is as simple as can be. */
export function openingOf(node: GraphNode, op: Op | undefined = opOf(node.op)): Compose | null {
  // a node that is bypassed or muted does not compute what its parts would
  if (node.mode !== undefined) return null
  // a gradient of the user's own belongs to the formula as a whole: parts would have another
  if (op?.kind === CUSTOM && withDefaults(op, node.attributes).backward !== '') return null
  return op?.compose ?? op?.opens ?? null
}

/** Only what differs from the part's own defaults, as in any other node. */
function attributesOf(op: Op | undefined, given: Attributes): Attributes {
  const kept = Object.entries(given).filter(
    ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(op?.attributes[name]?.default)
  )
  return inDeclaredOrder(op?.kind ?? '', Object.fromEntries(kept))
}

/** How far below the parts what stands beside them is put. */
const BELOW = 110

/** Where its ends move, the points of a wire mean nothing any more. */
const straight = ({ points: _, ...edge }: GraphEdge): GraphEdge => edge

interface End {
  readonly node: string
  readonly handle: string
}

class Opening {
  readonly nodes: GraphNode[] = []
  readonly beside: GraphNode[] = []
  readonly inner: GraphEdge[] = []
  readonly entries: GraphEdge[] = []
  readonly #document: GraphDocument
  readonly #node: GraphNode
  readonly #composition: Composition
  readonly #ends = new Map<string, End>()
  /** How often each input is still to be read, and what reads it: the edge itself, or a branch. */
  readonly #uses = new Map<string, { readonly count: number; next: number; readonly branch: string | null }>()

  constructor(document: GraphDocument, node: GraphNode, composition: Composition) {
    this.#document = document
    this.#node = node
    this.#composition = composition
    this.#branches()
    for (const part of composition.parts) this.#part(part)
  }

  #free = (base: string): string => {
    const index = indexOf(this.#document)
    const made = new Set([...this.nodes, ...this.beside].map((node) => node.id))
    return freeId({ has: (id) => index.has(id) || made.has(id) }, `${this.#node.id}.${base}`)
  }

  #add(base: string, op: string, attributes: Attributes, to = this.nodes): string {
    const id = this.#free(base)
    const { x, y } = this.#node.position
    const position = to === this.beside ? { x, y: y + BELOW } : { x, y }
    const told = attributesOf(opOf(op), attributes)
    to.push({ id, op, ...(Object.keys(told).length > 0 ? { attributes: told } : {}), position })
    return id
  }

  #edgeId(): string {
    const taken = new Set([...this.inner, ...this.entries].map((edge) => edge.id))
    const { edges } = indexOf(this.#document)
    let n = this.#document.edges.length + 1
    while (edges.has(`e${n}`) || taken.has(`e${n}`)) n++
    return `e${n}`
  }

  /** An input that several parts read is handed on by a Branch, so that the edge into it keeps its whole gradient. */
  #branches(): void {
    const { parts, outputs } = this.#composition
    const references = [...parts.flatMap((part) => Object.values(part.inputs ?? {})), ...Object.values(outputs)]
    const read = references.filter((reference) => reference.startsWith('input.'))
    for (const [reference, all] of Map.groupBy(read, (one) => one)) {
      const count = all.length
      const handle = reference.slice('input.'.length)
      const branch = count > 1 ? this.#add(handle, 'Branch', { count }) : null
      this.#uses.set(handle, { count, next: 0, branch })
      if (branch !== null) this.#enter(handle, { node: branch, handle: 'x' })
    }
  }

  #enter(handle: string, to: End): void {
    const edge = indexOf(this.#document).into(this.#node.id, handle)
    if (edge) this.entries.push({ ...straight(edge), target: to.node, targetHandle: to.handle })
  }

  #wire(reference: string, to: End): void {
    const [part = '', handle = 'out'] = reference.split('.')
    const use = part === 'input' ? this.#uses.get(handle) : undefined
    if (use && use.branch === null) {
      this.#enter(handle, to)
      return
    }
    const from = use ? { node: use.branch as string, handle: `out${use.next++}` } : this.end(reference)
    this.inner.push({
      id: this.#edgeId(),
      source: from.node,
      sourceHandle: from.handle,
      target: to.node,
      targetHandle: to.handle
    })
  }

  #part({ id, op, attributes = {}, inputs = {} }: Part): void {
    const node = this.#add(id, op, attributes)
    this.#ends.set(id, { node, handle: 'out' })
    for (const [handle, reference] of Object.entries(inputs)) this.#wire(reference, { node, handle })
  }

  /** The metric "accuracy" is read off the loss; without it, off a node of its own. */
  addAccuracy(): void {
    const { nodes, training, objective } = this.#document
    const metric = accuracyOf(this.#node.op)
    const own = nodes.some((node) => node.op === 'Accuracy' || node.op === 'BinaryAccuracy')
    if (!metric || own || objective !== this.#node.id || !training?.metrics.includes('accuracy')) return
    const target = this.#add('accuracy', metric.op, metric.attributes, this.beside)
    for (const edge of indexOf(this.#document).incoming(this.#node.id)) {
      this.inner.push({ ...straight(edge), id: this.#edgeId(), target })
    }
  }

  end(reference: string): End {
    const [part = '', handle = 'out'] = reference.split('.')
    const found = this.#ends.get(part)
    if (!found) throw new Error(`${this.#node.op}: the composition names "${reference}", which is not there`)
    return { ...found, handle }
  }
}

/**
 * @param types of the document's edges, as `check` gives them
 * @throws ProblemError where the node cannot be opened: an input is missing or does not fit, or it has no parts
 */
export function expansionOf(document: GraphDocument, types: ReadonlyMap<string, TensorType>, id: string): Expansion {
  const index = indexOf(document)
  const node = index.nodes.get(id) ?? fail('graph.noSuchThing', { what: 'node', id })
  if (node.mode) fail('graph.expandMode', { node: id, mode: node.mode }, { nodeId: id })
  const op = opOf(node.op)
  const opening = openingOf(node, op)
  if (!op || !opening) return fail('graph.noParts', { op: op?.title ?? node.op }, { nodeId: id })
  const linked = groupsAround(document, id).find((group) => copiesOf(document, group).length > 0)
  if (linked !== undefined) fail('graph.expandLinked', { node: id, group: linked }, { nodeId: id })
  const list = inputsOf(document, node, op).flatMap((port) => {
    const type = types.get(index.into(id, port.name)?.id ?? '')
    if (type) return [type]
    if (index.into(id, port.name))
      return fail('graph.incompleteUpstream', { upstream: index.into(id, port.name)?.source ?? '' }, { nodeId: id })
    return port.optional ? [] : fail('graph.inputMissing', { op: op.title, handle: port.name }, { nodeId: id })
  })
  const composition = opening(withDefaults(op, node.attributes), list)
  const made = new Opening(document, node, composition)
  const exits = index.outgoing(id).map((edge) => {
    const from = made.end(composition.outputs[edge.sourceHandle] as string)
    return { ...straight(edge), source: from.node, sourceHandle: from.handle }
  })
  made.addAccuracy()
  const output = made.end(Object.values(composition.outputs)[0] as string).node
  return { nodes: made.nodes, beside: made.beside, inner: made.inner, entries: made.entries, exits, output }
}

/** A node that is followed as a metric is followed as the part that stands for it. */
function trainingCommands({ training }: GraphDocument, id: string, output: string): Command[] {
  if (!training?.metrics.includes(id)) return []
  const metrics = training.metrics.map((name) => (name === id ? output : name))
  return [{ type: 'set', setting: 'training', value: { ...training, metrics } }]
}

/**
 * The whole as one command, which is one undo step. Several parts become a group of the node's id and label, which closes
 * over them as the node did; a single part takes the node's place and label.
 *
 * @param positions of the parts
 */
export function expandCommand(
  document: GraphDocument,
  id: string,
  expansion: Expansion,
  positions: Readonly<Record<string, Position>> = {}
): Command {
  const { nodes, beside, inner, entries, exits, output } = expansion
  const parent = groupOf(document, id)
  const before = indexOf(document).nodes.get(id) as GraphNode
  const grouped = nodes.length > 1
  const placed = nodes.map(({ position, ...node }) => ({
    ...node,
    ...(grouped || before.label === undefined ? {} : { label: before.label }),
    position: positions[node.id] ?? position
  }))
  const group: GraphGroup = {
    id,
    label: before.label ?? '',
    nodes: nodes.map((node) => node.id),
    ...(parent === null ? {} : { parent }),
    position: before.position
  }
  return {
    type: 'batch',
    commands: [
      { type: 'remove', nodes: [id] },
      ...[...placed, ...beside].map((node): Command => ({ type: 'addNode', node, group: parent })),
      ...[...entries, ...inner, ...exits].map((edge): Command => ({ type: 'addEdge', edge })),
      ...(document.objective === id ? [{ type: 'set', setting: 'objective', value: output } as const] : []),
      ...trainingCommands(document, id, output),
      ...(grouped ? [{ type: 'addGroup', group } as const] : [])
    ]
  }
}
