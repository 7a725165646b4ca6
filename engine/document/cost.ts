/** What a graph costs, by node and in total: arithmetic and memory of one forward pass, with the batch left open. */
import { Builder } from '../ir/builder.ts'
import { type Op, portsOf } from '../ir/op.ts'
import { type Attributes, type IrGraph, isLeaf, type TensorType } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { addDims, countOf, type Dim, multiplyDims } from '../shape.ts'
import { instantiate } from './build.ts'
import type { Inferences } from './infer.ts'
import { once } from './lookup.ts'

export interface Cost {
  /** Floating-point operations: a multiplication and an addition are two, a function such as exp is one. */
  readonly flops: Dim
  /** Bytes of the float32 numbers that are learned. */
  readonly parameters: Dim
  /** Bytes of the float32 numbers that are computed, those inside of layers among them. */
  readonly values: Dim
}

export interface Costs {
  readonly total: Cost
  readonly byNode: ReadonlyMap<string, Cost>
}

const BYTES = 4
export const noCost: Cost = { flops: 0, parameters: 0, values: 0 }

const plus = (a: Cost, b: Cost): Cost => ({
  flops: addDims(a.flops, b.flops),
  parameters: addDims(a.parameters, b.parameters),
  values: addDims(a.values, b.values)
})

/** Families whose operators only move numbers. */
const MOVES = new Set<Op['family']>(['sources', 'routing', 'shape'])

/** Families whose operators make few numbers of many. */
const REDUCES = new Set<Op['family']>(['reduce', 'losses', 'metrics', 'pooling'])

/** The same in simpler operators, in a graph of its own. */
function opened(op: Op, inputs: readonly TensorType[], attributes: Attributes): IrGraph {
  const b = new Builder(opOf)
  const values = inputs.map((type, i) => b.leaf('Feed', type, { name: String(i) }))
  const ports = portsOf(op, attributes)
  const nameOf = (i: number) => ports[i]?.name ?? `${op.variadic?.name ?? ''}${i - ports.length}`
  const named = Object.fromEntries(values.map((value, i) => [nameOf(i), value]))
  const { build: _, ...rest } = op
  instantiate(b, { ...rest, ...(op.opens && { compose: op.opens }) }, op.kind, named, values, attributes)
  return b.graph()
}

/** Floating-point operations of one IR node, as the operator counts them. */
export function flopsOf(op: Op, inputs: readonly TensorType[], output: TensorType, attributes: Attributes): Dim {
  if (op.flops) return op.flops(inputs, output, attributes)
  if (isLeaf(op.kind) || op.view || MOVES.has(op.family)) return 0
  if (op.opens && !op.scalar) {
    return flopsIn(opened(op, inputs, attributes)).reduce(addDims, 0)
  }
  // a reduction looks at each element of its input, anything else makes each of its output
  const { shape } = REDUCES.has(op.family) ? (inputs[0] ?? output) : output
  return countOf(shape)
}

const flopsIn = ({ nodes }: IrGraph): readonly Dim[] =>
  nodes.map((node) => {
    const op = opOf(node.op)
    const inputs = node.inputs.map((id) => nodes[id]?.type as TensorType)
    return op ? flopsOf(op, inputs, node.type, node.attributes) : 0
  })

/** Of what one node computes. */
const costOf = once((ir: IrGraph): Cost => {
  const flops = flopsIn(ir)
  return ir.nodes.reduce((cost, { op, origin, type }, i) => {
    // what comes in was made by another node
    if (!origin) return cost
    const bytes = multiplyDims(BYTES, countOf(type.shape))
    const variable = op === 'Variable'
    return plus(cost, {
      flops: flops[i] as Dim,
      parameters: variable ? bytes : 0,
      values: variable || opOf(op)?.view || op === 'Identity' ? 0 : bytes
    })
  }, noCost)
})

/** Of all nodes whose outputs are known. */
export function costsOf(inferred: Inferences): Costs {
  const byNode = new Map([...inferred].flatMap(([id, { outputs, ir }]) => (outputs ? [[id, costOf(ir)]] : [])))
  return { total: [...byNode.values()].reduce(plus, noCost), byNode }
}
