/**
 * IR → plan: a plain list of steps over slots of memory. Executors only walk it.
 *
 * Elementwise chains become one step; views cost nothing; a slot is handed on as soon as its last reader is done, except
 * where the caller wants to read it afterwards.
 */
import { type IrGraph, type IrNode, isLeaf } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type StaticShape, sizeOf } from '../shape.ts'
import { fillOf } from './fold.ts'
import { fuse, type Group } from './fuse.ts'
import { inPlace } from './in-place.ts'
import {
  type Access,
  exposed,
  isFold,
  memoryOf,
  neededFor,
  type Region,
  type Rows,
  readersOf,
  rowExpressions
} from './rows.ts'
import type { Piece } from './split.ts'

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
  /** Further outputs, of the same shape: expressions (by index) that are written out too. */
  readonly also: readonly { readonly slot: number; readonly expression: number }[]
}

/** A loop nest as the operator describes it. */
export interface LoopStep extends Common {
  readonly kind: 'loop'
  readonly operands: readonly { readonly slot: number; readonly shape: StaticShape }[]
}

/** A matrix product: the last two axes, either operand transposed, leading axes broadcast. */
export interface ProductStep extends Common {
  readonly kind: 'product'
  /** The two matrices, then the tensors that the epilogue reads. */
  readonly operands: readonly { readonly slot: number; readonly shape: StaticShape }[]
  /**
   * What happens to each element of the product before it is written: a bias, an activation, a gate. Its operands are
   * the product (as if it lay in `output` already), then those of the step from the third on, then numbers.
   */
  readonly epilogue: ElementwiseStep | null
  readonly transA: boolean
  readonly transB: boolean
  readonly m: number
  readonly k: number
  readonly n: number
}

/** Folds along the rows of a matrix and what stands between them, one row at a time (see rows.ts). */
export interface RowsStep extends Common, Rows {
  readonly kind: 'rows'
  readonly operands: readonly Operand[]
  /** How an element of each operand is found. */
  readonly access: readonly Access[]
  /** As of an elementwise step; a fold has one argument, of which it takes the whole row. The last one is the output. */
  readonly expressions: ElementwiseStep['expressions']
  /** Expressions that are written out too: a number for each element, or for each row. */
  readonly also: ElementwiseStep['also']
}

export type Step = ElementwiseStep | LoopStep | ProductStep | RowsStep

/** A tensor that a step writes. */
export interface Written {
  readonly slot: number
  readonly node: IrNode
  readonly shape: StaticShape
}

/** All that a step writes, its output last. */
export function writtenBy(step: Step): Written[] {
  const also = step.kind === 'elementwise' || step.kind === 'rows' ? step.also : []
  const nodes = [...also.map(({ expression }) => step.nodes[expression] as IrNode), step.nodes.at(-1) as IrNode]
  return [...also.map((o) => o.slot), step.output].map((slot, i) => {
    const node = nodes[i] as IrNode
    return { slot, node, shape: shapeOf(node) }
  })
}

export interface Plan {
  readonly ir: IrGraph
  readonly slots: readonly Slot[]
  readonly steps: readonly Step[]
  /** Variable name → IR id of its value after the run. */
  readonly updates: ReadonlyMap<string, number>
  /** From this step on variables may be written where they stand: a run that has begun it is not stopped any more. */
  readonly commit: number
  /** Where the values that the caller asked for are, by IR id. */
  readonly results: ReadonlyMap<number, Operand>
  /** Results that are larger than one tensor may be (`split.ts`): the ids of their pieces, in order. */
  readonly joined: ReadonlyMap<number, readonly number[]>
  /** By name of a variable that is larger than that: its pieces, variables themselves. */
  readonly pieces: ReadonlyMap<string, readonly Piece[]>
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
  /** Most outputs of one fused kernel. */
  readonly maxOutputs?: number
  /** A temporary slot may be larger than the tensor in it: tensors of other sizes can share it. */
  readonly looseSlots?: boolean | undefined
  /** Nodes that run row by row, side by side in the graph (`gatherRows`). */
  readonly regions?: readonly Region[]
  /** An elementwise step may write what it reads: variables need no second slot for their next value. */
  readonly inPlace?: boolean | undefined
}

/** How many times as large or as small a slot may be to be shared: a number must not hold a large piece of memory. */
const SLACK = 8

const shapeOf = (node: IrNode): StaticShape => node.type.shape as StaticShape
const isView = (node: IrNode): boolean => opOf(node.op)?.view === true

/** What runs as one kernel, or several, where its last node stands: an operator alone, a chain, a region of rows. */
interface Unit {
  /** Its nodes, views left out. */
  readonly nodes: readonly IrNode[]
  readonly group?: Group
  readonly region?: Region
}

