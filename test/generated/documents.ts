/** Each sample of each operator as a small document. */
import { check } from '../../engine/document/check.ts'
import { emptyDocument, type GraphDocument, type GraphEdge, type GraphNode } from '../../engine/document/types.ts'
import { portsOf } from '../../engine/ir/op.ts'
import { Random } from '../../engine/random.ts'
import { bindShape, type Shape, sizeOf } from '../../engine/shape.ts'
import { type Case, drawInput } from './harness.ts'

const position = { x: 10, y: 20 }

/** The sample's operator as node "it", its inputs on edges "i0", "i1", …, and Σ w ∘ output as objective. */
export function documentOf(one: Case): GraphDocument {
  const { op, sample } = one
  const random = new Random(11).fork(op.kind).fork(JSON.stringify([sample.shapes, sample.attributes ?? {}]))
  const inputs = sample.shapes.map((shape, i): GraphNode => {
    const values = [...drawInput(sample, i, random)]
    const open = shape.includes('B')
    const attributes = { shape: shape.map((d) => (typeof d === 'number' ? d : null)), values }
    return open
      ? { id: `in${i}`, op: 'Input', attributes, position }
      : {
          id: `in${i}`,
          op: 'Parameter',
          attributes: { shape: attributes.shape, init: { kind: 'values', values } },
          position
        }
  })
  const ports = op.variadic
    ? inputs.map((_, i) => `${op.variadic?.name}${i}`)
    : portsOf(op, sample.attributes).map((port) => port.name)
  const it: GraphNode = {
    id: 'it',
    op: op.kind,
    ...(sample.attributes ? { attributes: sample.attributes } : {}),
    label: 'It',
    position
  }
  const wire = (id: string, source: string, target: string, targetHandle: string): GraphEdge => ({
    id,
    source,
    sourceHandle: 'out',
    target,
    targetHandle
  })
  const wires = inputs.map((node, i) => wire(`i${i}`, node.id, 'it', ports[i] as string))
  const before: GraphDocument = { ...emptyDocument, nodes: [...inputs, it], edges: wires }
  const shape = check(before).types.get('it')?.out?.shape as Shape
  // weights of an open batch that is not B alone cannot be fed
  if (shape.some((d) => typeof d !== 'number' && d !== 'B')) {
    return documentOf({ ...one, sample: { ...sample, shapes: sample.shapes.map((s) => bindShape(s, 3)) } })
  }
  const values = Array.from({ length: sizeOf(bindShape(shape, 3)) }, () => random.uniform(0.5, 1.5))
  const weights: GraphNode = shape.includes('B')
    ? {
        id: 'weights',
        op: 'Input',
        attributes: { shape: shape.map((d) => (typeof d === 'number' ? d : null)), values },
        position
      }
    : { id: 'weights', op: 'Constant', attributes: { shape: [...shape] as number[], values }, position }
  return {
    ...before,
    nodes: [...before.nodes, weights, { id: 'mul', op: 'Mul', position }, { id: 'sum', op: 'ReduceSum', position }],
    edges: [...wires, wire('o', 'it', 'mul', 'a'), wire('w', 'weights', 'mul', 'b'), wire('s', 'mul', 'sum', 'x')],
    objective: 'sum'
  }
}
