/**
 * A document node by node in topological order: what stands at each output and on each wire, every problem kept with
 * its node. What that is the caller says: IR (`build.ts`), or types alone (`check.ts`).
 */
import type { Op } from '../ir/op.ts'
import { opOf } from '../ops/registry.ts'
import { fail, type Problem, problem, problemsOf } from '../problem.ts'
import { inputsOf } from './connect.ts'
import { indexOf } from './lookup.ts'
import { leftOutOf, mutedBefore } from './modes.ts'
import type { GraphDocument, GraphEdge, GraphNode } from './types.ts'
import { topological, validate } from './validate.ts'

export type ByHandle<V> = Readonly<Record<string, V>>

export interface Made<V> {
  readonly outputs: ByHandle<V>
  /** Names of the parameters that the node brings along. */
  readonly parameters: readonly string[]
}

export interface Maker<V> {
  /** What an edge carries, of what stands at the output where it starts. */
  readonly wire: (from: V, edge: GraphEdge) => V
  /** What a node makes of its inputs. @throws ProblemError */
  readonly node: (node: GraphNode, op: Op, inputs: ByHandle<V>) => Made<V>
}

export interface Traversed<V> {
  /** Each node's outputs by handle; absent where a problem stands in the way. */
  readonly outputs: ReadonlyMap<string, ByHandle<V>>
  readonly wires: ReadonlyMap<string, V>
  /** Ids of nodes that are muted, or depend on one that is. */
  readonly leftOut: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

export function traverse<V>(document: GraphDocument, make: Maker<V>): Traversed<V> {
  const problems: Problem[] = validate(document)
  const broken = new Set(problems.flatMap((p) => (p.nodeId ? [p.nodeId] : [])))
  const index = indexOf(document)
  const outputs = new Map<string, ByHandle<V>>()
  const wires = new Map<string, V>()
  const owners = new Map<string, string>()
  const leftOut = leftOutOf(document)

  /** What the wires carry into a node, in the order of its ports, or null where one is missing; says why. */
  const gather = (node: GraphNode, op: Op): ByHandle<V> | null => {
    const inputs: Record<string, V> = {}
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
      if (from === undefined) {
        if (whole) problems.push(problem('graph.incompleteUpstream', { upstream: edge.source }, { nodeId: node.id }))
        whole = false
        continue
      }
      const wire = make.wire(from, edge)
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
    try {
      const made = make.node(node, op, inputs)
      own(owners, made.parameters, node.id)
      outputs.set(node.id, made.outputs)
    } catch (error) {
      problems.push(...problemsOf(error, { nodeId: node.id }))
    }
  }
  if (document.objective !== null && leftOut.has(document.objective)) {
    const muted = mutedBefore(document, document.objective) ?? document.objective
    problems.push(problem('graph.objectiveMuted', { id: document.objective, muted }, { nodeId: document.objective }))
  }
  return {
    outputs: inFileOrder(document.nodes, outputs),
    wires: inFileOrder(document.edges, wires),
    leftOut,
    problems
  }
}

/** Notes who owns which parameter; a node called "dense1.kernel" would take that of the layer "dense1". */
function own(owners: Map<string, string>, names: readonly string[], node: string): void {
  for (const name of names) {
    const other = owners.get(name)
    if (other !== undefined) fail('graph.parameterName', { name, other })
    owners.set(name, node)
  }
}

/** What was made in topological order, listed as the file lists it. */
function inFileOrder<T>(
  rows: readonly { readonly id: string }[],
  made: ReadonlyMap<string, T>
): ReadonlyMap<string, T> {
  const listed = new Map<string, T>()
  for (const { id } of rows) {
    const one = made.get(id)
    if (one !== undefined) listed.set(id, one)
  }
  return listed
}
