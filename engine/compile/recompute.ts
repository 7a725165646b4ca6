/**
 * Forward values that backward would have kept, and that cost next to nothing to compute again from what is kept anyway,
 * are computed again where backward reads them, inside the kernel of the reader: a number more is computed for each that
 * need not be written, held and read. (T. Chen, B. Xu, C. Zhang, C. Guestrin, Training deep nets with sublinear memory
 * cost, 2016, section 3: cheap operators are dropped and recomputed.)
 *
 * That is so of an elementwise operator of one tensor (and numbers) without a call or a division, where that tensor lives
 * until the last reader is done anyway, and where the readers in backward are elementwise and of the same shape, so that
 * it becomes a part of their chain, which reads no more tensors than before. 1 - p of a binary cross-entropy is such a
 * value.
 */
import { type IrGraph, type IrNode, isLeaf } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type StaticShape, sameShape, sizeOf } from '../shape.ts'
import { fillOf } from './fold.ts'
import { emit, type Passed, rebuild } from './passes.ts'

/** Fewest numbers of a tensor that is not kept: less memory is not worth an operation. */
const FEWEST = 256

const isElementwise = (node: IrNode): boolean => opOf(node.op)?.scalar !== undefined

/** Whether an operator takes a few instructions and reads one tensor, written with numbers and signs alone. */
function isCheap(node: IrNode, nodes: readonly IrNode[]): boolean {
  const names = node.inputs.map(() => 'x')
  const text = opOf(node.op)?.scalar?.(names, node.attributes)
  const tensors = new Set(node.inputs.filter((id) => fillOf(nodes[id] as IrNode) === null))
  return text !== undefined && !/Math\.|\//.test(text) && tensors.size === 1
}

/**
 * @param wanted ids that are read after the run
 * @param fewest numbers of a tensor from which on it is computed again
 */
export function recompute(ir: IrGraph, wanted: Iterable<number>, fewest = FEWEST): Passed {
  const { nodes } = ir
  const readers = Array.from(nodes, () => [] as IrNode[])
  for (const node of nodes) for (const input of new Set(node.inputs)) readers[input]?.push(node)
  const kept = new Set(wanted)
  const again = new Set<number>()
  const lives = (id: number, until: number): boolean =>
    isLeaf((nodes[id] as IrNode).op) ||
    kept.has(id) ||
    (!again.has(id) && (readers[id] as IrNode[]).some((r) => r.id >= until))
  for (const node of nodes) {
    if (node.phase !== 'forward' || kept.has(node.id) || !isCheap(node, nodes)) continue
    if (sizeOf(node.type.shape as StaticShape) < fewest) continue
    const [early, late] = [[] as IrNode[], [] as IrNode[]]
    for (const reader of readers[node.id] as IrNode[]) (reader.phase === 'forward' ? early : late).push(reader)
    const last = Math.max(...late.map((r) => r.id))
    // without both kinds of readers it is not computed in one place to be read in another
    if (early.length === 0 || late.length === 0 || early.some((r) => r.id > last)) continue
    if (!late.every((r) => isElementwise(r) && sameShape(r.type.shape, node.type.shape))) continue
    if (node.inputs.every((id) => lives(id, last))) again.add(node.id)
  }
  return rebuild(ir, (node, inputs, b) => {
    const read = inputs.map((value, i) => {
      const from = nodes[node.inputs[i] as number] as IrNode
      if (node.phase === 'forward' || !again.has(from.id)) return value
      b.origin = from.origin
      const { inputs: of } = b.node(value.id)
      const copy = emit(
        b,
        from,
        of.map((id) => b.value(id)),
        from.type,
        from.attributes
      )
      b.origin = node.origin
      return copy
    })
    return emit(b, node, read, node.type, node.attributes)
  })
}
