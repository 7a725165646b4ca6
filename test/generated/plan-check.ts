/** Follows a plan with labels in place of numbers: does each step find in memory what the IR says it reads? */
import { type Operand, type Plan, type Slot, type Step, writtenBy } from '../../engine/compile/plan.ts'
import { printNode } from '../../engine/ir/print.ts'
import { type IrNode, isLeaf } from '../../engine/ir/types.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { sizeOf } from '../../engine/shape.ts'

/** Which IR input each operand of a step stands for; an elementwise step also refers to its own expressions. */
function readsOf(step: Step, owner: (id: number) => IrNode): { operand: Operand; id: number }[] {
  if (step.kind === 'product' && step.epilogue) {
    const { epilogue } = step
    const product = step.nodes[0] as IrNode
    const [itself] = epilogue.operands
    if (!itself || 'number' in itself || itself.slot !== step.output) throw new Error('an epilogue without its product')
    const tensors = epilogue.operands.slice(1).filter((o) => 'slot' in o)
    if (JSON.stringify(tensors) !== JSON.stringify(step.operands.slice(2))) throw new Error('other epilogue operands')
    const reads = readsOf(epilogue, owner)
    if (!reads.some(({ id }) => id === product.id)) throw new Error('an epilogue that does not read its product')
    return [
      ...readsOf({ ...step, nodes: [product], operands: step.operands.slice(0, 2), epilogue: null }, owner),
      ...reads.filter(({ id }) => id !== product.id)
    ]
  }
  if (step.kind !== 'elementwise' && step.kind !== 'rows')
    return step.operands.map((operand, i) => ({ operand, id: (step.nodes[0] as IrNode).inputs[i] as number }))
  return step.expressions.flatMap(({ node, arguments: args }) =>
    args.flatMap((at, i) => {
      const id = node.inputs[i] as number
      if (at >= 0) return [{ operand: step.operands[at] as Operand, id }]
      if (step.expressions[-1 - at]?.node !== owner(id)) throw new Error(`an expression reads another than %${id}`)
      return []
    })
  )
}

/** Throws at the first read of a slot that holds something else, or write over something that is still needed. */
export function checkPlan(plan: Plan): void {
  const { nodes } = plan.ir
  /** The node whose memory a node shows: views follow their input. */
  const owner = (id: number): IrNode => {
    const node = nodes[id] as IrNode
    return opOf(node.op)?.view ? owner(node.inputs[0] as number) : node
  }
  /** What the slots hold, by the id of the node that was written there. */
  const held = new Map<number, number>()
  const wrong = (what: string, node: IrNode): never => {
    throw new Error(`${what}\n  ${printNode(node)}`)
  }
  const check = (operand: Operand, id: number): void => {
    const node = owner(id)
    const values = node.op === 'Const' ? (node.attributes.values as readonly number[]) : []
    if ('number' in operand) {
      if (values.length !== 1 || values[0] !== operand.number) wrong(`reads the number ${operand.number} for`, node)
      return
    }
    const slot = plan.slots[operand.slot]
    if (!slot) throw new Error(`step reads slot ${operand.slot}, which does not exist, for\n  ${printNode(node)}`)
    if (sizeOf(operand.shape) > slot.size || (slot.role !== 'temporary' && sizeOf(operand.shape) !== slot.size))
      wrong(`reads ${operand.shape} from a slot of ${slot.size} for`, node)
    if (!isLeaf(node.op)) {
      if (held.get(operand.slot) !== node.id) wrong(`slot ${operand.slot} holds %${held.get(operand.slot)}, not`, node)
    } else if (slot.role === 'constant') {
      if (JSON.stringify(slot.values) !== JSON.stringify(values)) wrong('reads another constant than', node)
    } else {
      const role = node.op === 'Feed' ? 'feed' : 'variable'
      if (slot.role !== role || slot.name !== node.attributes.name) wrong(`reads a ${slot.role} slot for`, node)
      if (held.has(operand.slot)) wrong('reads the next value of', node)
    }
  }
  for (const [place, step] of plan.steps.entries()) {
    const made = step.nodes.at(-1) as IrNode
    const written = writtenBy(step)
    const outputs = written.map((o) => o.slot)
    if (new Set(outputs).size !== outputs.length) wrong('writes two values into one slot', made)
    if (place >= plan.commit && step.kind !== 'elementwise') wrong('comes after variables were renewed', made)
    /** A variable that the step renews where it stands. */
    const renewed = (at: number): boolean => place >= plan.commit && plan.slots[at]?.role === 'variable'
    for (const { operand, id } of readsOf(step, owner)) {
      check(operand, id)
      if ('slot' in operand && outputs.includes(operand.slot) && !renewed(operand.slot))
        wrong('writes where it still reads', made)
    }
    for (const { slot: at, node, shape } of written) {
      const slot = plan.slots[at]
      if (slot?.role !== 'temporary' && slot?.role !== 'next' && !renewed(at))
        wrong(`writes into a ${slot?.role} slot`, made)
      if (!slot || slot.size < sizeOf(shape) || (slot.role !== 'temporary' && slot.size !== sizeOf(shape)))
        wrong(`writes ${shape} into a slot of ${slot?.size}`, made)
      held.set(at, node.id)
    }
  }
  for (const [id, operand] of plan.results) {
    check(operand, id)
    // what is read afterwards is the slot as it is
    if ('slot' in operand && plan.slots[operand.slot]?.size !== sizeOf(operand.shape))
      wrong('is kept in a slot of another size', owner(id))
  }
  for (const [name, id] of plan.updates) {
    const slot = (role: Slot['role']): number =>
      plan.slots.findIndex((s) => s.role === role && 'name' in s && s.name === name)
    const at = slot('next') < 0 ? slot('variable') : slot('next')
    if (held.get(at) !== owner(id).id) wrong(`the next ${name} is not`, owner(id))
  }
}
