/**
 * Tensors larger than a device takes for one (a texture of WebGL2 has 2²⁴ numbers) are held and computed in pieces: equal
 * numbers of rows of their first axis. What is done with such a tensor is done with each piece (elementwise operators,
 * weights and the states of an optimizer), or gives a piece of something smaller, which is put together:
 *
 *     x·W = Σᵢ x[:, i]·Wᵢ        g·Wᵀ = [g·W₁ᵀ, g·W₂ᵀ, …]        (xᵀ·g)ᵢ = x[:, i]ᵀ·g        ΣW = Σᵢ ΣWᵢ
 *
 * Where an operator can do none of these the pieces are joined, and the device refuses the whole as it would have.
 */
import { Builder, type Value } from '../ir/builder.ts'
import { type IrGraph, type IrNode, isLeaf } from '../ir/types.ts'
import { opOf } from '../ops/registry.ts'
import { type StaticShape, sameShape, sizeOf } from '../shape.ts'
import { fillOf } from './fold.ts'
import { emit, type Passed } from './passes.ts'

/** Numbers `from` up to `to` of a variable, flat, that are a variable of their own. */
export interface Piece {
  readonly name: string
  readonly from: number
  readonly to: number
}

export interface Split extends Passed {
  /** Ids of the pieces of what is asked for and is too large, by its old id: it has no new one. */
  readonly parts: ReadonlyMap<number, readonly number[]>
  readonly updates: ReadonlyMap<string, number>
  /** By variable, in order. */
  readonly pieces: ReadonlyMap<string, readonly Piece[]>
}

type Parts = readonly Value[]

const shapeOf = ({ type }: Value): StaticShape => type.shape as StaticShape

/** Rows of each piece; null where one row is too large already. */
function cutsOf([rows = 0, ...row]: StaticShape, most: number): readonly number[] | null {
  const fit = Math.floor(most / sizeOf(row))
  if (fit < 1) return null
  const each = Math.ceil(rows / Math.ceil(rows / fit))
  return Array.from({ length: Math.ceil(rows / each) }, (_, i) => Math.min(each, rows - i * each))
}

const startsOf = (sizes: readonly number[]): readonly number[] =>
  sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0))

function piecesOf(name: string, shape: StaticShape, sizes: readonly number[]): readonly Piece[] {
  const row = sizeOf(shape.slice(1))
  const starts = startsOf(sizes)
  return sizes.map((size, i) => {
    const from = (starts[i] as number) * row
    return { name: `#piece.${i}.${name}`, from, to: from + size * row }
  })
}

/**
 * @param wanted ids that are read after the run
 * @param updates variable name → id of its value after the run
 * @param most numbers of one tensor
 */
export function split(
  ir: IrGraph,
  wanted: readonly number[],
  updates: ReadonlyMap<string, number>,
  most = Number.POSITIVE_INFINITY
): Split {
  const tooLarge = (id: number): boolean => sizeOf((ir.nodes[id] as IrNode).type.shape as StaticShape) > most
  if (most === Number.POSITIVE_INFINITY || !ir.nodes.some(({ id }) => tooLarge(id)))
    return { ir, to: Int32Array.from(ir.nodes.keys()), parts: new Map(), updates, pieces: new Map() }

  const b = new Builder(opOf)
  const to = new Int32Array(ir.nodes.length).fill(-1)
  const parted = new Map<number, Parts>()
  const pieces = new Map<string, readonly Piece[]>()
  /** The node as one tensor: its pieces joined, where it has any. */
  const whole = (id: number): Value => {
    if (to[id] === -1) to[id] = b.emit('Concat', parted.get(id) as Parts, { axis: 0 }).id
    return b.value(to[id] as number)
  }
  for (const node of ir.nodes) {
    b.origin = node.origin
    b.phase = node.phase
    const shape = node.type.shape as StaticShape
    const sizes = tooLarge(node.id) ? cutsOf(shape, most) : null
    if (sizes && node.op === 'Variable') {
      const name = node.attributes.name as string
      pieces.set(name, piecesOf(name, shape, sizes))
    }
    const made = sizes && inParts(b, node, sizes, { parted, whole, pieces })
    if (made) {
      parted.set(node.id, made)
      continue
    }
    const one = joined(b, node, { parted, whole }) ?? emit(b, node, node.inputs.map(whole), node.type, node.attributes)
    to[node.id] = one.id
  }
  const own = new Map<string, number>()
  for (const [name, id] of updates) {
    const parts = parted.get(id)
    if (!parts) own.set(name, whole(id).id)
    else {
      const held = piecesOf(
        name,
        (ir.nodes[id] as IrNode).type.shape as StaticShape,
        parts.map((p) => shapeOf(p)[0] as number)
      )
      pieces.set(name, held)
      for (const [i, part] of parts.entries()) own.set((held[i] as Piece).name, part.id)
    }
  }
  const asked = wanted.flatMap((id) => {
    const parts = parted.get(id)
    if (parts) return [[id, parts.map((p) => p.id)] as const]
    whole(id)
    return []
  })
  return { ir: b.graph(), to, parts: new Map(asked), updates: own, pieces }
}

