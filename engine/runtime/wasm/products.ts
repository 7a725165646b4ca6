/** Matrix products by the compiled kernel, shared out among threads by blocks of the result, or by products. */
import type { ProductStep } from '../../compile/plan.ts'
import { type StaticShape, sizeOf } from '../../shape.ts'
import { type Gemm, type Kernel, productKernel } from '../array-kernels.ts'
import type { Code, Machine } from './machine.ts'

/** Columns of a panel of B. */
const COLUMNS = 8
/** Panels of A that are walked through for one of B: 96 rows, 256 deep, are 96 kB, a part of a second-level cache. */
const HIGH = 16
/** Operations that are worth a thread of their own: some twenty-five microseconds. */
const WORTH_A_THREAD = 1_500_000
/** Operations of a part of a product: some fifty microseconds and more, else to be taken costs too much of it. */
const LEAST_PART = 3_000_000
/** Parts for each thread: where one is held up, others do its share. */
const PARTS = 8
/** Most rows and columns that are packed at once, and numbers of both, where they are no more than one depth of panels. */
const [MOST_ROWS, MOST_COLUMNS, MOST_NUMBERS] = [2048, 2048, 2 ** 19]
/** Most bytes that a thread packs by itself. */
const MOST_OWN = 2 ** 20

/** How C is cut: into parts of that many panels of A and of B. */
interface Parts {
  readonly high: number
  readonly broad: number
  readonly count: number
}

export class Products {
  readonly #code: Code
  readonly #machine: Machine
  /** Where operands are packed: a tile for each thread, then panels. */
  #scratch: ReturnType<Machine['heap']['allocate']>
  #bytes = 0

  constructor(code: Code, machine: Machine) {
    this.#code = code
    this.#machine = machine
    this.#scratch = machine.heap.allocate(0)
  }