export function makePlan(ir: IrGraph, options: PlanOptions): Plan {
  const { nodes } = ir
  const memory = memoryOf(nodes)
  const updates = options.updates ?? new Map<string, number>()
  const kept = new Set<number>([...options.results, ...updates.values()].map((id) => memory[id] as number))
  const { maxOperands = 6, maxOutputs = 1, regions = [] } = options
  const taken = new Set(regions.flatMap((region) => region.nodes))
  const units = new Map<number, Unit>()
  const inside = new Set<number>()
  const addUnit = (unit: Unit): void => {
    for (const { id } of unit.nodes) inside.add(id)
    units.set((unit.nodes.at(-1) as IrNode).id, unit)
  }
  for (const group of fuse(nodes, kept, taken, { maxOperands, maxOutputs }).values())
    addUnit({ nodes: group.product ? [group.product, ...group.nodes] : group.nodes, group })
  for (const region of regions)
    addUnit({ nodes: region.nodes.map((id) => nodes[id] as IrNode).filter((n) => !isView(n)), region })
  for (const node of nodes) if (!isLeaf(node.op) && !isView(node) && !inside.has(node.id)) addUnit({ nodes: [node] })

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

  /** Which unit reads a node's memory last. */
  const lastReader = new Map<number, number>()
  const order = [...units].sort(([a], [b]) => a - b).map(([, unit]) => unit)
  for (const [at, { nodes: members }] of order.entries()) {
    for (const { inputs } of members) for (const input of inputs) lastReader.set(memory[input] as number, at)
  }
  const freedAt = Map.groupBy(lastReader.keys(), (id) => lastReader.get(id) as number)

  const { from, variables } = inPlace({
    ...{ nodes, memory, kept, lastReader, updates: options.inPlace ? updates : new Map() },
    groups: order.map(({ group }) => group)
  })
  const nextOf = new Map<number, number>()
  for (const [name, id] of updates) {
    const node = nodes[memory[id] as number] as IrNode
    if (isLeaf(node.op) || nextOf.has(node.id)) throw new Error(`the update of ${name} is no value of its own`)
    const variable = variables.get(node.id)
    const slot = variable === undefined ? make({ role: 'next', size: sizeOf(shapeOf(node)), name }) : slotOf[variable]
    nextOf.set(node.id, slot as number)
  }

  const free = new Map<number, number[]>()
  /** The smallest free slot that is large enough, else the largest one, which grows; null where none is near in size. */
  const nearest = (size: number): number | null => {
    let best = 0
    for (const [other, slots] of free) {
      if (slots.length === 0 || other * SLACK < size || other > size * SLACK) continue
      const better = best === 0 || (other >= size ? best < size || other < best : best < size && other > best)
      if (better) best = other
    }
    const slot = free.get(best)?.pop()
    if (slot === undefined) return null
    if (best < size) slots[slot] = { role: 'temporary', size }
    return slot
  }
  const place = (node: IrNode): number => {
    const next = nextOf.get(node.id)
    if (next !== undefined) return next
    const size = sizeOf(shapeOf(node))
    const loose = options.looseSlots === true && !kept.has(node.id)
    return free.get(size)?.pop() ?? (loose ? nearest(size) : null) ?? make({ role: 'temporary', size })
  }
  const inMemory = (id: number): { slot: number; shape: StaticShape } => {
    const owner = nodes[memory[id] as number] as IrNode
    if ((slotOf[owner.id] as number) < 0) slotOf[owner.id] = leafSlot(owner)
    return { slot: slotOf[owner.id] as number, shape: shapeOf(nodes[id] as IrNode) }
  }

  const operand = (id: number): Operand => {
    const number = fillOf(nodes[id] as IrNode)
    return number === null ? inMemory(id) : { number }
  }
  const write = (node: IrNode): number => {
    const slot = place(node)
    slotOf[node.id] = slot
    return slot
  }

  const chainStep = (group: Group): Step => {
    const last = group.nodes.at(-1) as IrNode
    const { operands, expressions } = expressionsOf(group, operand)
    const also = group.also.map((n) => ({ slot: write(n), expression: group.nodes.indexOf(n) }))
    const chain = {
      kind: 'elementwise',
      shape: shapeOf(last),
      nodes: group.nodes,
      operands,
      expressions,
      also
    } as const
    const step = { ...chain, output: write(last) }
    return group.product ? withEpilogue(product(group.product, group.product.inputs.map(inMemory), -1), step) : step
  }
  const readers = regions.length > 0 ? readersOf(nodes, memory) : []
  const rowSteps = (members: readonly IrNode[], region: Region): Step[] => {
    const outputs = exposed(new Set(members.map((n) => n.id)), readers, kept)
    const parts = outputs.length <= maxOutputs ? [outputs] : outputs.map((id) => [id])
    return parts.map((written) => rowsStep(neededFor(written, members, memory), written, region))
  }
  const rowsStep = (members: readonly IrNode[], written: readonly number[], { rows, columns }: Region): Step => {
    const size = { rows, columns }
    const { operands, access, expressions } = rowExpressions(members, size, { nodes, memory, operand })
    const last = members.at(-1) as IrNode
    const also = members.flatMap((node, expression) =>
      node !== last && written.includes(node.id) ? [{ slot: write(node), expression }] : []
    )
    const output = write(last)
    return { kind: 'rows', ...size, output, shape: shapeOf(last), nodes: members, operands, access, expressions, also }
  }
  const singleStep = (node: IrNode): Step => {
    const operands = node.inputs.map(inMemory)
    const output = write(node)
    if (node.op === 'BatchMatMul') return product(node, operands, output)
    return { kind: 'loop', output, shape: shapeOf(node), nodes: [node], operands }
  }

  const steps: Step[] = []
  for (const [at, { nodes: members, group, region }] of order.entries()) {
    if (group) steps.push(chainStep(group))
    else if (region) steps.push(...rowSteps(members, region))
    else steps.push(singleStep(members[0] as IrNode))
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
    // a unit of those that are left is a step
    commit: steps.length - (order.length - from),
    results,
    joined: new Map(),
    pieces: new Map(),
    variables: leaves('Variable').map((n) => ({
      name: n.attributes.name as string,
      shape: shapeOf(n),
      updated: updates.has(n.attributes.name as string)
    })),
    feeds: leaves('Feed').map((n) => ({ name: n.attributes.name as string, shape: shapeOf(n), node: n }))
  }
}

