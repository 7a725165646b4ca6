/**
 * Which nodes run as one kernel: chains of elementwise operators, and what follows a matrix product element by element.
 *
 * A group runs where its last node stands. A member that somebody else reads, or that the caller wants to keep, is
 * written out as a further output, where the executor has kernels of several outputs and everybody who reads it stands
 * behind the group.
 */
import type { IrNode } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import type { StaticShape } from '../shape.ts'
import { fillOf } from './fold.ts'

export interface Group {
  /** Elementwise nodes of one shape in order; the last is the group's own output. */
  readonly nodes: readonly IrNode[]
  /** Members besides the last that are written out too. */
  readonly also: readonly IrNode[]
  /** A matrix product that only the group reads: the group is what happens to its elements before they are written. */
  readonly product: IrNode | null
}

export interface FuseLimits {
  /** Most tensors that one kernel reads. */
  readonly maxOperands: number
  /** Most tensors that one kernel writes. */
  readonly maxOutputs: number
}

/** Longest chain in one kernel: keeps planning linear and kernels readable. */
const MAX_FUSED = 24
/** Tensors that a product's epilogue reads besides the product: a bias, a gate, one more. */
const MAX_EPILOGUE_OPERANDS = 3

interface Chain {
  nodes: readonly IrNode[]
}

const shapeOf = (node: IrNode): StaticShape => node.type.shape as StaticShape
const sameSizes = (a: StaticShape, b: StaticShape): boolean => a.length === b.length && a.every((d, i) => d === b[i])

/**
 * @param kept ids whose memory is read after the run
 * @param taken ids of nodes that run together with others already
 */
export function fuse(
  nodes: readonly IrNode[],
  kept: ReadonlySet<number>,
  taken: ReadonlySet<number>,
  limits: FuseLimits
): ReadonlyMap<number, Group> {
  const readers = Array.from(nodes, () => [] as number[])
  for (const node of nodes) for (const input of new Set(node.inputs)) (readers[input] as number[]).push(node.id)
  const chains = new Map<number, Chain>()

  /** Members that must be written out; null where one of them is read before the chain runs. */
  const exposed = (chain: readonly IrNode[]): IrNode[] | null => {
    const inside = new Set(chain.map((n) => n.id))
    const last = (chain.at(-1) as IrNode).id
    const found: IrNode[] = []
    for (const member of chain) {
      if (member.id === last) continue
      const others = (readers[member.id] as number[]).filter((id) => !inside.has(id))
      if (others.some((id) => id < last)) return null
      if (others.length > 0 || kept.has(member.id)) found.push(member)
    }
    return found
  }
  const joined = (a: Chain, b: Chain): readonly IrNode[] | null => {
    const all = [...a.nodes, ...b.nodes]
    if (all.length > MAX_FUSED) return null
    all.sort((p, q) => p.id - q.id)
    const out = exposed(all)
    if (!out || out.length >= limits.maxOutputs) return null
    return tensorsRead(all, nodes).size <= limits.maxOperands ? all : null
  }

  for (const node of nodes) {
    if (opOf(node.op)?.scalar === undefined || taken.has(node.id)) continue
    const chain: Chain = { nodes: [node] }
    chains.set(node.id, chain)
    for (const input of new Set(node.inputs)) {
      const before = chains.get(input)
      if (!before || before === chain || !sameSizes(shapeOf(nodes[input] as IrNode), shapeOf(node))) continue
      const all = joined(before, chain)
      if (!all) continue
      chain.nodes = all
      for (const member of all) chains.set(member.id, chain)
    }
  }

  const groups = new Map<number, Group>()
  for (const { nodes: members } of new Set(chains.values())) {
    const last = members.at(-1) as IrNode
    const also = exposed(members) ?? []
    const product = also.length === 0 ? productBefore(members, { nodes, readers, kept, limits }) : null
    groups.set(last.id, { nodes: members, also, product })
  }
  return groups
}

/** Ids of the tensors that a chain reads from outside; numbers are written into the kernel. */
function tensorsRead(chain: readonly IrNode[], nodes: readonly IrNode[]): Set<number> {
  const inside = new Set(chain.map((n) => n.id))
  const read = new Set<number>()
  for (const { inputs } of chain)
    for (const i of inputs) if (!inside.has(i) && fillOf(nodes[i] as IrNode) === null) read.add(i)
  return read
}

interface Surroundings {
  readonly nodes: readonly IrNode[]
  readonly readers: readonly (readonly number[])[]
  readonly kept: ReadonlySet<number>
  readonly limits: FuseLimits
}

/** The product whose elements a chain finishes, if there is one. Of several the last, which is the nearest. */
function productBefore(chain: readonly IrNode[], { nodes, readers, kept, limits }: Surroundings): IrNode | null {
  const read = tensorsRead(chain, nodes)
  const others = read.size - 1
  if (others > MAX_EPILOGUE_OPERANDS || others + 2 > limits.maxOperands) return null
  const inside = new Set(chain.map((n) => n.id))
  const shape = shapeOf(chain.at(-1) as IrNode)
  let found: IrNode | null = null
  for (const id of read) {
    const node = nodes[id] as IrNode
    if (node.op !== 'BatchMatMul' || kept.has(id) || id < (found?.id ?? 0)) continue
    if (sameSizes(shapeOf(node), shape) && (readers[id] as readonly number[]).every((r) => inside.has(r))) found = node
  }
  return found
}
