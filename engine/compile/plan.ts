/**
 * IR → plan: a plain list of steps over slots of memory. Executors only walk it.
 *
 * Elementwise chains become one step; views cost nothing; a slot is handed on as soon as its last reader is done, except
 * where the caller wants to read it afterwards.
 */
import { type IrGraph, type IrNode, isLeaf } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type StaticShape, sizeOf } from '../shape.ts'

/** A tensor in memory: a slot and the shape it is read in. Or one number, written into the kernel itself. */
export type Operand = { readonly slot: number; readonly shape: StaticShape } | { readonly number: number }

/** Where a slot's numbers come from. `next` becomes its variable's value after the run. */
export type Slot =
  | { readonly role: 'temporary'; readonly size: number }
  | { readonly role: 'feed'; readonly size: number; readonly name: string }
  | { readonly role: 'variable' | 'next'; readonly size: number; readonly name: string }
  | { readonly role: 'constant'; readonly size: number; readonly values: readonly number[] }

interface Common {
  readonly output: number
  readonly shape: StaticShape
  /** The IR nodes that the step computes, the last one being its output. */
  readonly nodes: readonly IrNode[]
}

/** One number per output element from the elements at the same (broadcast) place. */
export interface ElementwiseStep extends Common {
  readonly kind: 'elementwise'
  readonly operands: readonly Operand[]
  /** In order; an argument is an operand (>= 0) or an earlier expression (-1 - index). */
  readonly expressions: readonly { readonly node: IrNode; readonly arguments: readonly number[] }[]
}

/** A loop nest as the operator describes it. */
export interface LoopStep extends Common {
  readonly kind: 'loop'
  readonly operands: readonly { readonly slot: number; readonly shape: StaticShape }[]
}

/** A matrix product: the last two axes, either operand transposed, leading axes broadcast. */
export interface ProductStep extends Common {
  readonly kind: 'product'
  readonly operands: readonly { readonly slot: number; readonly shape: StaticShape }[]
  readonly transA: boolean
  readonly transB: boolean
  readonly m: number
  readonly k: number
  readonly n: number
}

export type Step = ElementwiseStep | LoopStep | ProductStep

export interface Plan {
  readonly ir: IrGraph
  readonly slots: readonly Slot[]
  readonly steps: readonly Step[]
  /** Variable name → IR id of its value after the run. */
  readonly updates: ReadonlyMap<string, number>
  /** Where the values that the caller asked for are, by IR id. */
  readonly results: ReadonlyMap<number, Operand>
  readonly variables: readonly { readonly name: string; readonly shape: StaticShape; readonly updated: boolean }[]
  readonly feeds: readonly { readonly name: string; readonly shape: StaticShape; readonly node: IrNode }[]
}

export interface PlanOptions {
  /** IR ids to be readable after a run. */
  readonly results: Iterable<number>
  /** Variable name → IR id of its value after the run. */
  readonly updates?: ReadonlyMap<string, number>
  /** Most operands of one fused kernel (WebGPU binds seven arrays, one being the output). */
  readonly maxOperands?: number
}

/** Longest chain in one kernel: keeps planning linear and kernels readable. */
const MAX_FUSED = 24

const shapeOf = (node: IrNode): StaticShape => node.type.shape as StaticShape
const isElementwise = (node: IrNode): boolean => opOf(node.op)?.scalar !== undefined
const isView = (node: IrNode): boolean => opOf(node.op)?.view === true
const sameSizes = (a: StaticShape, b: StaticShape): boolean => a.length === b.length && a.every((d, i) => d === b[i])
const fill = (node: IrNode): number | null => {
  const values = node.op === 'Const' ? (node.attributes.values as readonly number[]) : null
  return values?.length === 1 ? (values[0] as number) : null
}

/** Follows views to the node whose memory they show. */
function memoryOf(nodes: readonly IrNode[]): Int32Array {
  const memory = new Int32Array(nodes.length)
  for (const node of nodes) memory[node.id] = isView(node) ? (memory[node.inputs[0] as number] as number) : node.id
  return memory
}

