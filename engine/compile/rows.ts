/**
 * Which nodes run as one kernel that takes one row at a time: folds along the last axis whose results go back to their
 * rows, with what stands between and behind them. A row is read once, and what is folded stays with the kernel.
 *
 * The case that this is for is softmax with cross-entropy, forward and backward. For logits z and target t of C classes
 *
 *     m = max z,   e = exp(z - m),   S = Σ e,   L = -Σ t · (z - m - ln S),   dL/dz = (Σ t) · e / S - t
 *
 * (J. Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990; the shift by m, by
 * which nothing overflows: Goodfellow, Bengio, Courville, Deep Learning, 2016, section 4.1). The gradient is times what
 * arrives upstream, 1/B for a mean. Three turns over a row compute all of it: m and Σ t; S; L and the gradient. What was
 * recognised is the structure, not the operator, so it makes no difference whether the loss was drawn as one node, as
 * its parts, or with class indices; and softmax, log-softmax and layer normalisation are found by the same rule.
 */
import { type IrGraph, type IrNode, isLeaf } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type StaticShape, sizeOf } from '../shape.ts'
import { fillOf } from './fold.ts'
import type { Passed } from './passes.ts'
import type { Operand, RowsStep } from './plan.ts'

/** How a kernel finds an element of an operand in row r, column c: at r·C + c, at r, at c, or at 0. */
export type Access = 'element' | 'row' | 'column' | 'number'

/** Rows of so many columns. */
export interface Rows {
  readonly rows: number
  readonly columns: number
}

/** Nodes that run together, in order; views among them are no work. */
export interface Region extends Rows {
  readonly nodes: readonly number[]
}

export interface RowLimits {
  readonly maxOperands?: number
  readonly maxOutputs?: number
  /** Most columns of a row; 0 where the executor has no such kernels. */
  readonly longestRow?: number | undefined
  /** Fewest columns of a row. */
  readonly shortestRow?: number | undefined
}

const FOLDS: ReadonlySet<string> = new Set(['ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd'])
/** Most nodes of a region: keeps kernels readable and planning linear. */
const MOST = 32
/** How far behind its first fold a region is looked for: so that compiling takes time in proportion to the graph. */
const REACH = 400
/** Where a kernel has one output, so many at most do the work of a region, each its own output. */
const MOST_KERNELS = 3

const shapeOf = (node: IrNode): StaticShape => node.type.shape as StaticShape
const isView = (node: IrNode): boolean => opOf(node.op)?.view === true
export const isFold = (node: IrNode): boolean => FOLDS.has(node.op)

/** What kernels of rows can be made of, where the shapes allow it. */
const isSimple = (node: IrNode): boolean => isFold(node) || node.op === 'OneHot' || opOf(node.op)?.scalar !== undefined

/** Whether a node of the region has a number for each column, not one for the row. */
export const isWide = (node: IrNode, { rows, columns }: Rows): boolean =>
  shapeOf(node).at(-1) === columns && sizeOf(shapeOf(node)) === rows * columns

const isNarrow = (node: IrNode, { rows }: Rows): boolean => sizeOf(shapeOf(node)) === rows

/** How `reader` finds its numbers in a tensor of this shape; null where it needs those of other rows. */
export function accessOf(shape: StaticShape, reader: IrNode, size: Rows): Access | null {
  const [count, last] = [sizeOf(shape), shape.at(-1) ?? 1]
  if (isFold(reader) || isWide(reader, size)) {
    if (reader.op === 'OneHot') return count === size.rows ? 'row' : null
    if (last === size.columns) return count === size.rows * size.columns ? 'element' : count === last ? 'column' : null
    if (isFold(reader) || last !== 1) return null
    return count === size.rows ? 'row' : count === 1 ? 'number' : null
  }
  return count === size.rows ? 'row' : count === 1 ? 'number' : null
}

