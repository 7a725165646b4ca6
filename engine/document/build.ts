/** Document → IR: node by node in topological order, shapes inferred on the way, every problem kept with its node. */
import { Builder, type Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { Attributes, IrGraph, TensorType } from '../ir/types.ts'
import { withDefaults } from '../ops/attributes.ts'
import { opOf } from '../ops/registry.ts'
import { fail, type Problem, problem, problemsOf } from '../problem.ts'
import { inputsOf } from './connect.ts'
import { indexOf } from './lookup.ts'
import { leftOutOf, mutedBefore, passOn } from './modes.ts'
import type { GraphDocument, GraphNode } from './types.ts'
import { topological, validate } from './validate.ts'

export interface Built {
  readonly builder: Builder
  readonly ir: IrGraph
  /** Values of each node's outputs by handle; absent where a problem stands in the way. */
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, Value>>>
  /** The wire of each edge: a node of its own, so that each edge has a value and a gradient of its own. */
  readonly wires: ReadonlyMap<string, Value>
  readonly objective: Value | null
  /** Ids of nodes that are muted, or depend on one that is. */
  readonly leftOut: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

/** Emits one node of any kind: by its own `build`, as a composition, or as one IR node. */
export function instantiate(
  b: Builder,
  op: Op,
  id: string,
  inputs: Readonly<Record<string, Value>>,
  list: readonly Value[],
  given: Attributes
): Readonly<Record<string, Value>> {
  const attributes = withDefaults(op, given)
  if (op.build) return op.build({ b, id, inputs, list, attributes })
  if (!op.compose) return { out: b.emit(op.kind, list, attributes) }
  const { parts, outputs } = op.compose(
    attributes,
    list.map((v) => v.type)
  )
  const origin = b.origin
  const made = new Map<string, Readonly<Record<string, Value>>>([['input', inputs]])
  const resolve = (reference: string): Value => {
    const [part = '', handle = 'out'] = reference.split('.')
    const value = made.get(part)?.[handle]
    if (!value) throw new Error(`${op.kind}: the composition names "${reference}", which is not there`)
    return value
  }
  for (const part of parts) {
    const kind = opOf(part.op)
    if (!kind) throw new Error(`${op.kind}: the composition names the operator "${part.op}", which does not exist`)
    b.origin = origin && { ...origin, part: origin.part ? `${origin.part}/${part.id}` : part.id }
    const wired = Object.fromEntries(Object.entries(part.inputs ?? {}).map(([handle, from]) => [handle, resolve(from)]))
    made.set(part.id, instantiate(b, kind, `${id}.${part.id}`, wired, Object.values(wired), part.attributes ?? {}))
  }
  b.origin = origin
  return Object.fromEntries(Object.entries(outputs).map(([handle, from]) => [handle, resolve(from)]))
}

/** How an edge's wire is made from the output that it starts at. */
export type MakeWire = (b: Builder, from: Value, edge: string) => Value

const plainWire: MakeWire = (b, from) => b.one('Identity', from)

export interface BuildOptions {
  readonly makeWire?: MakeWire
  /** Build what training computes; otherwise what a run or an evaluation does (see `Builder.training`). */
  readonly training?: boolean
}

export function build(document: GraphDocument, { makeWire = plainWire, training = false }: BuildOptions = {}): Built {
  const problems = validate(document)
  const broken = new Set(problems.flatMap((p) => (p.nodeId ? [p.nodeId] : [])))
  const index = indexOf(document)
  const b = new Builder(opOf)
  b.training = training
  const outputs = new Map<string, Readonly<Record<string, Value>>>()
  const wires = new Map<string, Value>()
  const owners = new Map<string, string>()
  const leftOut = leftOutOf(document)

  /** The wires into a node in the order of its ports, or null where one is missing; says why. */
  const gather = (node: GraphNode, op: Op): Record<string, Value> | null => {
    const inputs: Record<string, Value> = {}
    let whole = true
    for (const port of inputsOf(document, node, op)) {
      const edge = index.into(node.id, port.name)
      if (!edge) {
        if (port.optional) continue
        problems.push(problem('graph.inputMissing', { op: op.title, handle: port.name }, { nodeId: node.id }))
        whole = false
        continue
      }
      const from = outputs.get(edge.source)?.[edge.sourceHandle]
      if (!from) {
        if (whole) problems.push(problem('graph.incompleteUpstream', { upstream: edge.source }, { nodeId: node.id }))
        whole = false
        continue
      }
      b.origin = { node: node.id, edge: edge.id }
      const wire = makeWire(b, from, edge.id)
      wires.set(edge.id, wire)
      inputs[port.name] = wire
    }
    return whole ? inputs : null
  }

  for (const node of topological(document).order) {
    const op = opOf(node.op)
    if (!op || broken.has(node.id) || leftOut.has(node.id)) continue
    const inputs = gather(node, op)
    if (!inputs) continue
    b.origin = { node: node.id }
    try {
      const first = b.size
      const work = (b: Builder, inputs: Readonly<Record<string, Value>>) =>
        instantiate(b, op, node.id, inputs, Object.values(inputs), node.attributes ?? {})
      const made = node.mode === 'bypass' ? passOn(b, op.title, inputs, work) : work(b, inputs)
      ownParameters(b, first, owners, node.id)
      outputs.set(node.id, made)
    } catch (error) {
      problems.push(...problemsOf(error, { nodeId: node.id }))
    }
  }
  b.origin = null
  if (document.objective !== null && leftOut.has(document.objective)) {
    const muted = mutedBefore(document, document.objective) ?? document.objective
    problems.push(problem('graph.objectiveMuted', { id: document.objective, muted }, { nodeId: document.objective }))
  }
  const made = document.objective === null ? undefined : outputs.get(document.objective)
  const objective = made ? (Object.values(made)[0] ?? null) : null
  return {
    builder: b,
    ir: b.graph(),
    outputs: inFileOrder(document.nodes, outputs),
    wires: inFileOrder(document.edges, wires),
    objective,
    leftOut,
    problems
  }
}

/** Notes who owns which parameter; a node called "dense1.kernel" would take that of the layer "dense1". */
function ownParameters(b: Builder, first: number, owners: Map<string, string>, node: string): void {
  for (const { op, attributes } of b.graph().nodes.slice(first)) {
    if (op !== 'Variable') continue
    const name = attributes.name as string
    const other = owners.get(name)
    if (other !== undefined) fail('graph.parameterName', { name, other })
    owners.set(name, node)
  }
}

/** What was made in topological order, listed as the file lists it. */
const inFileOrder = <T>(
  rows: readonly { readonly id: string }[],
  made: ReadonlyMap<string, T>
): ReadonlyMap<string, T> => new Map(rows.flatMap(({ id }) => (made.has(id) ? [[id, made.get(id) as T] as const] : [])))

export const typesOf = (values: Readonly<Record<string, Value>>): Readonly<Record<string, TensorType>> =>
  Object.fromEntries(Object.entries(values).map(([handle, v]) => [handle, v.type]))