/** Groups of elementwise nodes that run as one kernel, by the id of the node that each group ends with. */
function fuse(nodes: readonly IrNode[], kept: ReadonlySet<number>, maxOperands: number): Map<number, IrNode[]> {
  const readers = Array.from(nodes, () => [] as number[])
  for (const node of nodes) for (const input of new Set(node.inputs)) (readers[input] as number[]).push(node.id)
  const groups = new Map<number, IrNode[]>()
  const outside = (group: readonly IrNode[]): number => {
    const inside = new Set(group.map((n) => n.id))
    return new Set(group.flatMap((n) => n.inputs.filter((i) => !inside.has(i) && fill(nodes[i] as IrNode) === null)))
      .size
  }
  for (const node of nodes) {
    if (!isElementwise(node)) continue
    let group: IrNode[] = [node]
    for (const input of new Set(node.inputs)) {
      const before = groups.get(input)
      const only = (readers[input] as number[]).length === 1
      if (!before || !only || kept.has(input) || !sameSizes(shapeOf(nodes[input] as IrNode), shapeOf(node))) continue
      const joined = [...before, ...group]
      if (joined.length > MAX_FUSED || outside(joined) > maxOperands) continue
      groups.delete(input)
      group = joined
    }
    groups.set(node.id, group)
  }
  return groups
}

export function makePlan(ir: IrGraph, options: PlanOptions): Plan {
  const { nodes } = ir
  const memory = memoryOf(nodes)
  const updates = options.updates ?? new Map<string, number>()
  const kept = new Set<number>([...options.results, ...updates.values()].map((id) => memory[id] as number))
  const groups = fuse(nodes, kept, options.maxOperands ?? 6)
  const inGroup = new Set([...groups.values()].flatMap((g) => g.slice(0, -1).map((n) => n.id)))

  const slots: Slot[] = []
  const slotOf = new Int32Array(nodes.length).fill(-1)
  const make = (slot: Slot): number => slots.push(slot) - 1
  const leafSlot = (node: IrNode): number => {
    const size = sizeOf(shapeOf(node))
    if (node.op === 'Const')
      return make({ role: 'constant', size, values: node.attributes.values as readonly number[] })
    return make({ role: node.op === 'Feed' ? 'feed' : 'variable', size, name: node.attributes.name as string })
  }
  for (const node of nodes) if (isLeaf(node.op) && node.op !== 'Const') slotOf[node.id] = leafSlot(node)

  const nextOf = new Map<number, number>()
  for (const [name, id] of updates) {
    const node = nodes[memory[id] as number] as IrNode
    if (isLeaf(node.op) || nextOf.has(node.id)) throw new Error(`the update of ${name} is no value of its own`)
    nextOf.set(node.id, make({ role: 'next', size: sizeOf(shapeOf(node)), name }))
  }

  /** Which step reads a node's memory last. */
  const lastReader = new Map<number, number>()
  const order = nodes.filter((n) => !isLeaf(n.op) && !isView(n) && !inGroup.has(n.id))
  const readBy = (node: IrNode): IrNode[] => groups.get(node.id) ?? [node]
  for (const [at, node] of order.entries()) {
    for (const member of readBy(node)) for (const input of member.inputs) lastReader.set(memory[input] as number, at)
  }
  const freedAt = Map.groupBy(lastReader.keys(), (id) => lastReader.get(id) as number)

  const free = new Map<number, number[]>()
  const place = (node: IrNode): number => {
    const next = nextOf.get(node.id)
    if (next !== undefined) return next
    const size = sizeOf(shapeOf(node))
    return free.get(size)?.pop() ?? make({ role: 'temporary', size })
  }
  const inMemory = (id: number): { slot: number; shape: StaticShape } => {
    const owner = nodes[memory[id] as number] as IrNode
    if ((slotOf[owner.id] as number) < 0) slotOf[owner.id] = leafSlot(owner)
    return { slot: slotOf[owner.id] as number, shape: shapeOf(nodes[id] as IrNode) }
  }

  const steps: Step[] = []
  for (const [at, node] of order.entries()) {
    const shape = shapeOf(node)
    const group = groups.get(node.id)
    const operands = group ? [] : node.inputs.map(inMemory)
    const fused = group
      ? elementwise(group, (id) =>
          fill(nodes[id] as IrNode) === null ? inMemory(id) : { number: fill(nodes[id] as IrNode) as number }
        )
      : null
    const output = place(node)
    slotOf[node.id] = output
    if (fused) steps.push({ kind: 'elementwise', output, shape, ...fused })
    else if (node.op === 'BatchMatMul') steps.push(product(node, operands, output))
    else steps.push({ kind: 'loop', output, shape, nodes: [node], operands })
    for (const id of freedAt.get(at) ?? []) {
      const slot = slots[slotOf[id] as number]
      if (slot?.role !== 'temporary' || kept.has(id)) continue
      const list = free.get(slot.size)
      if (list) list.push(slotOf[id] as number)
      else free.set(slot.size, [slotOf[id] as number])
    }
  }

  const results = new Map<number, Operand>()
  for (const id of options.results) results.set(id, inMemory(id))
  const leaves = (op: string) => nodes.filter((n) => n.op === op)
  return {
    ir,
    slots,
    steps,
    updates,
    results,
    variables: leaves('Variable').map((n) => ({
      name: n.attributes.name as string,
      shape: shapeOf(n),
      updated: updates.has(n.attributes.name as string)
    })),
    feeds: leaves('Feed').map((n) => ({ name: n.attributes.name as string, shape: shapeOf(n), node: n }))
  }
}