/** The rows that a fold goes along, or null where it is none along the last axis alone. */
function rowsOf(fold: IrNode, input: IrNode): Rows | null {
  const shape = shapeOf(input)
  const axes = fold.attributes.axes as readonly number[] | null
  const [axis] = axes ?? []
  const columns = shape.at(-1) ?? 1
  if (columns < 2 || axis === undefined || axes?.length !== 1 || (axis !== -1 && axis !== shape.length - 1)) return null
  return { rows: sizeOf(shape) / columns, columns }
}

/** Follows views to the node whose memory they show. */
export function memoryOf(nodes: readonly IrNode[]): Int32Array {
  const memory = new Int32Array(nodes.length)
  for (const node of nodes) memory[node.id] = isView(node) ? (memory[node.inputs[0] as number] as number) : node.id
  return memory
}

/** Members that are read by others than members, or that are kept: these are written. */
export const exposed = (
  members: ReadonlySet<number>,
  readers: readonly (readonly number[])[],
  kept: ReadonlySet<number>
): number[] =>
  [...members].filter((id) => kept.has(id) || (readers[id] as readonly number[]).some((r) => !members.has(r)))

/** Who reads each node's memory, views left out. */
export function readersOf(nodes: readonly IrNode[], memory: Int32Array): number[][] {
  const readers = Array.from(nodes, () => [] as number[])
  for (const node of nodes) {
    if (isView(node)) continue
    for (const owner of new Set(node.inputs.map((i) => memory[i] as number))) readers[owner]?.push(node.id)
  }
  return readers
}

class Finder {
  readonly #nodes: readonly IrNode[]
  readonly #memory: Int32Array
  readonly #readers: readonly (readonly number[])[]
  readonly #kept: ReadonlySet<number>
  readonly #maxOperands: number
  readonly #maxOutputs: number
  readonly #longestRow: number
  readonly #shortestRow: number
  /** Those found so far, by each of their nodes. */
  readonly #regions = new Map<number, Region>()
  /** The nodes in the order in which they are computed, those of a region side by side; and where each stands. */
  readonly #order: Int32Array
  readonly #place: Int32Array
  /** 1 for what kernels of rows could make of leaves alone. */
  readonly #ofLeaves: Uint8Array

