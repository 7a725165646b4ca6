/** What the numbers of one run say of a network's health: where NaN arose, dead and saturated units, lost gradients. */
import { indexOf } from '../document/lookup.ts'
import type { GraphDocument, GraphNode } from '../document/types.ts'
import { topological } from '../document/validate.ts'
import { opOf } from '../ops/registry.ts'
import { type Problem, problem } from '../problem.ts'
import type { Statistics } from '../tensor.ts'
import type { RunResult, Summary } from './protocol.ts'

export type Cells = Pick<RunResult, 'nodes' | 'edges' | 'parameters'>

/** Fewer numbers than these are an exercise, not a layer: only what is certain is said of them. */
const LAYER = 16
/** Share of zeros behind a ReLU from which on a layer is called silent; half of them are usual. */
const SILENT = 0.9
/** Norm of the gradient behind, over that before, from which on units are called saturated. The steepest slopes are ¼, 1. */
const SATURATED: Readonly<Record<string, number>> = { Sigmoid: 0.01, Tanh: 0.04 }
/** Root mean square of a parameter's gradient, as a share of the largest in the graph. */
const VANISHED = 1e-4
/** Norm of a parameter's gradient over that of the parameter, or over 1. */
const EXPLODED = 1000
/** Inputs beyond these saturate a freshly drawn layer. */
const UNSCALED = 50
/** What multiplies its input by weights. */
const WEIGHTED = new Set(['Dense', 'Conv2D', 'MatMul', 'Gemm', 'Conv'])

const broken = ({ nan, infinite }: Statistics): boolean => nan + infinite > 0
const number = (x: number): string => String(Number(x.toPrecision(3)))
const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`
const rangeOf = ({ min, max }: Statistics): string => `${number(min)} … ${number(max)}`

/** In the order in which the values arose, then the gradients. */
export function findings(document: GraphDocument, cells: Cells): readonly Problem[] {
  const { order } = topological(document)
  return [
    ...order.flatMap((node) => ofValues(document, cells, node)),
    ...order.toReversed().flatMap((node) => ofGradients(document, cells, node)),
    ...ofParameters(document, cells)
  ]
}

const valuesInto = (document: GraphDocument, { edges }: Cells, node: GraphNode): Statistics[] =>
  indexOf(document)
    .incoming(node.id)
    .flatMap(({ id }) => edges[id]?.value.statistics ?? [])

function ofValues(document: GraphDocument, cells: Cells, node: GraphNode): Problem[] {
  const place = { nodeId: node.id }
  const op = opOf(node.op)?.title ?? node.op
  const inputs = valuesInto(document, cells, node)
  return Object.values(cells.nodes[node.id] ?? {}).flatMap(({ value: { statistics } }) => {
    const { count, nan, infinite, zeros, min, max } = statistics
    if (broken(statistics)) {
      // what came in broken is no finding of this node
      if (inputs.some(broken)) return []
      const what = nan > 0 ? 'NaN' : 'Infinity'
      const from = inputs.map(rangeOf).join('; ') || '–'
      return [problem('finding.notFinite', { op, what, broken: nan + infinite, count, from }, place)]
    }
    // a bypassed node passes on what came in: its zeros are not of its making
    const rectified = node.mode !== 'bypass' && (node.op === 'Relu' || node.attributes?.activation === 'relu')
    if (rectified && (zeros === 1 || (zeros >= SILENT && count >= LAYER))) {
      return [problem('finding.silent', { op, share: percent(zeros) }, place)]
    }
    const feeds = indexOf(document)
      .outgoing(node.id)
      .some(({ target }) => WEIGHTED.has(indexOf(document).nodes.get(target)?.op ?? ''))
    if (inputs.length === 0 && feeds && node.op !== 'Parameter' && count >= LAYER) {
      if (Math.max(-min, max) > UNSCALED) return [problem('finding.unscaled', { range: rangeOf(statistics) }, place)]
    }
    return []
  })
}

function ofGradients(document: GraphDocument, cells: Cells, node: GraphNode): Problem[] {
  const place = { nodeId: node.id }
  const op = opOf(node.op)?.title ?? node.op
  const upstream = Object.values(cells.nodes[node.id] ?? {}).flatMap(({ gradient }) => gradient?.statistics ?? [])
  if (upstream.length === 0 || upstream.some(broken)) return []
  const downstream = indexOf(document)
    .incoming(node.id)
    .flatMap(({ id }) => cells.edges[id]?.gradient?.statistics ?? [])
  if (downstream.some(broken)) {
    // values that are broken go back broken: that is told of where they arose
    const values = Object.values(cells.nodes[node.id] ?? {}).map(({ value }) => value.statistics)
    if ([...values, ...valuesInto(document, cells, node)].some(broken)) return []
    const from = valuesInto(document, cells, node).map(rangeOf).join('; ')
    return [problem('finding.gradientNotFinite', { op, from }, place)]
  }
  const limit = SATURATED[node.op]
  const [up, down] = [upstream[0]?.norm ?? 0, downstream[0]?.norm ?? 0]
  return limit !== undefined && up > 0 && down / up < limit
    ? [problem('finding.saturated', { op, share: percent(down / up) }, place)]
    : []
}

const rootMeanSquare = ({ norm, count }: Statistics): number => norm / Math.sqrt(Math.max(1, count))

function ofParameters(document: GraphDocument, { parameters }: Cells): Problem[] {
  const { nodes } = indexOf(document)
  const all = Object.entries(parameters).flatMap(([name, { value, gradient }]) => {
    const owner = nodes.has(name) ? name : name.slice(0, name.lastIndexOf('.'))
    return gradient && !broken(gradient.statistics) ? [{ name, owner, value, gradient }] : []
  })
  const strongest = all.reduce<(typeof all)[number] | null>(
    (most, one) => (most && size(most.gradient) >= size(one.gradient) ? most : one),
    null
  )
  return all.flatMap(({ name, owner, value, gradient }) => {
    const place = { nodeId: owner }
    const { count, norm } = gradient.statistics
    if (norm === 0) return [problem('finding.zeroGradient', { name }, place)]
    if (count < LAYER || !strongest) return []
    const share = size(gradient) / size(strongest.gradient)
    if (share < VANISHED && strongest.gradient.statistics.count >= LAYER) {
      const params = {
        name,
        size: number(size(gradient)),
        other: strongest.name,
        most: number(size(strongest.gradient))
      }
      return [problem('finding.vanishing', params, place)]
    }
    const times = norm / Math.max(1, value.statistics.norm)
    return times > EXPLODED
      ? [problem('finding.exploding', { name, norm: number(norm), times: number(times) }, place)]
      : []
  })
}

const size = ({ statistics }: Summary): number => rootMeanSquare(statistics)
