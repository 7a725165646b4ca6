/** Document → IR, shapes inferred on the way. */
import { Builder, type Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { Attributes, IrGraph, TensorType } from '../ir/types.ts'
import { withDefaults } from '../ops/attributes.ts'
import { opOf } from '../ops/registry.ts'
import { passOn } from './modes.ts'
import { type ByHandle, type Traversed, traverse } from './traverse.ts'
import type { GraphDocument, GraphNode } from './types.ts'

/** The wire of an edge is a node of its own, so that each edge has a value and a gradient of its own. */
export interface Built extends Traversed<Value> {
  readonly builder: Builder
  readonly ir: IrGraph
  readonly objective: Value | null
}

/** Emits one node of any kind: by its own `build`, as a composition, or as one IR node. */
export function instantiate(
  b: Builder,
  op: Op,
  id: string,
  inputs: ByHandle<Value>,
  list: readonly Value[],
  given: Attributes
): ByHandle<Value> {
  const attributes = withDefaults(op, given)
  if (op.build) return op.build({ b, id, inputs, list, attributes })
  if (!op.compose) return { out: b.emit(op.kind, list, attributes) }
  const { parts, outputs } = op.compose(
    attributes,
    list.map((v) => v.type)
  )
  const origin = b.origin
  const made = new Map<string, ByHandle<Value>>([['input', inputs]])
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

/** Emits a node of the document; one that is bypassed passes its input on. */
export function emitNode(b: Builder, node: GraphNode, op: Op, inputs: ByHandle<Value>): ByHandle<Value> {
  b.origin = { node: node.id }
  const work = (b: Builder, inputs: ByHandle<Value>) =>
    instantiate(b, op, node.id, inputs, Object.values(inputs), node.attributes ?? {})
  return node.mode === 'bypass' ? passOn(b, op.title, inputs, work) : work(b, inputs)
}

export function build(document: GraphDocument, { makeWire = plainWire, training = false }: BuildOptions = {}): Built {
  const b = new Builder(opOf)
  b.training = training
  const { outputs, wires, leftOut, problems } = traverse<Value>(document, {
    wire(from, edge) {
      b.origin = { node: edge.target, edge: edge.id }
      return makeWire(b, from, edge.id)
    },
    node(node, op, inputs) {
      const first = b.size
      const outputs = emitNode(b, node, op, inputs)
      const variables = b
        .graph()
        .nodes.slice(first)
        .filter(({ op }) => op === 'Variable')
      return { outputs, parameters: variables.map(({ attributes }) => attributes.name as string) }
    }
  })
  b.origin = null
  const made = document.objective === null ? undefined : outputs.get(document.objective)
  const objective = made ? (Object.values(made)[0] ?? null) : null
  return { builder: b, ir: b.graph(), outputs, wires, objective, leftOut, problems }
}

export const typesOf = (values: ByHandle<Value>): ByHandle<TensorType> =>
  Object.fromEntries(Object.entries(values).map(([handle, v]) => [handle, v.type]))
