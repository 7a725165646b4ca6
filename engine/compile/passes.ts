/**
 * IR → IR. Each pass rebuilds the graph node by node and says where each old node went, so that whoever holds an id can
 * follow it.
 */
import { Builder, type Value } from '../ir/builder.ts'
import {
  type Attributes,
  type AttributeValue,
  type IrGraph,
  type IrNode,
  isLeaf,
  type TensorType
} from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type Problem, ProblemError } from '../problem.ts'
import { bindDim, bindShape, type Dim } from '../shape.ts'
import { fillOf, folded } from './fold.ts'

export interface Passed {
  readonly ir: IrGraph
  /** Old id → new id; -1 where the node is gone. */
  readonly to: Int32Array
}

type Rebuild = (node: IrNode, inputs: readonly Value[], b: Builder) => Value

export function rebuild(ir: IrGraph, each: Rebuild): Passed {
  const b = new Builder(opOf)
  const to = new Int32Array(ir.nodes.length).fill(-1)
  for (const node of ir.nodes) {
    b.origin = node.origin
    b.phase = node.phase
    try {
      to[node.id] = each(
        node,
        node.inputs.map((i) => b.value(to[i] as number)),
        b
      ).id
    } catch (error) {
      // A size that is wrong only now that the batch is known: said with the node that it comes from.
      if (!(error instanceof ProblemError) || !node.origin) throw error
      throw new ProblemError(error.problems.map((p) => ({ nodeId: node.origin?.node, ...p }) as Problem))
    }
  }
  return { ir: b.graph(), to }
}

export const emit = (
  b: Builder,
  node: IrNode,
  inputs: readonly Value[],
  type: TensorType,
  attributes: Attributes
): Value => (isLeaf(node.op) ? b.leaf(node.op, type, attributes) : b.emit(node.op, inputs, attributes))

/** Attributes that may hold the batch: the targets of views and pieces. */
const bindAttribute = (value: AttributeValue | undefined, batch: number): AttributeValue | undefined =>
  typeof value === 'string' && /^[\d*+B]+$/.test(value)
    ? bindDim(value, batch)
    : Array.isArray(value)
      ? value.map((v) => bindAttribute(v as Dim, batch) as AttributeValue)
      : value

const BATCH_ATTRIBUTES = ['shape', 'start', 'size']

/**
 * Gives each update a value that a kernel writes. It has none where the parameter stays as it is (its gradient came out
 * as the constant 0), becomes a constant, or becomes what another variable becomes too: these are copied.
 */
export function ownUpdates(
  ir: IrGraph,
  updates: ReadonlyMap<string, number>
): { readonly ir: IrGraph; readonly updates: ReadonlyMap<string, number> } {
  const b = new Builder(opOf, ir.nodes)
  b.phase = 'update'
  const taken = new Set<number>()
  const ownerOf = (id: number): IrNode => {
    const node = b.node(id)
    return opOf(node.op)?.view ? ownerOf(node.inputs[0] as number) : node
  }
  const own = new Map<string, number>()
  for (const [name, id] of updates) {
    const owner = ownerOf(id)
    const shared = isLeaf(owner.op) || taken.has(owner.id)
    b.origin = b.node(id).origin
    own.set(name, shared ? b.mul(b.value(id), 1).id : id)
    if (!shared) taken.add(owner.id)
  }
  return { ir: b.graph(), updates: own }
}

/** Puts the batch size in. */
export function bindBatch(ir: IrGraph, batch: number): Passed {
  return rebuild(ir, (node, inputs, b) => {
    const attributes = { ...node.attributes }
    if (!isLeaf(node.op)) {
      for (const key of BATCH_ATTRIBUTES) if (key in attributes) attributes[key] = bindAttribute(attributes[key], batch)
    }
    return emit(b, node, inputs, { ...node.type, shape: bindShape(node.type.shape, batch) }, attributes)
  })
}

/** Replaces operators by simpler ones until only those with kernels are left. Needs known sizes. */
export function lower(ir: IrGraph): Passed {
  return rebuild(ir, (node, inputs, b) => {
    const lowering = opOf(node.op)?.lower
    if (!lowering) return emit(b, node, inputs, node.type, node.attributes)
    const from = b.size
    const value = lowering(b, inputs, node.attributes)
    return lowerFrom(b, from, value)
  })
}

