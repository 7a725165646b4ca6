/** Tensors of the graph that can be moved or looked at, as a person chooses them. */
import { outputsOf } from '../../engine/document/connect.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import { emptyDocument, type GraphDocument, type GraphNode } from '../../engine/document/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { Target } from '../../engine/session/protocol.ts'
import type { Shape } from '../../engine/shape.ts'
import { nameOf } from '../canvas/geometry.ts'
import type { CheckedDocument } from '../store/checked.ts'

export interface Place {
  /** "parameter w" or "node x". */
  readonly key: string
  readonly text: string
  readonly shape: readonly number[]
  readonly target: Target
  readonly node: string
}

const MOVED = new Set(['Constant', 'Input'])

const plain = (node: GraphNode): string => nameOf(node).replaceAll('$', '')

/** Shapes with as many rows as the last run had. */
const bound = (shape: Shape, batch: number): number[] => shape.map((d) => (typeof d === 'number' ? d : batch))

function nodePlace({ types }: CheckedDocument, node: GraphNode, batch: number): Place[] {
  const op = opOf(node.op)
  const output = (op && outputsOf(op, node.attributes)[0]?.name) ?? 'out'
  const type = types.get(node.id)?.[output]
  if (!type) return []
  const target = { kind: 'node', id: node.id, output } as const
  return [{ key: `node ${node.id}`, text: plain(node), shape: bound(type.shape, batch), target, node: node.id }]
}

/** Parameters, constants and inputs. */
export function sourcesOf(document: GraphDocument, checked: CheckedDocument, batch: number): Place[] {
  const { nodes } = indexOf(document)
  const parameters = checked.parameters.map(({ name, shape, nodeId }): Place => {
    const owner = nodes.get(nodeId)
    const text = owner && name === nodeId ? plain(owner) : name
    return {
      key: `parameter ${name}`,
      text,
      shape: bound(shape, batch),
      target: { kind: 'parameter', name },
      node: nodeId
    }
  })
  const others = document.nodes.filter(({ op }) => MOVED.has(op)).flatMap((node) => nodePlace(checked, node, batch))
  return [...parameters, ...others].filter(({ shape }) => shape.every((d) => d > 0))
}

/** Outputs of what follows from a node. */
export function resultsOf(document: GraphDocument, checked: CheckedDocument, from: string, batch: number): Place[] {
  const { outgoing } = indexOf(document)
  const after = new Set([from])
  for (const id of after) for (const edge of outgoing(id)) after.add(edge.target)
  return document.nodes
    .filter(({ id }) => after.has(id) && id !== from)
    .flatMap((node) => nodePlace(checked, node, batch))
}

const portsOf = ({ op }: GraphNode): readonly { readonly name: string }[] => {
  const inputs = opOf(op)?.inputs
  return Array.isArray(inputs) ? inputs : []
}

/** Whether a node is a function of one number, element by element. */
export function isFunction(node: GraphNode): boolean {
  const op = opOf(node.op)
  return node.mode === undefined && op?.scalar !== undefined && portsOf(node).length === 1 && !op.variadic
}

/** The node alone, over a number of its own: no parameter of it can be taken for one of the graph. */
export const aloneDocument = (node: GraphNode, x: number): GraphDocument => ({
  ...emptyDocument,
  nodes: [
    { id: 'x', op: 'Constant', attributes: { shape: [], values: [x] }, position: node.position },
    { id: 'f', op: node.op, ...(node.attributes && { attributes: node.attributes }), position: node.position }
  ],
  edges: [{ id: 'e', source: 'x', sourceHandle: 'out', target: 'f', targetHandle: portsOf(node)[0]?.name ?? 'x' }],
  objective: 'f'
})
