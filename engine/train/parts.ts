/**
 * A step in parts: a batch that is more than a device can hold goes through in pieces. Each adds its share of the
 * gradients to sums on the device, and one update takes the sums. The numbers are those of the whole batch, to rounding,
 * where the loss is a mean or a sum over the rows.
 */
import { Builder, type Value } from '../ir/builder.ts'
import { type IrGraph, type IrNode, isLeaf } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { BATCH, type StaticShape } from '../shape.ts'
import { emitUpdates, ROWS, type TrainingGraph, type Variable } from './graph.ts'

/** Feeds of a part: its share of the batch, its share of the loss, and 0 for the first one, which begins the sums anew. */
const SHARE = '#part.share'
const LOSS_SHARE = '#part.lossShare'
const KEEP = '#part.keep'

/** What can be compiled: a graph, what is read of it, what it writes. */
export interface Walkable {
  readonly ir: IrGraph
  readonly wanted: readonly number[]
  readonly updates: ReadonlyMap<string, number>
}

export interface PartsGraph {
  /** Forward and backward over some rows, into the sums. */
  readonly add: Walkable
  /** From the sums to the next parameters. */
  readonly apply: Walkable
  /** The sums: of the gradients by parameter, of the loss and the metrics by name. */
  readonly gradients: ReadonlyMap<string, string>
  readonly values: ReadonlyMap<string, string>
  readonly states: readonly Variable[]
  /** Feeds of which each part takes its own rows; the others are the same for all parts. */
  readonly byRow: ReadonlySet<string>
}

const made = new WeakMap<TrainingGraph, PartsGraph | null>()

/** Null where a step cannot be put together from parts: it is taken on the host, or keeps more than gradients. */
export function partsOf(graph: TrainingGraph): PartsGraph | null {
  const known = made.get(graph)
  if (known !== undefined) return known
  const parts = cut(graph)
  made.set(graph, parts)
  return parts
}

/** Every node again, so that more can be built behind them. */
export function copyOf({ nodes }: IrGraph, instead: (node: IrNode, b: Builder) => Value | null = () => null) {
  const b = new Builder(opOf)
  const to = new Int32Array(nodes.length)
  for (const node of nodes) {
    b.origin = node.origin
    b.phase = node.phase
    const inputs = (): Value[] => node.inputs.map((i) => b.value(to[i] as number))
    const value =
      instead(node, b) ??
      (isLeaf(node.op) ? b.leaf(node.op, node.type, node.attributes) : b.emit(node.op, inputs(), node.attributes))
    to[node.id] = value.id
  }
  return { b, to }
}

function cut(graph: TrainingGraph): PartsGraph | null {
  const { ir, loss, metrics, sums, summed, optimizer, clip } = graph
  const kept = new Set([...graph.gradients.keys(), ...graph.states.map((s) => s.name)])
  // running statistics are of the rows that were seen together
  if (graph.secondOrder || [...graph.updates.keys()].some((name) => !kept.has(name))) return null
  const feeds = ir.nodes.filter((n) => n.op === 'Feed')
  const open = feeds.filter((n) => n.type.shape.some((d) => typeof d !== 'number'))
  if (open.some(({ type: { shape } }) => shape[0] !== BATCH || shape.slice(1).some((d) => typeof d !== 'number')))
    return null

  const { b, to } = copyOf(ir)
  b.origin = null
  b.phase = 'update'
  const at = (id: number): Value => b.value(to[id] as number)
  const [share, lossShare, keep] = [SHARE, LOSS_SHARE, KEEP].map((name) => b.feed(name, [])) as [Value, Value, Value]
  const states: Variable[] = []
  const updates = new Map(
    Object.values(sums).map((name) => [name, to[graph.updates.get(name) as number] as number] as const)
  )
  const add = (kind: string, name: string, value: Value, by: Value): string => {
    const sum = `#part.${kind}.${name}`
    const shape = value.type.shape as StaticShape
    states.push({ name: sum, shape, init: undefined })
    updates.set(sum, b.add(b.mul(b.variable(sum, shape), keep), b.mul(value, by)).id)
    return sum
  }
  const gradients = new Map([...graph.gradients].map(([name, id]) => [name, add('gradient', name, at(id), lossShare)]))
  const values = new Map([
    ['loss', add('value', 'loss', at(loss), summed ? lossShare : share)],
    ...Object.entries(metrics).map(([name, id]) => [name, add('value', name, at(id), share)] as const)
  ])

  const own = new Builder(opOf)
  own.phase = 'update'
  const parameters = ir.nodes.filter((n) => n.op === 'Variable' && graph.gradients.has(n.attributes.name as string))
  const leaves = parameters.map((p) => own.node(own.leaf('Variable', p.type, p.attributes).id))
  const found = leaves.map((p) => {
    const name = p.attributes.name as string
    return own.variable(gradients.get(name) as string, p.type.shape)
  })
  const applied = emitUpdates(own, leaves, found, optimizer, clip)
  return {
    add: { ir: b.graph(), wanted: [at(loss).id], updates },
    apply: { ir: own.graph(), wanted: [], updates: applied.updates },
    gradients,
    values,
    states,
    byRow: new Set(open.map((n) => n.attributes.name as string))
  }
}

/** Names of the feeds that say which part it is. */
export const PART_FEEDS = [SHARE, LOSS_SHARE, KEEP, ROWS] as const

/** What says which part of a batch it is: rows `from` up to `to` of `rows`. */
export const partFeeds = (summed: boolean, from: number, to: number, rows: number) => ({
  [SHARE]: [(to - from) / rows],
  [LOSS_SHARE]: [summed ? 1 : (to - from) / rows],
  [KEEP]: [from === 0 ? 0 : 1],
  [ROWS]: [to - from]
})
