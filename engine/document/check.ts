/** Everything that can be said of a document without running it. */
import type { IrGraph, TensorType } from '../ir/types.ts'
import type { Problem } from '../problem.ts'
import { countOf, type Dim, type Shape } from '../shape.ts'
import { build, typesOf } from './build.ts'
import { checkCustom } from './custom.ts'
import type { GraphDocument } from './types.ts'

export interface ParameterInfo {
  /** A Parameter's id, or "<layer id>.<slot>". */
  readonly name: string
  readonly shape: Shape
  readonly count: Dim
  readonly nodeId: string
}

export interface Checked {
  readonly problems: readonly Problem[]
  /** Types of each node's outputs by handle. */
  readonly types: ReadonlyMap<string, Readonly<Record<string, TensorType>>>
  readonly edgeTypes: ReadonlyMap<string, TensorType>
  readonly parameters: readonly ParameterInfo[]
  /** Ids of nodes that are muted, or depend on one that is. */
  readonly leftOut: ReadonlySet<string>
  readonly ir: IrGraph
}

export function check(document: GraphDocument): Checked {
  const built = build(document)
  const { ir, outputs, wires } = built
  return {
    problems: [...built.problems, ...checkCustom(document, built)],
    types: new Map([...outputs].map(([id, values]) => [id, typesOf(values)])),
    ir,
    leftOut: built.leftOut,
    edgeTypes: new Map([...wires].map(([id, value]) => [id, value.type])),
    parameters: ir.nodes
      .filter((node) => node.op === 'Variable')
      .map((node) => ({
        name: node.attributes.name as string,
        shape: node.type.shape,
        count: countOf(node.type.shape),
        nodeId: node.origin?.node ?? ''
      }))
  }
}
