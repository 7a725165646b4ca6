/** Matrix products by the compiled kernel, shared out among threads by blocks of the result, or by products. */
import type { ProductStep } from '../../compile/plan.ts'
import { type StaticShape, sizeOf } from '../../shape.ts'
import { type MatrixProduct, productsOf } from '../array-kernels.ts'
import { type Call, pointer } from './calls.ts'
import type { Code, Cut, Machine } from './machine.ts'

/** Columns of a panel of B. */
const COLUMNS = 8
/** Panels of A that are walked through for one of B: 96 rows, 1024 deep, are 384 kB, most of a second-level cache. */
const HIGH = 16
/** Operations that are worth a thread of their own: some ten microseconds. */
const WORTH_A_THREAD = 600_000
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

/** The products of one plan. */
export class Products {
  readonly #code: Code
  readonly #machine: Machine
  /** Where operands are packed: a tile for each thread, then panels. */
  readonly #scratch: ReturnType<Machine['heap']['allocate']>

  constructor(code: Code, machine: Machine, steps: readonly ProductStep[]) {
    this.#code = code
    this.#machine = machine
    this.#scratch = machine.heap.allocate(Math.ceil(Math.max(0, ...steps.map((step) => this.#room(step))) / 4))
  }

  dispose(): void {
    this.#machine.heap.free(this.#scratch)
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

  /** Bytes that a product needs to be packed. */
  #room({ m, n, k, shape }: ProductStep): number {
    const rows = Math.min(sizeOf(shape.slice(0, -2)) * m, MOST_ROWS)
    const columns = Math.min(n, MOST_COLUMNS)
    const own = this.#own(m, n, k)
    const whole = this.#tiles + this.#ask('packedBytes', rows, columns, this.#depth(rows, columns, k))
    return Math.max(whole, own <= MOST_OWN ? own * this.#machine.threads : 0)
  }

  /** The calls that compute a product, without its epilogue; null where there is nothing to add up. */
  calls(step: ProductStep): Call[] | null {
    const [a, b] = step.operands.map((o) => o.shape) as [StaticShape, StaticShape, ...StaticShape[]]
    const lead = step.shape.slice(0, -2)
    const count = sizeOf(lead)
    const { m, n, k, transA, transB } = step
    if (sizeOf(step.shape) === 0 || k === 0) return null
    const [nextA, nextB] = [stepOf(a, lead), stepOf(b, lead)]
    // a shared right-hand matrix makes one tall product, which `productsOf` knows
    const tall = nextB === 0 && !transA
    const own = this.#own(m, n, k)
    if (count === 1 || tall || nextA === null || nextB === null || own > MOST_OWN)
      return productsOf(step).flatMap((product) => this.#pieces(step, product))
    const [left, right] = step.operands.map(({ slot }) => pointer(slot)) as [Call['list'][number], Call['list'][number]]
    const [rowA, columnA] = transA ? [1, m] : [k, 1]
    const [rowB, columnB] = transB ? [1, k] : [n, 1]
    const operands = [left, nextA, rowA, columnA, right, nextB, rowB, columnB]
    const list = [m, n, k, ...operands, pointer(step.output), m * n, this.#scratch.offset, own]
    return [{ code: this.#code, name: 'gemm', list, turns: count, cut: this.#cut(2 * count * m * n * k) }]
  }

  /** How work of so many operations is shared out; undefined where it is none for several threads. */
  #cut(operations: number): Cut | undefined {
    const { threads } = this.#machine
    if (operations < 2 * WORTH_A_THREAD) return undefined
    const few = Math.min(threads, Math.floor(operations / WORTH_A_THREAD))
    return { parts: Math.max(few, Math.min(PARTS * threads, Math.floor(operations / LEAST_PART))) }
  }

  #pieces({ operands, output }: ProductStep, { m, n, k, a, b, at }: MatrixProduct): Call[] {
    const [x, y] = operands as [ProductStep['operands'][number], ProductStep['operands'][number]]
    const code = this.#code
    const calls: Call[] = []
    const step = this.#ask('depthOf', k)
    for (let row = 0; row < m; row += MOST_ROWS) {
      for (let column = 0; column < n; column += MOST_COLUMNS) {
        const [rows, columns] = [Math.min(MOST_ROWS, m - row), Math.min(MOST_COLUMNS, n - column)]
        const to = pointer(output, 4 * (at + row * n + column))
        const depth = this.#depth(rows, columns, k)
        for (let from = 0; from < k; from += depth) {
          const deep = Math.min(depth, k - from)
          const left = pointer(x.slot, 4 * (a.offset + row * a.row + from * a.column))
          const right = pointer(y.slot, 4 * (b.offset + from * b.row + column * b.column))
          const size = [this.#scratch.offset + this.#tiles, rows, columns, deep, step]
          const cut = this.#cut(2 * rows * columns * deep)
          const sides = [left, a.row, a.column, right, b.row, b.column]
          calls.push({ code, name: 'pack', list: [...size, ...sides], turns: this.#ask('packs', rows, columns), cut })
          const { high, broad, count } = this.#parts(rows, columns, cut?.parts ?? 1)
          const result = [to, n, from === 0 ? 1 : 0, this.#scratch.offset, high, broad]
          calls.push({ code, name: 'multiply', list: [...size, ...result], turns: count, cut: cut && { parts: count } })
        }
      }
    }
    return calls
  }

  /** About `parts` parts of C, as high as goes well through the caches. */
  #parts(m: number, n: number, parts: number): Parts {
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