/** A lowering may use operators that are lowered themselves: goes over what it emitted until nothing is left to do. */
function lowerFrom(b: Builder, from: number, value: Value): Value {
  const emitted = b.graph().nodes.slice(from)
  if (!emitted.some((n) => opOf(n.op)?.lower)) return value
  const moved = new Map<number, Value>()
  for (const node of emitted) {
    const inputs = node.inputs.map((i) => moved.get(i) ?? b.value(i))
    const lowering = opOf(node.op)?.lower
    if (lowering) {
      const start = b.size
      moved.set(node.id, lowerFrom(b, start, lowering(b, inputs, node.attributes)))
    } else if (node.inputs.some((i) => moved.has(i))) {
      moved.set(node.id, emit(b, node, inputs, node.type, node.attributes))
    }
  }
  return moved.get(value.id) ?? value
}

const ZERO_ONE = { Add: 0, Sub: 0, Mul: 1, Div: 1 } as const

/** JSON in which -0, NaN and the infinities are not taken for other numbers. */
const exactJson = (value: unknown): string =>
  JSON.stringify(value, (_key, v: unknown) =>
    typeof v === 'number' && (Object.is(v, -0) || !Number.isFinite(v)) ? `#${Object.is(v, -0) ? '-0' : v}` : v
  )

const keyOf = (node: IrNode, inputs: readonly Value[]): string =>
  exactJson([node.op, inputs.map((v) => v.id), node.type, node.attributes])

/**
 * Removes work that changes nothing: x + 0, x · 1, transposes absorbed by products, and wires (a wire is only a name
 * for a value). Computes what depends on constants alone. Then equal nodes become one.
 */
export function simplify(ir: IrGraph): Passed {
  const known = new Map<string, Value>()
  return rebuild(ir, (node, inputs, b) => {
    const kept = neutral(node, inputs, b) ?? absorbed(node, inputs, b)
    if (kept) return kept
    const constant = folded(node, inputs, b)
    if (constant) {
      const key = keyOf(b.node(constant.id), [])
      const same = known.get(key) ?? constant
      known.set(key, same)
      return same
    }
    const key = keyOf(node, inputs)
    const same = known.get(key)
    if (same) return same
    const value = emit(b, node, inputs, node.type, node.attributes)
    known.set(key, value)
    return value
  })
}

function neutral(node: IrNode, inputs: readonly Value[], b: Builder): Value | null {
  if (node.op === 'Identity' || node.op === 'StopGradient') return inputs[0] as Value
  const unit = ZERO_ONE[node.op as keyof typeof ZERO_ONE]
  if (unit === undefined) return null
  const sameAs = (v: Value) => JSON.stringify(v.type) === JSON.stringify(node.type)
  const isUnit = (v: Value) => fillOf(b.node(v.id)) === unit
  const [x, y] = inputs as [Value, Value]
  if (isUnit(y) && sameAs(x)) return x
  if (isUnit(x) && sameAs(y) && (node.op === 'Add' || node.op === 'Mul')) return y
  return null
}

/** A transpose of the last two axes before a product is read by the product itself. */
function absorbed(node: IrNode, inputs: readonly Value[], b: Builder): Value | null {
  if (node.op !== 'BatchMatMul') return null
  const flip = (v: Value): Value | null => {
    const from = b.node(v.id)
    if (from.op !== 'Transpose') return null
    const rank = from.type.shape.length
    const perm = (from.attributes.perm as readonly number[] | null) ?? from.type.shape.map((_, i) => rank - 1 - i)
    const last = perm.every((p, i) => p === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i))
    return last ? b.value(from.inputs[0] as number) : null
  }
  const [x, y] = inputs as [Value, Value]
  const [fx, fy] = [flip(x), flip(y)]
  if (!fx && !fy) return null
  const { transA, transB } = node.attributes
  return b.emit('BatchMatMul', [fx ?? x, fy ?? y], { transA: fx ? !transA : transA, transB: fy ? !transB : transB })
}

/** Keeps what `wanted` depends on. */
export function prune(ir: IrGraph, wanted: Iterable<number>): Passed {
  const live = new Uint8Array(ir.nodes.length)
  for (const id of wanted) live[id] = 1
  for (let id = ir.nodes.length - 1; id >= 0; id--) {
    if (live[id]) for (const input of (ir.nodes[id] as IrNode).inputs) live[input] = 1
  }
  const to = new Int32Array(ir.nodes.length).fill(-1)
  const nodes: IrNode[] = []
  for (const node of ir.nodes) {
    if (!live[node.id]) continue
    to[node.id] = nodes.length
    nodes.push({ ...node, id: nodes.length, inputs: node.inputs.map((i) => to[i] as number) })
  }
  return { ir: { nodes }, to }
}

/** Follows an id through passes one after the other; -1 where it went away. */
export const follow =
  (...passes: readonly Passed[]) =>
  (id: number): number =>
    passes.reduce((at, { to }) => (at < 0 ? at : (to[at] as number)), id)
