/**
 * C = A·B in WebAssembly SIMD, in two steps that threads share: both operands are packed into panels, then blocks of C are
 * computed, each by one thread.
 *
 * AssemblyScript, compiled by `npm run wasm` into binaries.ts: once with fused multiply-add of relaxed SIMD, once
 * without. The build without gives the same numbers on every machine. An element of C is the same sum in the same order,
 * however the work is cut: the depths at which sums are put aside depend on k alone.
 */
import { block } from './block'
import { panel, twoPanels } from './pack'

const ROWS: i32 = 6
const FEW_ROWS: i32 = 4
const COLUMNS: i32 = 8
/**
 * Most depth of a panel. Sums stay in registers for as long, which is worth more than a panel of B, 32 kB, that leaves
 * room in a first-level cache: what is read from the second level comes in time.
 */
const DEPTH: i32 = 1024
/** Bytes beside the panels, for blocks at the edge. */
const TILE: usize = 6 * 8 * 4

/** Number of the thread that runs this instance. */
@external('env', 'thread')
declare const thread: i32

// @ts-expect-error: decorator
@inline
function roundUp(x: i32, step: i32): i32 {
  return ((x + step - 1) / step) * step
}

/** How deep the panels of a product are: all alike, as far as that goes. */
export function depthOf(k: i32): i32 {
  const count = (k + DEPTH - 1) / DEPTH
  return count <= 1 ? k : roundUp((k + count - 1) / count, 4)
}

/** How many of the panels of A have six rows; the others have four. 8 rows are two fours, 7 too, 5 are a six. */
// @ts-expect-error: decorator
@inline
function sixesOf(m: i32): i32 {
  const whole = m / ROWS
  const rest = m % ROWS
  return rest == 5 ? whole + 1 : rest == 1 || rest == 2 ? max(whole - 1, 0) : whole
}

/** Rows of A with those that fill the last panel up. */
// @ts-expect-error: decorator
@inline
function paddedRows(m: i32): i32 {
  const sixes = sixesOf(m) * ROWS
  return sixes + roundUp(max(m - sixes, 0), FEW_ROWS)
}

/** Panels of A. */
export function panelsOfA(m: i32): i32 {
  const sixes = sixesOf(m)
  return sixes + (max(m - sixes * ROWS, 0) + FEW_ROWS - 1) / FEW_ROWS
}

/** The first row of a panel of A. */
// @ts-expect-error: decorator
@inline
function rowOf(panelA: i32, sixes: i32): i32 {
  return panelA <= sixes ? panelA * ROWS : sixes * ROWS + (panelA - sixes) * FEW_ROWS
}

/** Bytes of an edge block's own memory, of which each thread needs one. */
export function tileBytes(): i32 {
  return ROWS * COLUMNS * 4
}

/** Bytes that the panels of a product take. */
export function packedBytes(m: i32, n: i32, k: i32): i32 {
  return (paddedRows(m) + roundUp(n, COLUMNS)) * k * 4
}

/** What there is to pack: panels of A, then pairs of panels of B. */
export function packs(m: i32, n: i32): i32 {
  return panelsOfA(m) + (n + 2 * COLUMNS - 1) / (2 * COLUMNS)
}

/**
 * Packs A (m × k) and B (k × n), or a part of their depth, into the `packedBytes` at `work`. Pointers are bytes, strides
 * elements. From and to count `packs`.
 */
export function pack(
  work: usize,
  m: i32,
  n: i32,
  k: i32,
  step: i32,
  a: usize,
  rowA: i32,
  columnA: i32,
  b: usize,
  rowB: i32,
  columnB: i32,
  from: i32,
  to: i32
): void {
  const sixes = sixesOf(m)
  const panelsA = panelsOfA(m)
  const heightA = paddedRows(m)
  const widthB = roundUp(n, COLUMNS)
  for (let k0 = 0; k0 < k; k0 += step) {
    const depth = min(step, k - k0)
    const chunkA = work + (<usize>(k0 * heightA) << 2)
    const fromA = a + (<usize>(k0 * columnA) << 2)
    for (let i = from; i < min(to, panelsA); i++) {
      const row = rowOf(i, sixes)
      const rows = i < sixes ? ROWS : FEW_ROWS
      const at = fromA + (<usize>(row * rowA) << 2)
      panel(at, rowA, columnA, rows, min(rows, m - row), depth, chunkA + (<usize>(row * depth) << 2))
    }
    const chunkB = work + (<usize>(k * heightA + k0 * widthB) << 2)
    const fromB = b + (<usize>(k0 * rowB) << 2)
    for (let i = max(from, panelsA); i < to; i++) {
      const j = (i - panelsA) * 2 * COLUMNS
      const at = fromB + (<usize>(j * columnB) << 2)
      const put = chunkB + (<usize>(j * depth) << 2)
      const right = min(n - j, 2 * COLUMNS) - COLUMNS
      if (right == COLUMNS && columnB == 1) {
        twoPanels(at, rowB, depth, put)
        continue
      }
      panel(at, columnB, rowB, COLUMNS, min(COLUMNS, n - j), depth, put)
      if (right <= 0) continue
      const next = at + (<usize>(COLUMNS * columnB) << 2)
      panel(next, columnB, rowB, COLUMNS, right, depth, put + (<usize>(COLUMNS * depth) << 2))
    }
  }
}

