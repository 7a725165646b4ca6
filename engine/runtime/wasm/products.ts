/** Matrix products by the compiled kernel, shared out among threads by rows, columns or products. */
import type { ProductStep } from '../../compile/plan.ts'
import { type StaticShape, sizeOf } from '../../shape.ts'
import { type Gemm, type Kernel, productKernel } from '../array-kernels.ts'
import { type Code, type Machine, stretches } from './machine.ts'

/** Rows and columns of the block that the compiled product keeps in registers. */
const [ROWS, COLUMNS] = [6, 8]
/** Operations that are worth a thread of their own: some twenty-five microseconds. */
const WORTH_A_THREAD = 1_500_000
/** Columns that are packed at once: a thread needs a kilobyte for each. Wider products are done panel by panel. */
const PANEL = 8192

/** A matrix: pointer, elements from row to row and from column to column, and to the same matrix of the next product. */
interface Matrix {
  readonly at: number
  readonly row: number
  readonly column: number
  readonly next: number
}

/** What one thread does of a product, or of several: m × n × k, from these matrices, to the pointer `at`. */
interface Share {
  readonly count: number
  readonly size: readonly [number, number, number]
  readonly left: Matrix
  readonly right: Matrix
  readonly at: number
}

export class Products {
  readonly #code: Code
  readonly #machine: Machine
  /** Each thread packs panels into memory of its own. */
  #scratch: ReturnType<Machine['heap']['allocate']>
  #each = 0

  constructor(code: Code, machine: Machine) {
    this.#code = code
    this.#machine = machine
    this.#scratch = machine.heap.allocate(0)
  }

  /** Makes room for products of that width. */
  prepare(widest: number): void {
    const bytes = this.#code.get('scratch')(Math.min(widest, PANEL)) as number
    if (bytes <= this.#each) return
    const { heap, threads } = this.#machine
    // the new before the old is given back: where there is no room for it, what is loaded goes on with the old
    const scratch = heap.allocate((bytes / 4) * threads)
    heap.free(this.#scratch)
    this.#scratch = scratch
    this.#each = bytes
  }

  kernel(step: ProductStep): Kernel {
    const [a, b] = step.operands.map((o) => o.shape) as [StaticShape, StaticShape, ...StaticShape[]]
    const lead = step.shape.slice(0, -2)
    const count = sizeOf(lead)
    const { m, n, k, transA, transB } = step
    const [nextA, nextB] = [stepOf(a, lead), stepOf(b, lead)]
    // a shared right-hand matrix makes one tall product, which the general kernel knows
    const tall = nextB === 0 && !transA
    if (count === 1 || tall || k === 0 || nextA === null || nextB === null) return productKernel(step, this.#gemm)
    return (out, [x, y]) => {
      const left = { at: (x as Float32Array).byteOffset, row: transA ? 1 : k, column: transA ? m : 1, next: nextA }
      const right = { at: (y as Float32Array).byteOffset, row: transB ? 1 : n, column: transB ? k : 1, next: nextB }
      const parts = Math.min(this.#machine.threads, Math.floor((2 * count * m * n * k) / WORTH_A_THREAD))
      const shares = stretches(count, parts).map(([from, to]) => ({
        count: to - from,
        size: [m, n, k] as const,
        left: { ...left, at: left.at + 4 * from * nextA },
        right: { ...right, at: right.at + 4 * from * nextB },
        at: out.byteOffset + 4 * from * m * n
      }))
      this.#run(shares, n, m * n)
    }
  }

  readonly #gemm: Gemm = (m, n, k, a, b, c, offset) => {
    if (k === 0) {
      c.fill(0, offset, offset + m * n)
      return
    }
    const parts = Math.min(this.#machine.threads, Math.floor((2 * m * n * k) / WORTH_A_THREAD))
    // what is not cut is packed by every thread: the shorter side
    const byRows = m >= n
    const cuts = byRows ? stretches(m, parts, ROWS) : stretches(n, parts, COLUMNS)
    const shares = cuts.map(([from, to]) => {
      const [row, column] = byRows ? [from, 0] : [0, from]
      return {
        count: 1,
        size: byRows ? ([to - from, n, k] as const) : ([m, to - from, k] as const),
        left: { at: a.data.byteOffset + 4 * (a.offset + row * a.row), row: a.row, column: a.column, next: 0 },
        right: { at: b.data.byteOffset + 4 * (b.offset + column * b.column), row: b.row, column: b.column, next: 0 },
        at: c.byteOffset + 4 * (offset + row * n + column)
      }
    })
    this.#run(shares, n, 0)
  }

  /** One share for each thread; `row` and `next` are the strides of the result. */
  #run(shares: readonly Share[], row: number, next: number): void {
    const widest = Math.max(...shares.map(({ size }) => size[1]))
    for (let from = 0; from < widest; from += PANEL) this.#panel(shares, from, row, next)
  }

  #panel(shares: readonly Share[], from: number, row: number, next: number): void {
    const numbers = ({ at, row: r, column, next: n }: Matrix): number[] => [at, n, r, column]
    const lists = shares
      .filter(({ size }) => size[1] > from)
      .map(({ count, size: [m, n, k], left, right, at }, thread) => [
        ...[count, m, Math.min(PANEL, n - from), k],
        ...numbers(left),
        ...numbers({ ...right, at: right.at + 4 * from * right.column }),
        ...[at + 4 * from, next, row],
        this.#scratch.offset + thread * this.#each
      ])
    this.#code.run('gemm', ...lists)
  }
}

/** Elements from one matrix to the next, over all leading axes; 0 where it is always the same, null where neither. */
function stepOf(shape: StaticShape, lead: StaticShape): number | null {
  const own = shape.slice(0, -2)
  if (sizeOf(own) === 1) return 0
  return sizeOf(own) === sizeOf(lead) ? sizeOf(shape.slice(-2)) : null
}
