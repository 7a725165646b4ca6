/** May this edge be added? One answer for the canvas, the loader and the command line. */
import { type Op, type Port, portsOf } from '../ir/op.ts'
import type { Attributes } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type Problem, problem } from '../problem.ts'
import { indexOf } from './lookup.ts'
import type { GraphDocument, GraphEdge, GraphNode } from './types.ts'

export type Wire = Pick<GraphEdge, 'id' | 'source' | 'sourceHandle' | 'target' | 'targetHandle'>

export const outputsOf = (op: Op, attributes: Attributes = {}): readonly Port[] =>
  typeof op.outputs === 'function' ? op.outputs(attributes) : op.outputs

const repeated = (op: Op, handle: string): boolean =>
  op.variadic !== undefined && new RegExp(`^${op.variadic.name}(0|[1-9]\\d*)$`).test(handle)

export const hasInput = (op: Op, handle: string, attributes: Attributes = {}): boolean =>
  portsOf(op, attributes).some((p) => p.name === handle) || repeated(op, handle)

/** The inputs to show: for operators that take any number, those in use and one free. */
export function inputsOf(document: GraphDocument, node: GraphNode, op: Op): readonly Port[] {
  const ports = portsOf(op, node.attributes)
  if (!op.variadic) return ports
  const { name, min } = op.variadic
  const used = indexOf(document)
    .incoming(node.id)
    .map((e) => Number(e.targetHandle.slice(name.length)))
    .filter(Number.isInteger)
  const count = Math.max(min, ...used.map((n) => n + 2), 1)
  return [...ports, ...Array.from({ length: count }, (_, i): Port => ({ name: `${name}${i}`, optional: i >= min }))]
}

const known = (ports: readonly Port[], op?: Op): string =>
  [...ports.map((p) => p.name), ...(op?.variadic ? [`${op.variadic.name}0, ${op.variadic.name}1, …`] : [])].join(
    ', '
  ) || 'none'

/** What is wrong with the two ends of an edge, apart from the rest of the graph. */
export function checkEnds(document: GraphDocument, edge: Wire): Problem | null {
  const { nodes } = indexOf(document)
  const place = { edgeId: edge.id }
  const source = nodes.get(edge.source)
  if (!source) return problem('graph.danglingEdge', { edge: edge.id, end: 'source', node: edge.source }, place)
  const target = nodes.get(edge.target)
  if (!target) return problem('graph.danglingEdge', { edge: edge.id, end: 'target', node: edge.target }, place)
  const from = opOf(source.op)
  const to = opOf(target.op)
  if (from) {
    const outputs = outputsOf(from, source.attributes)
    if (!outputs.some((p) => p.name === edge.sourceHandle)) {
      return problem(
        'graph.unknownHandle',
        { edge: edge.id, op: source.op, end: 'output', handle: edge.sourceHandle, known: known(outputs) },
        place
      )
    }
  }
  if (to && !hasInput(to, edge.targetHandle, target.attributes)) {
    return problem(
      'graph.unknownHandle',
      {
        edge: edge.id,
        op: target.op,
        end: 'input',
        handle: edge.targetHandle,
        known: known(portsOf(to, target.attributes), to)
      },
      place
    )
  }
  return null
}

/** Whether `to` can be reached from `from` along the edges. */
export function reaches(document: GraphDocument, from: string, to: string): boolean {
  const index = indexOf(document)
  const seen = new Set<string>([from])
  const open = [from]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === to) return true
    for (const { target } of index.outgoing(node)) {
      if (!seen.has(target)) {
        seen.add(target)
        open.push(target)
      }
    }
  }
  return false
}

/** Null where the edge fits; the reason in words where it does not. Shapes are checked by `check`. */
export function canConnect(document: GraphDocument, edge: Wire): Problem | null {
  if (edge.source === edge.target) return problem('graph.selfEdge', {}, { nodeId: edge.source })
  const ends = checkEnds(document, edge)
  if (ends) return ends
  if (reaches(document, edge.target, edge.source)) {
    return problem('graph.cycle', { nodes: `${edge.source}, ${edge.target}` }, { nodeId: edge.target })
  }
  const taken = indexOf(document).into(edge.target, edge.targetHandle)
  if (taken) {
    return problem(
      'graph.inputTaken',
      { handle: edge.targetHandle, first: taken.id, second: edge.id },
      { nodeId: edge.target }
    )
  }
  return null
}
