/**
 * Local derivatives: how the outputs of one step change with one element of one of its inputs.
 *
 * That column of the Jacobian is carried forward through the step's IR as a sparse tensor. Elementwise operators take
 * their derivative from their own `vjp`, asked at the few elements in question; matrix products are written out; any
 * other operator is differentiated twice: its `vjp` is linear in the upstream gradient, so the derivative of
 * e · vjp(u) by u is the Jacobian's column (Townsend, "A new trick for calculating Jacobian vector products", 2017).
 */
import { backward } from '../../compile/backward.ts'
import { compile } from '../../compile/compile.ts'
import { Builder, type Value } from '../../ir/builder.ts'
import type { IrNode, TensorType } from '../../ir/types.ts'
import { opOf } from '../../ops/registry.ts'
import { ReferenceExecutor } from '../../runtime/reference.ts'
import { bindShape, broadcastAxes, type StaticShape, sizeOf, stridesOf } from '../../shape.ts'
import type { Numbers } from '../../tensor.ts'

/** Numbers by flat index; what is absent is 0. Zeros that were computed stay, so that they can be shown. */
export type Sparse = ReadonlyMap<number, number>

/** Most elements that an operator may have for its column to be asked for densely. */
const MOST = 400_000

export interface Ground {
  readonly batch: number
  /** Forward numbers of the run, by IR id. */
  readonly read: (id: number) => Promise<Numbers>
}

export function coordinatesOf(flat: number, shape: StaticShape): number[] {
  const at = new Array<number>(shape.length)
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    at[axis] = rest % (shape[axis] as number)
    rest = Math.floor(rest / (shape[axis] as number))
  }
  return at
}

export const flatOf = (at: readonly number[], shape: StaticShape): number =>
  stridesOf(shape).reduce((sum, stride, i) => sum + stride * (at[i] as number), 0)

/** The element of a (broadcast) input that an element of the output reads. */
export const broadcastCell = (at: readonly number[], shape: StaticShape): number => broadcastCells(shape)(at)

/** The same, for many elements. */
function broadcastCells(shape: StaticShape): (at: readonly number[]) => number {
  const strides = stridesOf(shape).map((stride, i) => (shape[i] === 1 ? 0 : stride))
  return (at) => {
    let flat = 0
    for (let i = strides.length - 1, j = at.length - 1; i >= 0; i--, j--)
      flat += (strides[i] as number) * (at[j] as number)
    return flat
  }
}

/** Flat indices along one axis, which are evenly spaced: from the first two. */
export function evenly(cell: (k: number) => number, length: number): (k: number) => number {
  const first = cell(0)
  const step = length > 1 ? cell(1) - first : 0
  return (k) => first + k * step
}