/**
 * C (m × n, `rowC` from row to row) = A·B from the panels at `work`, or C += A·B unless `first`. C is cut into parts of
 * `high` panels of A and `broad` panels of B, part below part: from and to count these.
 */
export function multiply(
  work: usize,
  m: i32,
  n: i32,
  k: i32,
  step: i32,
  c: usize,
  rowC: i32,
  first: bool,
  tiles: usize,
  high: i32,
  broad: i32,
  from: i32,
  to: i32
): void {
  const panelsA = panelsOfA(m)
  const panelsB = (n + COLUMNS - 1) / COLUMNS
  const partsDown = (panelsA + high - 1) / high
  const tile = tiles + <usize>(thread * tileBytes())
  for (let part = from; part < to; part++) {
    const i = (part % partsDown) * high
    const j = (part / partsDown) * broad
    partOf(work, m, n, k, step, c, rowC, first, tile, i, min(i + high, panelsA), j, min(j + broad, panelsB))
  }
}

function partOf(
  work: usize,
  m: i32,
  n: i32,
  k: i32,
  step: i32,
  c: usize,
  rowC: i32,
  first: bool,
  tile: usize,
  i0: i32,
  i1: i32,
  j0: i32,
  j1: i32
): void {
  const sixes = sixesOf(m)
  const heightA = paddedRows(m)
  const widthB = roundUp(n, COLUMNS)
  const rowBytes = <usize>rowC << 2
  for (let k0 = 0; k0 < k; k0 += step) {
    const depth = min(step, k - k0)
    const fresh = first && k0 == 0
    const chunkA = work + (<usize>(k0 * heightA) << 2)
    const chunkB = work + (<usize>(k * heightA + k0 * widthB) << 2)
    for (let j = j0; j < j1; j++) {
      const width = min(COLUMNS, n - j * COLUMNS)
      const wide = width > 4
      const b = chunkB + (<usize>(j * COLUMNS * depth) << 2)
      for (let i = i0; i < i1; i++) {
        const row = rowOf(i, sixes)
        const six = i < sixes
        const rows = min(six ? ROWS : FEW_ROWS, m - row)
        const a = chunkA + (<usize>(row * depth) << 2)
        const at = c + <usize>row * rowBytes + (<usize>(j * COLUMNS) << 2)
        if ((width & 3) == 0 && rows == (six ? ROWS : FEW_ROWS)) block(six, wide, depth, a, b, at, rowBytes, fresh)
        else {
          block(six, wide, depth, a, b, tile, COLUMNS * 4, true)
          edge(at, tile, rows, width, rowBytes, fresh)
        }
      }
    }
  }
}

/** A block that is there in part only. */
function edge(c: usize, tile: usize, rows: i32, width: i32, row: usize, first: bool): void {
  for (let r = 0; r < rows; r++) {
    for (let q = 0; q < width; q++) {
      const to = c + <usize>r * row + (<usize>q << 2)
      const sum = load<f32>(tile + (<usize>(r * COLUMNS + q) << 2))
      store<f32>(to, first ? sum : load<f32>(to) + sum)
    }
  }
}

/**
 * Small products one after the other, each by one thread, which has `each` bytes of its own at `work`: a tile and the
 * panels. `next` are the strides from one product to the next. From and to count products.
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  nextA: i32,
  rowA: i32,
  columnA: i32,
  b: usize,
  nextB: i32,
  rowB: i32,
  columnB: i32,
  c: usize,
  nextC: i32,
  work: usize,
  each: i32,
  from: i32,
  to: i32
): void {
  const own = work + <usize>(thread * each)
  const panels = own + tileBytes()
  const step = depthOf(k)
  const all = packs(m, n)
  const panelsA = panelsOfA(m)
  const panelsB = (n + COLUMNS - 1) / COLUMNS
  for (let i = from; i < to; i++) {
    const left = a + (<usize>(i * nextA) << 2)
    const right = b + (<usize>(i * nextB) << 2)
    pack(panels, m, n, k, step, left, rowA, columnA, right, rowB, columnB, 0, all)
    partOf(panels, m, n, k, step, c + (<usize>(i * nextC) << 2), n, true, own, 0, panelsA, 0, panelsB)
  }
}
