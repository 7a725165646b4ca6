/** IR as text, one node a line: for snapshots, logs and the curious. */
import { showShape } from '../shape.ts'
import type { IrGraph, IrNode } from './types.ts'

const showAttribute = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}

export function printNode(node: IrNode): string {
  const attributes = Object.entries(node.attributes)
    .filter(([, v]) => v !== undefined)
    .map(([k, v]) => `${k}=${showAttribute(v)}`)
    .join(' ')
  const from = node.inputs.map((i) => `%${i}`).join(', ')
  const { origin } = node
  const where = origin
    ? `  # ${origin.edge ? `edge ${origin.edge}` : origin.node}${origin.part ? `/${origin.part}` : ''}`
    : ''
  const dtype = node.type.dtype === 'float' ? '' : ` ${node.type.dtype}`
  const phase = node.phase === 'forward' ? '' : ` ${node.phase}`
  return `%${node.id} = ${node.op}(${from})${attributes ? ` {${attributes}}` : ''} : ${showShape(node.type.shape)}${dtype}${phase}${where}`
}

export const printIr = (graph: IrGraph): string => graph.nodes.map(printNode).join('\n')