function elementwise(
  group: readonly IrNode[],
  operand: (id: number) => Operand
): Pick<ElementwiseStep, 'nodes' | 'operands' | 'expressions'> {
  const operands: Operand[] = []
  const places = new Map<number, number>()
  const argument = (id: number): number => {
    const inside = group.findIndex((n) => n.id === id)
    if (inside >= 0) return -1 - inside
    const known = places.get(id)
    if (known !== undefined) return known
    places.set(id, operands.length)
    return operands.push(operand(id)) - 1
  }
  return { nodes: group, expressions: group.map((node) => ({ node, arguments: node.inputs.map(argument) })), operands }
}

function product(node: IrNode, operands: ProductStep['operands'], output: number): ProductStep {
  const [a, b] = operands as [ProductStep['operands'][number], ProductStep['operands'][number]]
  const [transA, transB] = [node.attributes.transA === true, node.attributes.transB === true]
  const dim = (s: StaticShape, fromEnd: number) => s[s.length - fromEnd] as number
  return {
    kind: 'product',
    output,
    shape: shapeOf(node),
    nodes: [node],
    operands,
    transA,
    transB,
    m: dim(a.shape, transA ? 1 : 2),
    k: dim(a.shape, transA ? 2 : 1),
    n: dim(b.shape, transB ? 2 : 1)
  }
}

/** Bytes of float32 memory that the plan takes. */
export const memoryNeeded = (plan: Plan): number => plan.slots.reduce((sum, slot) => sum + slot.size * 4, 0)

/** Arithmetic operations of one walk: two for each multiplication of a product, one for each element elsewhere. */
export const operationsOf = (plan: Plan): number =>
  plan.steps.reduce((sum, step) => {
    const size = sizeOf(step.shape)
    if (step.kind === 'product') return sum + 2 * size * step.k
    if (step.kind === 'elementwise') return sum + size * step.expressions.length
    return sum + Math.max(size, ...step.operands.map((o) => sizeOf(o.shape)))
  }, 0)

/** The plan as text, one step a line. */
export function printPlan(plan: Plan): string {
  const operand = (o: Operand): string => ('number' in o ? String(o.number) : `s${o.slot}[${o.shape.join(',')}]`)
  const slots = plan.slots.map((s, i) => `s${i}: ${s.role}${'name' in s ? ` ${s.name}` : ''} ${s.size}`)
  const steps = plan.steps.map((s) => {
    const what =
      s.kind === 'elementwise'
        ? s.nodes.map((n) => n.op).join('·')
        : s.kind === 'product'
          ? `product ${s.m}×${s.k}×${s.n}${s.transA ? ' Aᵀ' : ''}${s.transB ? ' Bᵀ' : ''}`
          : s.nodes[0]?.op
    return `s${s.output}[${s.shape.join(',')}] = ${what}(${s.operands.map(operand).join(', ')})`
  })
  return [...slots, '', ...steps].join('\n')
}
