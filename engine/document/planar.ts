/** Graphs whose input is a point of the plane: where it comes in, and which nodes say something of each point. */
import type { TensorType } from '../ir/types.ts'
import { indexOf } from './lookup.ts'
import type { GraphDocument } from './types.ts'
import { topological } from './validate.ts'

export interface Port {
  readonly id: string
  readonly output: string
}

export interface Planar {
  readonly input: Port
  /** In topological order: outputs that follow from the input alone and have numbers for each row. */
  readonly outputs: readonly (Port & { readonly units: number })[]
  /** What the objective compares with the targets, where it is one of these outputs. */
  readonly prediction: Port | null
}

type Types = ReadonlyMap<string, Readonly<Record<string, TensorType>>>

const SOURCES: Readonly<Record<string, string>> = { Dataset: 'features', Input: 'out' }

const isPair = ({ shape, dtype }: TensorType): boolean =>
  dtype === 'float' && shape.length === 2 && typeof shape[0] === 'string' && shape[1] === 2

/** Null where no input is a pair of numbers. */
export function planarOf(document: GraphDocument, types: Types): Planar | null {
  const { nodes, incoming } = indexOf(document)
  const order = topological(document).order
  const typeOf = ({ id, output }: Port): TensorType | undefined => types.get(id)?.[output]
  const input = order
    .flatMap(({ id, op }) => (SOURCES[op] ? [{ id, output: SOURCES[op] }] : []))
    .find((port) => isPair(typeOf(port) ?? { shape: [], dtype: 'float' }))
  if (!input) return null
  /** Nodes that follow from it, and those that nothing of a batch but it leads to. */
  const [after, pure] = [new Set<string>(), new Set<string>()]
  const outputs: Planar['outputs'][number][] = []
  for (const { id } of order) {
    const edges = incoming(id)
    const fromInput = edges.some((e) => (e.source === input.id ? e.sourceHandle === input.output : after.has(e.source)))
    const batched = (edge: (typeof edges)[number]): boolean =>
      typeOf({ id: edge.source, output: edge.sourceHandle })?.shape.some((d) => typeof d !== 'number') ?? true
    const clean = edges.every((edge) =>
      edge.source === input.id
        ? edge.sourceHandle === input.output
        : after.has(edge.source)
          ? pure.has(edge.source)
          : !batched(edge)
    )
    if (!fromInput) continue
    after.add(id)
    if (!clean) continue
    pure.add(id)
    for (const [output, { shape, dtype }] of Object.entries(types.get(id) ?? {})) {
      const [batch, ...rest] = shape
      if (dtype !== 'float' || batch !== 'B' || !rest.every((d) => typeof d === 'number')) continue
      outputs.push({ id, output, units: rest.reduce<number>((product, d) => product * (d as number), 1) })
    }
  }
  const loss = nodes.get(document.objective ?? '')
  const compared = loss && incoming(loss.id).find((e) => e.targetHandle === 'prediction')
  const found = compared && outputs.find((o) => o.id === compared.source && o.output === compared.sourceHandle)
  return { input, outputs, prediction: found ? { id: found.id, output: found.output } : null }
}