  constructor(
    nodes: readonly IrNode[],
    wanted: Iterable<number>,
    { maxOperands = 6, maxOutputs = 1, longestRow = 0, shortestRow = 2 }: RowLimits
  ) {
    this.#nodes = nodes
    this.#memory = memoryOf(nodes)
    this.#readers = readersOf(nodes, this.#memory)
    this.#kept = new Set([...wanted].map((id) => this.#owner(id)))
    this.#maxOperands = maxOperands
    this.#maxOutputs = Math.max(maxOutputs, MOST_KERNELS)
    this.#longestRow = longestRow
    this.#shortestRow = shortestRow
    this.#order = Int32Array.from(nodes, (_, id) => id)
    this.#place = this.#order.slice()
    this.#ofLeaves = new Uint8Array(nodes.length)
    for (const node of nodes)
      if (isLeaf(node.op) || ((isView(node) || isSimple(node)) && node.inputs.every((i) => this.#ofLeaves[i] === 1)))
        this.#ofLeaves[node.id] = 1
  }

  #node = (id: number): IrNode => this.#nodes[id] as IrNode
  #owner = (id: number): number => this.#memory[id] as number
  #at = (id: number): number => this.#place[id] as number

  /** What a node reads, or its whole region. */
  #reads(id: number): readonly number[] {
    const region = this.#regions.get(id)
    return region ? region.nodes.flatMap((n) => this.#node(n).inputs) : this.#node(id).inputs
  }

  get order(): readonly number[] {
    return Array.from(this.#order)
  }

  /** Finds the region that begins with a fold, if there is one, and puts its nodes side by side. */
  take(start: number): Region | null {
    if (this.#regions.has(start)) return null
    const region = this.#find(start)
    if (!region) return null
    for (const id of region.nodes) this.#regions.set(id, region)
    this.#gather(region)
    return region
  }

  /**
   * All that depends on a fold and fits, but for what depends on it by way of something outside, too. Another region is
   * behind it or not as a whole.
   */
  #find(start: number): Region | null {
    const fold = this.#node(start)
    const size = rowsOf(fold, this.#node(fold.inputs[0] as number))
    if (!size || size.rows === 0 || size.columns > this.#longestRow || size.columns < this.#shortestRow) return null
    const members = new Set<number>()
    const behind = new Set<number>()
    let horizon = this.#at(start)
    const reach = horizon + REACH
    for (let at = horizon; at <= Math.min(horizon, reach) && members.size < MOST; at++) {
      const id = this.#order[at] as number
      const other = this.#regions.has(id)
      const reads = this.#reads(id)
      const depends = id === start || reads.some((i) => members.has(i))
      if (reads.some((i) => behind.has(i)) || (depends && (other || !this.#joins(id, members, size)))) behind.add(id)
      else if (depends) {
        members.add(id)
        for (const reader of this.#readers[this.#owner(id)] as readonly number[])
          horizon = Math.max(horizon, this.#at(reader))
      }
    }
    const all = [...members]
    for (let length = all.length; length > 1; length--) {
      const region = this.#completed(all.slice(0, length), size)
      if (region) return region
    }
    return null
  }

  /** The region where its last node stands; what depends on it comes behind, all else keeps its order. */
  #gather({ nodes }: Region): void {
    const members = new Set(nodes)
    const first = Math.min(...nodes.map(this.#at))
    const last = this.#at(nodes.at(-1) as number)
    const behind = new Set<number>()
    const before: number[] = []
    for (const id of this.#order.subarray(first, last + 1)) {
      if (members.has(id)) continue
      if (this.#reads(id).some((i) => members.has(i) || behind.has(i))) behind.add(id)
      else before.push(id)
    }
    this.#order.set([...before, ...nodes, ...behind], first)
    for (let at = first; at <= last; at++) this.#place[this.#order[at] as number] = at
  }

  #joins(id: number, members: ReadonlySet<number>, size: Rows): boolean {
    const node = this.#node(id)
    return isView(node) || (this.#fits(node, size) && this.#agrees(node, members, size))
  }

  /** Whether a kernel of these rows can compute it, whatever its inputs are. */
  #fits(node: IrNode, size: Rows): boolean {
    if (isFold(node)) {
      const own = rowsOf(node, this.#node(node.inputs[0] as number))
      return own?.rows === size.rows && own.columns === size.columns
    }
    const wide = isWide(node, size)
    if (!isSimple(node) || !(wide || (isNarrow(node, size) && node.op !== 'OneHot'))) return false
    return node.inputs.every((i) => accessOf(shapeOf(this.#node(i)), node, size) !== null)
  }

  /** Whether it reads of members its own element or the number of its row. */
  #agrees(node: IrNode, members: ReadonlySet<number>, size: Rows): boolean {
    return node.inputs.every((i) => {
      const owner = this.#node(this.#owner(i))
      if (!members.has(owner.id)) return true
      const access = accessOf(shapeOf(this.#node(i)), node, size)
      return isWide(owner, size) ? access === 'element' : access === 'row' || (access === 'number' && size.rows === 1)
    })
  }

  /** With what only members read; null where it is no gain, or over a limit. */
  #completed(members: readonly number[], size: Rows): Region | null {
    const all = new Set(members)
    // a set goes on over what is added to it
    for (const id of all)
      for (const input of this.#node(id).inputs) if (this.#onlyFor(input, all, size)) this.#add(input, all)
    const work = new Set([...all].filter((id) => !isView(this.#node(id))))
    const nodes = [...work].map(this.#node)
    const goesBack = ({ inputs }: IrNode): boolean =>
      inputs.some((i) => work.has(this.#owner(i)) && isNarrow(this.#node(this.#owner(i)), size))
    if (!nodes.some((node) => isWide(node, size) && goesBack(node))) return null
    if (!nodes.every((node) => this.#agrees(node, work, size))) return null
    const outside = nodes.flatMap((node) => node.inputs).filter((i) => !work.has(this.#owner(i)))
    const operands = new Set(outside.filter((i) => fillOf(this.#node(i)) === null))
    const outputs = exposed(work, this.#readers, this.#kept)
    if (operands.size > this.#maxOperands || outputs.length > this.#maxOutputs) return null
    return { ...size, nodes: [...all].sort((a, b) => this.#at(a) - this.#at(b)) }
  }

  /** What is made of leaves and read by members alone, such as rows of 0 and 1 from class indices. */
  #onlyFor(input: number, members: ReadonlySet<number>, size: Rows): boolean {
    const owner = this.#node(this.#owner(input))
    if (members.has(owner.id)) return !members.has(input)
    if (isLeaf(owner.op) || this.#kept.has(owner.id) || this.#regions.has(owner.id)) return false
    const readers = this.#readers[owner.id] as readonly number[]
    return readers.every((id) => members.has(id)) && this.#fits(owner, size) && this.#ofLeaves[owner.id] === 1
  }

  /** A node and the views through which it is read. */
  #add(id: number, members: Set<number>): void {
    members.add(id)
    if (isView(this.#node(id))) this.#add(this.#node(id).inputs[0] as number, members)
  }
}

export interface Gathered extends Passed {
  readonly regions: readonly Region[]
}

/**
 * Finds the regions and puts the nodes of each side by side.
 * @param wanted ids that are read after the run
 */
export function gatherRows({ nodes }: IrGraph, wanted: Iterable<number>, limits: RowLimits): Gathered {
  const to = Int32Array.from(nodes, (_, id) => id)
  if (!limits.longestRow) return { ir: { nodes }, to, regions: [] }
  const finder = new Finder(nodes, wanted, limits)
  const found = nodes.flatMap((node) => (isFold(node) ? (finder.take(node.id) ?? []) : []))
  for (const [at, id] of finder.order.entries()) to[id] = at
  const renumbered = (ids: readonly number[]): number[] => ids.map((id) => to[id] as number)
  const moved = finder.order.map((id, at) => {
    const node = nodes[id] as IrNode
    return { ...node, id: at, inputs: renumbered(node.inputs) }
  })
  return { ir: { nodes: moved }, to, regions: found.map((region) => ({ ...region, nodes: renumbered(region.nodes) })) }
}

/** Members that these are made of, in order. */
export function neededFor(wanted: readonly number[], members: readonly IrNode[], memory: Int32Array): IrNode[] {
  const needed = new Set(wanted)
  for (const { id, inputs } of members.toReversed())
    if (needed.has(id)) for (const input of inputs) needed.add(memory[input] as number)
  return members.filter((node) => needed.has(node.id))
}

interface Memory {
  readonly nodes: readonly IrNode[]
  readonly memory: Int32Array
  readonly operand: (id: number) => Operand
}

/** The expressions of nodes that run row by row. A tensor that is read in two ways is two operands. */
export function rowExpressions(
  members: readonly IrNode[],
  size: Rows,
  { nodes, memory, operand }: Memory
): Pick<RowsStep, 'operands' | 'access' | 'expressions'> {
  const operands: Operand[] = []
  const access: Access[] = []
  const places = new Map<string, number>()
  const indices = new Map(members.map((n, i) => [n.id, i]))
  const argument = (reader: IrNode, id: number): number => {
    const inside = indices.get(memory[id] as number)
    if (inside !== undefined) return -1 - inside
    const way = accessOf(shapeOf(nodes[id] as IrNode), reader, size) as Access
    const key = `${id} ${way}`
    const place = places.get(key) ?? operands.push(operand(id)) - 1
    places.set(key, place)
    access[place] = way
    return place
  }
  const expressions = members.map((node) => ({ node, arguments: node.inputs.map((id) => argument(node, id)) }))
  return { operands, access, expressions }
}
