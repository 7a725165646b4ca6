/** The dot product that one number of a matrix product is. */
import type { Value } from '../../ir/builder.ts'
import type { IrGraph, IrNode } from '../../ir/types.ts'
import { opOf } from '../../ops/registry.ts'
import { bindShape, type StaticShape } from '../../shape.ts'
import type { Numbers } from '../../tensor.ts'
import type { FactorDetail, ProductDetail } from '../protocol.ts'
import { factorsOf } from '../steps/products.ts'

const PRODUCTS = new Set(['MatMul', 'BatchMatMul'])

/** What is done to a product afterwards, element by element: a bias is added, an activation is passed. */
interface After {
  readonly node: IrNode
  /** What is added, where something is. */
  readonly added: IrNode | null
}

interface Made {
  readonly product: IrNode
  readonly after: readonly After[]
}

/**
 * The product behind a value: its own, or that of a layer whose bias and activation follow. Null where it is made
 * otherwise.
 */
export function productBehind(ir: IrGraph, id: number): Made | null {
  const after: After[] = []
  let node = ir.nodes[id] as IrNode
  while (node.op === 'Identity') node = ir.nodes[node.inputs[0] as number] as IrNode
  const owner = node.origin?.node
  for (;;) {
    if (PRODUCTS.has(node.op)) return { product: node, after }
    // what a person wired behind a product is another node's work
    if (node.origin?.node !== owner || node.origin?.edge !== undefined || !node.origin?.part) return null
    const [first, second] = node.inputs.map((i) => ir.nodes[i] as IrNode)
    const adds = node.op === 'Add' && second?.op === 'Variable'
    if (!first || !(adds || (node.inputs.length === 1 && opOf(node.op)?.scalar))) return null
    after.unshift({ node, added: adds ? second : null })
    node = first
  }
}

export interface Readings {
  readonly ir: IrGraph
  readonly batch: number
  /** Null where the run kept no numbers of it. */
  readonly read: (value: Value) => Promise<Numbers> | null
}

/** @param index element of the value, flat */
export async function productDetail(r: Readings, of: Value, index: number): Promise<ProductDetail | null> {
  const made = productBehind(r.ir, of.id)
  if (!made) return null
  const { product, after } = made
  const inputs = product.inputs.map((id) => r.ir.nodes[id] as IrNode) as [IrNode, IrNode]
  const [left, right] = inputs.map((node) => r.read(node))
  const whole = r.read(of)
  if (!left || !right || !whole) return null
  const shapeOf = (node: Value): StaticShape => bindShape(node.type.shape, r.batch)
  const [a, b] = [
    { shape: shapeOf(inputs[0]), data: await left },
    { shape: shapeOf(inputs[1]), data: await right }
  ]
  const { view, at, left: x, right: w } = factorsOf(product, [a, b], index)
  const factor = (i: 0 | 1, numbers: Float64Array): FactorDetail => {
    const turned = i === 0 ? view.transA : view.transB
    const shape = (i === 0 ? view.a : view.b).slice(-2) as [number, number]
    return {
      name: nameOf(r.ir, inputs[i]),
      shape: turned ? [shape[1], shape[0]] : shape,
      turned,
      at: at.at(i === 0 ? -2 : -1) as number,
      numbers
    }
  }
  const steps: { op: string; added: number | null }[] = []
  for (const { node, added } of after) {
    const numbers = added && (await r.read(added))
    const size = numbers?.length ?? 1
    steps.push({ op: node.op, added: numbers ? (numbers[index % size] as number) : null })
  }
  return {
    at,
    left: factor(0, x),
    right: factor(1, w),
    sum: x.reduce((sum, v, k) => sum + v * (w[k] as number), 0),
    after: steps,
    result: (await whole)[index] as number
  }
}

/** A parameter's name, else the id of the node that the number comes from; of gradients with a ∂. */
function nameOf(ir: IrGraph, node: IrNode): string {
  let at = node
  while (at.op === 'Identity') at = ir.nodes[at.inputs[0] as number] as IrNode
  const name = at.op === 'Variable' ? (at.attributes.name as string) : (at.origin?.node ?? '')
  return at.phase === 'backward' ? `∂${name}` : name
}
