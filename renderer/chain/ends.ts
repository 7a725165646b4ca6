/** Between what a chain of Jacobians may lead: from any value or parameter, to any number that depends on it. */
import type { ParameterInfo } from '../../engine/document/check.ts'
import { outputsOf } from '../../engine/document/connect.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument } from '../../engine/document/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import type { ChainRequest } from '../../engine/session/protocol.ts'
import { nameOf } from '../canvas/geometry.ts'

export interface End<T> {
  readonly key: string
  readonly text: string
  readonly target: T
  /** The node that it is, or that owns it. */
  readonly node: string
}

export type From = End<ChainRequest['wrt']>
export type To = End<ChainRequest['of']>

/** The node and all that depends on it (or that it depends on). */
export function reachable(document: GraphDocument, node: string, way: 'down' | 'up'): ReadonlySet<string> {
  const index = indexOf(document)
  const found = new Set<string>()
  for (const waiting = [node]; waiting.length > 0; ) {
    const at = waiting.pop() as string
    if (found.has(at)) continue
    found.add(at)
    waiting.push(
      ...(way === 'down' ? index.outgoing(at).map((e) => e.target) : index.incoming(at).map((e) => e.source))
    )
  }
  return found
}

function nodeEnds(document: GraphDocument, nodes: ReadonlySet<string>, known: (id: string) => boolean): To[] {
  return document.nodes.flatMap((node) => {
    const op = opOf(node.op)
    if (!op || !nodes.has(node.id) || !known(node.id)) return []
    const outputs = outputsOf(op, node.attributes)
    const name = nameOf(node).replaceAll('$', '')
    return outputs.map(({ name: output }) => ({
      key: `node ${node.id} ${output}`,
      text: outputs.length > 1 ? `${name} (${output})` : name,
      target: { kind: 'node', id: node.id, output } as const,
      node: node.id
    }))
  })
}

/** Whatever `to` depends on, itself left out. */
export function fromEnds(
  document: GraphDocument,
  parameters: readonly ParameterInfo[],
  to: string,
  known: (id: string) => boolean
): From[] {
  const above = new Set(reachable(document, to, 'up'))
  const owned = parameters.flatMap(({ name, nodeId }): From[] =>
    above.has(nodeId) && name !== nodeId
      ? [{ key: `parameter ${name}`, text: name, target: { kind: 'parameter', name }, node: nodeId }]
      : []
  )
  above.delete(to)
  return [...nodeEnds(document, above, known), ...owned]
}

/** Whatever depends on anything. */
export function toEnds(document: GraphDocument, known: (id: string) => boolean): To[] {
  const fed = new Set(document.edges.map((edge) => edge.target))
  return nodeEnds(document, fed, known)
}
