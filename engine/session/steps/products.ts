/** Sums of products: which summands are shown, and matrices as boxes. */
import type { IrNode } from '../../ir/types.ts'
import { BATCH, type StaticShape } from '../../shape.ts'
import type { Numbers } from '../../tensor.ts'
import { broadcastCell, coordinatesOf, evenly, flatOf, productView } from './local.ts'
import type { Box, ShapeAlgebra, Term, Terms } from './types.ts'

/** Summands that are written out. */
const SHOWN = 4

const weight = ({ factors: [a, b] }: Term): number => {
  const size = Math.abs(a * b)
  return Number.isNaN(size) ? Number.POSITIVE_INFINITY : size
}

/** The heaviest summands in their own order, and the rest as one number. */
export function termsOf(all: readonly Term[]): Terms {
  const heaviest = new Set([...all].sort((a, b) => weight(b) - weight(a)).slice(0, SHOWN))
  const shown = all.filter((term) => heaviest.has(term))
  let [sum, rest] = [0, 0]
  for (const term of all) {
    const product = term.factors[0] * term.factors[1]
    sum += product
    if (!heaviest.has(term)) rest += product
  }
  return { shown, count: all.length, rest, sum }
}

interface Operand {
  readonly shape: StaticShape
  readonly data: Numbers
}

/** Row of a and column of b whose dot product is element `cell` of y[i, j] = Σ a[i, k] · b[k, j]. */
export function factorsOf(node: IrNode, [a, b]: readonly [Operand, Operand], cell: number) {
  const view = productView(a.shape, b.shape, node.attributes)
  // a vector's added axis has one place, so that the flat index stays the same
  const at = coordinatesOf(cell, view.out)
  const inner = view.a.at(view.transA ? -2 : -1) as number
  const cellsOf = (side: 0 | 1) => evenly((k) => operandCells(node, [a.shape, b.shape], cell, k)[side], inner)
  const [x, w] = [cellsOf(0), cellsOf(1)]
  const left = Float64Array.from({ length: inner }, (_, k) => a.data[x(k)] as number)
  const right = Float64Array.from({ length: inner }, (_, k) => b.data[w(k)] as number)
  return { view, at, left, right }
}

/** The same, summand by summand. */
export function dotProduct(
  node: IrNode,
  operands: readonly [Operand, Operand],
  shape: StaticShape,
  cell: number
): Terms {
  const { view, at, left, right } = factorsOf(node, operands, cell)
  if (flatOf(at, view.out) !== cell) throw new Error(`no element ${cell} in [${shape.join(', ')}]`)
  return termsOf(Array.from(left, (x, k): Term => ({ factors: [x, right[k] as number], at: [k], handle: 'out' })))
}

/** Elements of the operands that summand k of an element of the product multiplies. */
export function operandCells(
  node: IrNode,
  [a, b]: readonly [StaticShape, StaticShape],
  cell: number,
  k: number
): readonly [number, number] {
  const view = productView(a, b, node.attributes)
  const at = coordinatesOf(cell, view.out)
  const [row, column] = at.slice(-2) as [number, number]
  const lead = at.slice(0, -2)
  return [
    broadcastCell([...lead, ...(view.transA ? [k, row] : [row, k])], view.a),
    broadcastCell([...lead, ...(view.transB ? [column, k] : [k, column])], view.b)
  ]
}

interface Factor {
  readonly tex: string
  readonly shape: StaticShape
}

/** A matrix, or many of one size; turned over where it stands so. */
interface Matrix extends Factor {
  readonly turned: boolean
}

const turn = ({ tex, shape, turned }: Matrix): Matrix => ({
  tex,
  shape: [...shape.slice(0, -2), ...shape.slice(-2).reverse()],
  turned: !turned
})

const boxOf = ({ tex, shape, turned }: Matrix): Box => {
  const copies = shape.slice(0, -2).reduce((n, d) => n * d, 1)
  const box = { tex: turned ? `{${tex}}^{\\mathsf T}` : tex, shape: shape.slice(-2) }
  return copies === 1 ? box : { ...box, copies }
}

/** All but the last axis as one: what a dense layer does to each row. */
export const asRows = (shape: StaticShape): StaticShape =>
  shape.length < 3 ? shape : [shape.slice(0, -1).reduce((n, d) => n * d, 1), shape.at(-1) as number]

/** A product of matrices, as `transA` and `transB` say. */
export interface Factors {
  readonly a: Factor
  readonly b: Factor
  readonly y: Factor
  readonly transA?: boolean
  readonly transB?: boolean
}

/** The operands as they are multiplied. Null where they are no matrices, or not as many on both sides. */
function operandsOf({ a, b, y, transA = false, transB = false }: Factors): readonly [Matrix, Matrix, Matrix] | null {
  const rank = y.shape.length
  if (rank < 2 || [a, b].some(({ shape }) => shape.length !== rank)) return null
  if ([a, b].some(({ shape }) => shape.slice(0, -2).join() !== y.shape.slice(0, -2).join())) return null
  const of = (factor: Factor, turned: boolean): Matrix => {
    const matrix = { ...factor, turned: false }
    return turned ? turn(matrix) : matrix
  }
  return [of(a, transA), of(b, transB), of(y, false)]
}

/** Y = A·B as boxes. */
export function forwardShapes(factors: Factors): ShapeAlgebra | null {
  const found = operandsOf(factors)
  if (!found) return null
  const [a, b, y] = found
  return { factors: [boxOf(a), boxOf(b)], result: boxOf(y) }
}

/** dA = dY·Bᵀ, dB = Aᵀ·dY as boxes; both turned over where the operand was. */
export function backwardShapes(input: 0 | 1, factors: Factors, gradient: string): ShapeAlgebra | null {
  const found = operandsOf(factors)
  if (!found) return null
  const [a, b, dy] = found
  const own = input === 0 ? a : b
  const parts = input === 0 ? [dy, turn(b)] : [turn(a), dy]
  const product = own.turned ? parts.map(turn).reverse() : parts
  const result = { ...(input === 0 ? factors.a : factors.b), turned: false }
  return { factors: product.map(boxOf), result: boxOf({ ...result, tex: gradient }) }
}

/** What the summands of each sample add up to; null where the output has no row for each. */
export function sharesOfSamples(terms: readonly Term[], outputs: readonly IrNode[], batch: number): number[] | null {
  if (outputs.some(({ type }) => type.shape[0] !== BATCH)) return null
  const shares = new Array<number>(batch).fill(0)
  for (const {
    at: [sample = 0],
    factors: [upstream, local]
  } of terms)
    shares[sample] = (shares[sample] as number) + upstream * local
  return shares
}