/** The expressions of a group; its product, where it has one, is the first operand. */
function expressionsOf(
  { nodes, product }: Group,
  operand: (id: number) => Operand
): Pick<ElementwiseStep, 'operands' | 'expressions'> {
  const operands: Operand[] = []
  const places = new Map<number, number>()
  const indices = new Map(nodes.map((n, i) => [n.id, i]))
  const add = (id: number, read: Operand): number => {
    places.set(id, operands.length)
    return operands.push(read) - 1
  }
  // its place is known when the step's own is
  if (product) add(product.id, { slot: -1, shape: shapeOf(product) })
  const argument = (id: number): number => {
    const inside = indices.get(id)
    if (inside !== undefined) return -1 - inside
    return places.get(id) ?? add(id, operand(id))
  }
  return { expressions: nodes.map((node) => ({ node, arguments: node.inputs.map(argument) })), operands }
}

/** A product that writes what `chain` makes of its elements. */
function withEpilogue(product: ProductStep, chain: ElementwiseStep): ProductStep {
  const { output, shape } = chain
  const others = chain.operands.slice(1).map((operand, i) => ({ operand, from: i + 1 }))
  const tensors = others.flatMap(({ operand, from }) => ('slot' in operand ? [{ operand, from }] : []))
  const order = [0, ...tensors.map((t) => t.from), ...others.filter((o) => 'number' in o.operand).map((o) => o.from)]
  const to = new Map(order.map((from, at) => [from, at]))
  return {
    ...product,
    output,
    nodes: [...product.nodes, ...chain.nodes],
    operands: [...product.operands, ...tensors.map((t) => t.operand)],
    epilogue: {
      ...chain,
      operands: order.map((from) => (from === 0 ? { slot: output, shape } : (chain.operands[from] as Operand))),
      expressions: chain.expressions.map(({ node, arguments: args }) => ({
        node,
        arguments: args.map((a) => (a < 0 ? a : (to.get(a) as number)))
      }))
    }
  }
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
    epilogue: null,
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
export const operationsOf = (plan: Pick<Plan, 'steps'>): number =>
  plan.steps.reduce((sum, step) => {
    const size = sizeOf(step.shape)
    if (step.kind === 'product') return sum + size * (2 * step.k + (step.epilogue?.expressions.length ?? 0))
    if (step.kind === 'elementwise') return sum + size * step.expressions.length
    // a fold goes over its row, whatever it leaves of it
    if (step.kind === 'rows')
      return sum + step.nodes.reduce((all, n) => all + (isFold(n) ? step.rows * step.columns : sizeOf(shapeOf(n))), 0)
    return sum + Math.max(size, ...step.operands.map((o) => sizeOf(o.shape)))
  }, 0)

/** What a step computes, in a few words: "product 128×784×512 + Add·Relu", "rows 128×10 ReduceMax·Sub·Exp·…". */
export function describeStep(step: Step): string {
  const names = (nodes: readonly IrNode[]): string => nodes.map((n) => n.op).join('·')
  if (step.kind === 'rows') return `rows ${step.rows}×${step.columns} ${names(step.nodes)}`
  if (step.kind !== 'product') return names(step.nodes)
  const { m, k, n, transA, transB, epilogue } = step
  const sizes = `product ${m}×${k}×${n}${transA ? ' Aᵀ' : ''}${transB ? ' Bᵀ' : ''}`
  return epilogue ? `${sizes} + ${names(epilogue.nodes)}` : sizes
}

/** The plan as text, one step a line. */
export function printPlan(plan: Plan): string {
  const operand = (o: Operand): string => ('number' in o ? String(o.number) : `s${o.slot}[${o.shape.join(',')}]`)
  const slots = plan.slots.map((s, i) => `s${i}: ${s.role}${'name' in s ? ` ${s.name}` : ''} ${s.size}`)
  const steps = plan.steps.map((s) => {
    const written = writtenBy(s)
      .map(({ slot, shape }) => `s${slot}[${shape.join(',')}]`)
      .join(', ')
    return `${written} = ${describeStep(s)}(${s.operands.map(operand).join(', ')})`
  })
  return [...slots, '', ...steps].join('\n')
}