interface So {
  readonly parted: ReadonlyMap<number, Parts>
  readonly whole: (id: number) => Value
}

/** The pieces of a node that is too large; null where they cannot be computed one by one. */
function inParts(
  b: Builder,
  node: IrNode,
  sizes: readonly number[],
  { parted, whole, pieces }: So & { readonly pieces: ReadonlyMap<string, readonly Piece[]> }
): Parts | null {
  const [rows = 0, ...row] = node.type.shape as StaticShape
  const starts = startsOf(sizes)
  const typeAt = (i: number) => ({ ...node.type, shape: [sizes[i] as number, ...row] })
  const each = (make: (i: number) => Value): Parts => sizes.map((_, i) => make(i))
  const rowsOf = (x: Value, axis: number, i: number): Value =>
    b.emit('Piece', [x], { axis, start: starts[i] as number, size: sizes[i] as number })
  /** What piece i reads of an operand that is broadcast to the shape of the node. */
  const operand = (id: number, i: number): Value => {
    const parts = parted.get(id)
    if (parts?.length === sizes.length) return parts[i] as Value
    const x = whole(id)
    const along = x.type.shape.length === row.length + 1 && x.type.shape[0] === rows
    return along ? rowsOf(x, 0, i) : x
  }
  if (node.op === 'Variable') {
    const held = pieces.get(node.attributes.name as string) as readonly Piece[]
    return each((i) => b.leaf('Variable', typeAt(i), { ...node.attributes, name: (held[i] as Piece).name }))
  }
  if (isLeaf(node.op)) return fillOf(node) === null ? null : each((i) => b.leaf('Const', typeAt(i), node.attributes))
  if (opOf(node.op)?.scalar)
    return each((i) =>
      b.emit(
        node.op,
        node.inputs.map((id) => operand(id, i)),
        node.attributes
      )
    )
  if (node.op === 'BroadcastTo')
    return each((i) => b.expand(operand(node.inputs[0] as number, i), [sizes[i] as number, ...row]))
  if (node.op === 'BatchMatMul' && row.length === 1) {
    const [x, y] = node.inputs as readonly [number, number]
    const { transA } = node.attributes
    // columns of the second operand are columns of the product
    if (parted.has(y)) return null
    if (parted.has(x) && transA) return null
    const rowsOfX = (i: number) => (transA ? rowsOf(whole(x), 1, i) : operand(x, i))
    return each((i) => b.emit('BatchMatMul', [rowsOfX(i), whole(y)], node.attributes))
  }
  return null
}

/** A node that reads pieces and is not too large itself, computed from them; null where it needs the whole. */
function joined(b: Builder, node: IrNode, { parted, whole }: So): Value | null {
  const sum = (parts: Parts): Value => parts.reduce((a, part) => b.add(a, part))
  if (node.op === 'ReduceSum') {
    const parts = parted.get(node.inputs[0] as number)
    if (!parts) return null
    const axes = node.attributes.axes as readonly number[] | undefined
    const sums = parts.map((part) => b.emit('ReduceSum', [part], node.attributes))
    const rank = shapeOf(parts[0] as Value).length
    return !axes || axes.some((axis) => axis === 0 || axis === -rank) ? sum(sums) : b.emit('Concat', sums, { axis: 0 })
  }
  if (node.op !== 'BatchMatMul' || node.type.shape.length !== 2) return null
  const [x, y] = node.inputs as readonly [number, number]
  const { transA, transB } = node.attributes
  const [ofX, ofY] = [parted.get(x), parted.get(y)]
  if ((ofX && ofY) || !(ofX ?? ofY)) return null
  const parts = (ofX ?? ofY) as Parts
  const starts = startsOf(parts.map((p) => shapeOf(p)[0] as number))
  /** What a piece is multiplied by, of the operand that is whole. */
  const share = (other: Value, axis: number, i: number): Value =>
    b.emit('Piece', [other], { axis, start: starts[i] as number, size: shapeOf(parts[i] as Value)[0] as number })
  const product = (a: Value, c: Value): Value => b.emit('BatchMatMul', [a, c], node.attributes)
  if (ofX) {
    const other = whole(y)
    return transA
      ? sum(parts.map((part, i) => product(part, share(other, transB ? 1 : 0, i))))
      : b.emit(
          'Concat',
          parts.map((part) => product(part, other)),
          { axis: 0 }
        )
  }
  const other = whole(x)
  return transB
    ? b.emit(
        'Concat',
        parts.map((part) => product(other, part)),
        { axis: 1 }
      )
    : sum(parts.map((part, i) => product(share(other, transA ? 0 : 1, i), part)))
}

/** Whether two rows of pieces are cut at the same places. */
export const sameCuts = (a: readonly Piece[], b: readonly Piece[]): boolean =>
  sameShape(
    a.map((p) => p.to),
    b.map((p) => p.to)
  )