  #ask(name: 'depthOf' | 'packedBytes' | 'packs' | 'panelsOfA' | 'tileBytes', ...of: number[]): number {
    return this.#code.get(name)(...of) as number
  }

  /** Bytes that a thread needs for a small product of its own: a multiple of a cache line. */
  #own(m: number, n: number, k: number): number {
    return Math.ceil((this.#ask('tileBytes') + this.#ask('packedBytes', m, n, k)) / 64) * 64
  }

  /** How deep to pack at once. Sums are put aside at the same depths, however many pieces there are. */
  #depth(rows: number, columns: number, k: number): number {
    const step = this.#ask('depthOf', k)
    return Math.min(k, step * Math.max(1, Math.floor(MOST_NUMBERS / (step * (rows + columns)))))
  }

  get #tiles(): number {
    return this.#machine.threads * this.#ask('tileBytes')
  }

  /** Makes room for these products. */
  prepare(steps: readonly ProductStep[]): void {
    const needs = steps.map((step) => {
      const { m, n, k } = step
      const rows = Math.min(sizeOf(step.shape.slice(0, -2)) * m, MOST_ROWS)
      const columns = Math.min(n, MOST_COLUMNS)
      const whole = this.#ask('packedBytes', rows, columns, this.#depth(rows, columns, k))
      const own = this.#own(m, n, k)
      return Math.max(this.#tiles + whole, own <= MOST_OWN ? own * this.#machine.threads : 0)
    })
    const bytes = Math.max(0, ...needs)
    if (bytes <= this.#bytes) return
    const { heap } = this.#machine
    // the new before the old is given back: where there is no room for it, what is loaded goes on with the old
    const scratch = heap.allocate(Math.ceil(bytes / 4))
    heap.free(this.#scratch)
    this.#scratch = scratch
    this.#bytes = bytes
  }

  kernel(step: ProductStep): Kernel {
    const [a, b] = step.operands.map((o) => o.shape) as [StaticShape, StaticShape, ...StaticShape[]]
    const lead = step.shape.slice(0, -2)
    const count = sizeOf(lead)
    const { m, n, k, transA, transB } = step
    const [nextA, nextB] = [stepOf(a, lead), stepOf(b, lead)]
    // a shared right-hand matrix makes one tall product, which the general kernel knows
    const tall = nextB === 0 && !transA
    const own = this.#own(m, n, k)
    if (count === 1 || tall || k === 0 || nextA === null || nextB === null || own > MOST_OWN)
      return productKernel(step, this.#gemm)
    const [rowA, columnA] = transA ? [1, m] : [k, 1]
    const [rowB, columnB] = transB ? [1, k] : [n, 1]
    const parts = this.#partsOf(2 * count * m * n * k)
    return (out, [x, y]) => {
      const left = [(x as Float32Array).byteOffset, nextA, rowA, columnA]
      const right = [(y as Float32Array).byteOffset, nextB, rowB, columnB]
      const more = [out.byteOffset, m * n, this.#scratch.offset, own]
      this.#code.run('gemm', [m, n, k, ...left, ...right, ...more], count, { parts })
    }
  }

  /** How many parts so much work is cut into; one where it is no work for several threads. */
  #partsOf(operations: number): number {
    const { threads } = this.#machine
    if (Math.min(threads, Math.floor(operations / WORTH_A_THREAD)) <= 1) return 1
    return Math.max(threads, Math.min(PARTS * threads, Math.floor(operations / LEAST_PART)))
  }

  readonly #gemm: Gemm = (m, n, k, a, b, c, offset) => {
    if (k === 0) {
      c.fill(0, offset, offset + m * n)
      return
    }
    const step = this.#ask('depthOf', k)
    for (let row = 0; row < m; row += MOST_ROWS) {
      for (let column = 0; column < n; column += MOST_COLUMNS) {
        const [rows, columns] = [Math.min(MOST_ROWS, m - row), Math.min(MOST_COLUMNS, n - column)]
        const to = c.byteOffset + 4 * (offset + row * n + column)
        const depth = this.#depth(rows, columns, k)
        for (let from = 0; from < k; from += depth) {
          const deep = Math.min(depth, k - from)
          const left = a.data.byteOffset + 4 * (a.offset + row * a.row + from * a.column)
          const right = b.data.byteOffset + 4 * (b.offset + from * b.row + column * b.column)
          const panels = this.#scratch.offset + this.#tiles
          const size = [panels, rows, columns, deep, step]
          const parts = this.#partsOf(2 * rows * columns * deep)
          const operands = [left, a.row, a.column, right, b.row, b.column]
          this.#code.run('pack', [...size, ...operands], this.#ask('packs', rows, columns), { parts })
          const { high, broad, count } = this.#cut(rows, columns, parts)
          const result = [to, n, from === 0 ? 1 : 0, this.#scratch.offset, high, broad]
          this.#code.run('multiply', [...size, ...result], count, { parts: count })
        }
      }
    }
  }

  /** About `parts` parts of C, as high as goes well through the caches. */
  #cut(m: number, n: number, parts: number): Parts {
    const [panelsA, panelsB] = [this.#ask('panelsOfA', m), Math.ceil(n / COLUMNS)]
    const down = Math.ceil(panelsA / HIGH)
    const beside = Math.max(1, Math.min(panelsB, Math.ceil(parts / down)))
    const [high, broad] = [Math.ceil(panelsA / down), Math.ceil(panelsB / beside)]
    return { high, broad, count: Math.ceil(panelsA / high) * Math.ceil(panelsB / broad) }
  }
}

/** Elements from one matrix to the next, over all leading axes; 0 where it is always the same, null where neither. */
function stepOf(shape: StaticShape, lead: StaticShape): number | null {
  const own = shape.slice(0, -2)
  if (sizeOf(own) === 1) return 0
  return sizeOf(own) === sizeOf(lead) ? sizeOf(shape.slice(-2)) : null
}