/** Coordinates over `ranges`, in row-major order. */
function* product(ranges: readonly (readonly number[])[]): Iterable<number[]> {
  const [first, ...rest] = ranges
  if (!first) {
    yield []
    return
  }
  for (const i of first) for (const after of product(rest)) yield [i, ...after]
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** The elements of a shape that an element of a tensor broadcast to it goes to. */
function* spread(flat: number, from: StaticShape, to: StaticShape): Iterable<number> {
  const repeated = new Set(broadcastAxes(from, to))
  if (repeated.size === 0 && from.length === to.length) {
    yield flat
    return
  }
  const at = coordinatesOf(flat, from)
  const lead = to.length - from.length
  for (const cell of product(to.map((d, i) => (repeated.has(i) ? upTo(d) : [at[i - lead] as number]))))
    yield flatOf(cell, to)
}

interface Operand {
  readonly shape: StaticShape
  readonly data: Numbers
}

/** A node of the step with the numbers that went into it. */
interface Site {
  readonly node: IrNode
  readonly shape: StaticShape
  readonly operands: readonly Operand[]
  readonly types: readonly TensorType[]
}

/** Runs a small graph in float64 and reads one result. */
async function compute(
  b: Builder,
  wanted: Value,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
  batch: number
): Promise<Numbers> {
  const compiled = compile(b.graph(), { batch, wanted: [wanted.id] })
  const program = await new ReferenceExecutor().load(compiled.plan)
  await program.run(feeds)
  return program.read(compiled.idOf(wanted.id))
}

/** d out / d input at each of the gathered elements, from the operator's own vjp. */
async function slopes({ node }: Site, args: readonly Float64Array[], input: number): Promise<Numbers | null> {
  const n = args[0]?.length ?? 0
  const b = new Builder(opOf)
  const values = args.map((_, i) => b.feed(`a${i}`, [n], 'float'))
  const out = b.emit(node.op, values, node.attributes)
  const gradient = backward(b, out, new Set([(values[input] as Value).id])).get((values[input] as Value).id)
  return gradient ? compute(b, gradient, Object.fromEntries(args.map((a, i) => [`a${i}`, a])), 1) : null
}

async function throughElementwise(site: Site, input: number, tangent: Sparse): Promise<Sparse> {
  const from = site.operands[input] as Operand
  const cells: number[] = []
  const factors: number[] = []
  for (const [flat, factor] of tangent) {
    for (const cell of spread(flat, from.shape, site.shape)) {
      cells.push(cell)
      factors.push(factor)
    }
  }
  const coordinates = cells.map((cell) => coordinatesOf(cell, site.shape))
  const args = site.operands.map(({ shape, data }) => {
    const cellAt = broadcastCells(shape)
    return Float64Array.from(coordinates, (at) => data[cellAt(at)] as number)
  })
  const found = await slopes(site, args, input)
  return new Map(cells.map((cell, i) => [cell, found ? (factors[i] as number) * (found[i] as number) : 0]))
}

/** Matrices as NumPy counts them: a vector is a row on the left and a column on the right. */
export interface ProductView {
  readonly a: StaticShape
  readonly b: StaticShape
  readonly out: StaticShape
  readonly transA: boolean
  readonly transB: boolean
}

export function productView(
  a: StaticShape,
  b: StaticShape,
  attributes: { readonly transA?: unknown; readonly transB?: unknown } = {}
): ProductView {
  const left = a.length === 1 ? [1, ...a] : a
  const right = b.length === 1 ? [...b, 1] : b
  const [transA, transB] = [attributes.transA === true, attributes.transB === true]
  const lead = Math.max(left.length, right.length) - 2
  const leading = upTo(lead).map((i) => {
    const [x, y] = [left[i - lead - 2 + left.length] ?? 1, right[i - lead - 2 + right.length] ?? 1]
    return x === 1 ? y : x
  })
  const rows = left.at(transA ? -1 : -2) as number
  const columns = right.at(transB ? -2 : -1) as number
  return { a: left, b: right, out: [...leading, rows, columns], transA, transB }
}

/** y[l, i, j] = Σ a[l, i, k] · b[l, k, j] */
function throughProduct({ node, operands }: Site, input: number, tangent: Sparse): Sparse {
  const [x, w] = operands as [Operand, Operand]
  const view = productView(x.shape, w.shape, node.attributes)
  const [own, other] = input === 0 ? [view.a, view.b] : [view.b, view.a]
  const otherData = (input === 0 ? w : x).data
  const [ownTurned, otherTurned] = input === 0 ? [view.transA, view.transB] : [view.transB, view.transA]
  const lead = view.out.slice(0, -2)
  const free = view.out.at(input === 0 ? -1 : -2) as number
  const result = new Map<number, number>()
  for (const [flat, factor] of tangent) {
    const at = coordinatesOf(flat, own)
    let [row, column] = at.slice(-2) as [number, number]
    if (ownTurned) [row, column] = [column, row]
    const [kept, inner] = input === 0 ? [row, column] : [column, row]
    const wholes = lead.map((d, i) => {
      const axis = i - lead.length + own.length - 2
      return axis < 0 || own[axis] === 1 ? upTo(d) : [at[axis] as number]
    })
    for (const l of product(wholes)) {
      const cellAt = evenly((j) => {
        const pair = input === 0 ? [inner, j] : [j, inner]
        return broadcastCell([...l, ...(otherTurned ? pair.reverse() : pair)], other)
      }, free)
      const outAt = evenly((j) => flatOf([...l, ...(input === 0 ? [kept, j] : [j, kept])], view.out), free)
      for (let j = 0; j < free; j++) {
        const out = outAt(j)
        result.set(out, (result.get(out) ?? 0) + factor * (otherData[cellAt(j)] as number))
      }
    }
  }
  return result
}

/** Any operator: the derivative of e · vjp(u) by u. Null where it is too large, or nothing passes. */
async function throughAny(site: Site, input: number, tangent: Sparse, batch: number): Promise<Sparse | null> {
  const { node, operands, types, shape } = site
  if (operands.reduce((sum, { data }) => sum + data.length, sizeOf(shape)) > MOST) return null
  const b = new Builder(opOf)
  // with the batch left open, since attributes may name it
  const values = types.map((type, i) => b.leaf('Feed', type, { name: `a${i}` }))
  const wanted = values[input] as Value
  const out = b.emit(node.op, values, node.attributes)
  const upstream = b.feed('upstream', node.type.shape)
  const gradient = backward(b, out, new Set([wanted.id]), upstream).get(wanted.id)
  if (!gradient) return new Map()
  const direction = b.feed('direction', wanted.type.shape)
  const column = backward(b, b.sum(b.mul(gradient, direction)), new Set([upstream.id])).get(upstream.id)
  if (!column) return new Map()
  const e = new Float64Array((operands[input] as Operand).data.length)
  for (const [flat, factor] of tangent) e[flat] = factor
  const feeds = { ...Object.fromEntries(operands.map(({ data }, i) => [`a${i}`, data])), direction: e }
  const data = await compute(b, column, { ...feeds, upstream: new Float64Array(sizeOf(shape)) }, batch)
  return new Map([...data].flatMap((x, i) => (x === 0 ? [] : [[i, x] as const])))
}

async function through(site: Site, input: number, tangent: Sparse, batch: number): Promise<Sparse | null> {
  const op = opOf(site.node.op)
  if (!op?.vjp || site.node.type.dtype !== 'float') return new Map()
  if (op.view || op.kind === 'Identity') return tangent
  if (op.kind === 'MatMul' || op.kind === 'BatchMatMul') return throughProduct(site, input, tangent)
  if (op.scalar) return throughElementwise(site, input, tangent)
  return throughAny(site, input, tangent, batch)
}

/**
 * d (every value of the step) / d (one element of one of its inputs), by IR id.
 *
 * @param nodes the step's IR in order, without its inputs
 * @param from IR id of the input, and the flat index of the element
 * @returns null where it would take too long
 */
export async function column(
  ground: Ground,
  all: readonly IrNode[],
  nodes: readonly IrNode[],
  from: number,
  cell: number
): Promise<ReadonlyMap<number, Sparse> | null> {
  const tangents = new Map<number, Sparse>([[from, new Map([[cell, 1]])]])
  const shapeOf = (id: number): StaticShape => bindShape((all[id] as IrNode).type.shape, ground.batch)
  for (const node of nodes) {
    if (node.id === from || !node.inputs.some((id) => tangents.has(id))) continue
    const operands: Operand[] = []
    for (const id of node.inputs) operands.push({ shape: shapeOf(id), data: await ground.read(id) })
    const types = node.inputs.map((id) => (all[id] as IrNode).type)
    const site: Site = { node, shape: shapeOf(node.id), operands, types }
    const total = new Map<number, number>()
    for (const [i, id] of node.inputs.entries()) {
      const tangent = tangents.get(id)
      if (!tangent) continue
      const part = await through(site, i, tangent, ground.batch)
      if (!part) return null
      for (const [flat, value] of part) total.set(flat, (total.get(flat) ?? 0) + value)
    }
    tangents.set(node.id, total)
  }
  return tangents
}
