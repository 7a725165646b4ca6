/** What one node makes of the types at its inputs, inferred in a graph of its own: it depends on nothing else. */
import { Builder } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { IrGraph, TensorType } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type Problem, problemsOf } from '../problem.ts'
import { countOf, type Dim, type Shape } from '../shape.ts'
import { emitNode, typesOf } from './build.ts'
import { wrongGradients } from './custom.ts'
import { sameType } from './modes.ts'
import type { ByHandle } from './traverse.ts'
import type { GraphNode } from './types.ts'

export interface ParameterInfo {
  /** A Parameter's id, or "<layer id>.<slot>". */
  readonly name: string
  readonly shape: Shape
  readonly count: Dim
  readonly nodeId: string
}

export interface Inferred {
  /** Null where a problem stands in the way. */
  readonly outputs: ByHandle<TensorType> | null
  /** What stands in the way; where nothing does, warnings. */
  readonly problems: readonly Problem[]
  readonly parameters: readonly ParameterInfo[]
  /** What is computed, as far as it goes; the inputs are leaves without an origin. */
  readonly ir: IrGraph
  /** What it was made of. */
  readonly node: GraphNode
  readonly inputs: ByHandle<TensorType>
}

export function inferNode(node: GraphNode, op: Op, inputs: ByHandle<TensorType>): Inferred {
  const b = new Builder(opOf)
  const leaves = Object.entries(inputs).map(([name, type]) => [name, b.leaf('Feed', type, { name })] as const)
  const ir = b.graph()
  let outputs: ByHandle<TensorType> | null = null
  let problems: readonly Problem[]
  try {
    outputs = typesOf(emitNode(b, node, op, Object.fromEntries(leaves)))
    problems = wrongGradients(node, op, inputs)
  } catch (error) {
    problems = problemsOf(error, { nodeId: node.id })
  }
  const variables = ir.nodes.filter((one) => one.op === 'Variable')
  const parameters = variables.map(({ attributes, type: { shape } }): ParameterInfo => {
    return { name: attributes.name as string, shape, count: countOf(shape), nodeId: node.id }
  })
  return { outputs, problems, parameters, ir, node, inputs }
}

/** By node. */
export type Inferences = ReadonlyMap<string, Inferred>

/**
 * As `inferNode`, or what `before` has of it: documents and types never change, so of the same objects the same is made.
 * A type that comes out as it was before stays the same object, and with it all that was inferred from it.
 */
export function inferAgain(
  before: Inferences | undefined,
  node: GraphNode,
  op: Op,
  inputs: ByHandle<TensorType>
): Inferred {
  const known = before?.get(node.id)
  if (known && sameWork(known.node, node) && sameEntries(known.inputs, inputs)) return known
  const made = inferNode(node, op, inputs)
  return known?.outputs && made.outputs ? { ...made, outputs: settled(known.outputs, made.outputs) } : made
}

/** Whether two nodes of one id do the same: `inferNode` reads nothing else of them. */
const sameWork = (a: GraphNode, b: GraphNode): boolean =>
  a.op === b.op && a.attributes === b.attributes && a.mode === b.mode

function sameEntries<V>(a: ByHandle<V>, b: ByHandle<V>): boolean {
  const [names, others] = [Object.keys(a), Object.keys(b)]
  return names.length === others.length && names.every((name, i) => name === others[i] && a[name] === b[name])
}

/** `now`, with the objects of `before` wherever they say the same. */
function settled(before: ByHandle<TensorType>, now: ByHandle<TensorType>): ByHandle<TensorType> {
  const types = Object.entries(now).map(([handle, type]) => {
    const old = before[handle]
    return [handle, old && sameType(old, type) ? old : type] as const
  })
  const made = Object.fromEntries(types)
  return sameEntries(before, made) ? before : made
}
