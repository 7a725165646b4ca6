/**
 * C = A·B in WebAssembly SIMD: packed panels, a 6 × 8 block of sums in twelve vector registers.
 *
 * AssemblyScript, compiled by `npm run wasm` into binaries.ts: once with fused multiply-add of relaxed SIMD, once
 * without. The build without gives the same numbers on every machine. (Goto and van de Geijn 2008; the block fits the
 * sixteen vector registers of x86-64: twelve sums, two columns of B, one element of A.)
 */

const ROWS: i32 = 6
const COLUMNS: i32 = 8
/** Depth and height of a packed block of A: 96 × 256 floats are 96 kB, half of a second-level cache. */
const DEPTH: i32 = 256
const HEIGHT: i32 = 96

// @ts-expect-error: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** Sums of one 6 × 8 block over `depth`; added to what is at `c` unless `first`. `row` is the stride of C in bytes. */
function block(depth: i32, a: usize, b: usize, c: usize, row: usize, first: bool): void {
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  let c40 = f32x4.splat(0)
  let c41 = f32x4.splat(0)
  let c50 = f32x4.splat(0)
  let c51 = f32x4.splat(0)
  for (let k = 0; k < depth; k++) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = v128.load32_splat(a)
    c00 = madd(x, b0, c00)
    c01 = madd(x, b1, c01)
    x = v128.load32_splat(a, 4)
    c10 = madd(x, b0, c10)
    c11 = madd(x, b1, c11)
    x = v128.load32_splat(a, 8)
    c20 = madd(x, b0, c20)
    c21 = madd(x, b1, c21)
    x = v128.load32_splat(a, 12)
    c30 = madd(x, b0, c30)
    c31 = madd(x, b1, c31)
    x = v128.load32_splat(a, 16)
    c40 = madd(x, b0, c40)
    c41 = madd(x, b1, c41)
    x = v128.load32_splat(a, 20)
    c50 = madd(x, b0, c50)
    c51 = madd(x, b1, c51)
    a += ROWS * 4
    b += COLUMNS * 4
  }
  put(c, c00, c01, first)
  put(c + row, c10, c11, first)
  put(c + 2 * row, c20, c21, first)
  put(c + 3 * row, c30, c31, first)
  put(c + 4 * row, c40, c41, first)
  put(c + 5 * row, c50, c51, first)
}

// @ts-expect-error: decorator
@inline
function put(c: usize, left: v128, right: v128, first: bool): void {
  v128.store(c, first ? left : f32x4.add(v128.load(c), left))
  v128.store(c, first ? right : f32x4.add(v128.load(c, 16), right), 16)
}

/** Four neighbours of each of four rows, `step` bytes apart, turned: written as four rows, `apart` bytes apart. */
// @ts-expect-error: decorator
@inline
function turn(at: usize, step: usize, to: usize, apart: usize): void {
  const a = v128.load(at)
  const b = v128.load(at + step)
  const c = v128.load(at + 2 * step)
  const d = v128.load(at + 3 * step)
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5))
  v128.store(to + apart, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(to + 2 * apart, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5))
  v128.store(to + 3 * apart, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7))
}

/** The same for two rows. */
// @ts-expect-error: decorator
@inline
function turnPair(at: usize, step: usize, to: usize, apart: usize): void {
  const a = v128.load(at)
  const b = v128.load(at + step)
  const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const high = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  v128.store64_lane(to, low, 0)
  v128.store64_lane(to + apart, low, 1)
  v128.store64_lane(to + 2 * apart, high, 0)
  v128.store64_lane(to + 3 * apart, high, 1)
}

/** Rows of A by sixes, depth by depth; what is over the edge is 0. Strides are in elements. */
function packA(a: usize, row: i32, column: i32, from: i32, height: i32, k0: i32, depth: i32, to: usize): void {
  const rowBytes = <usize>row << 2
  const columnBytes = <usize>column << 2
  for (let i = 0; i < height; i += ROWS) {
    const live = min(ROWS, height - i)
    let at = a + <usize>(from + i) * rowBytes + <usize>k0 * columnBytes
    let k = 0
    if (live == ROWS && column == 1) {
      for (; k + 4 <= depth; k += 4) {
        turn(at, rowBytes, to, ROWS * 4)
        turnPair(at + 4 * rowBytes, rowBytes, to + 16, ROWS * 4)
        at += 16
        to += 4 * ROWS * 4
      }
    } else if (live == ROWS && row == 1) {
      for (; k < depth; k++) {
        v128.store(to, v128.load(at))
        store<u64>(to, load<u64>(at, 16), 16)
        at += columnBytes
        to += ROWS * 4
      }
    }
    if (live < ROWS) memory.fill(to, 0, <usize>((depth - k) * ROWS) << 2)
    for (let r = 0; r < live; r++) {
      let from = at + <usize>r * rowBytes
      let put = to + (<usize>r << 2)
      for (let rest = k; rest < depth; rest++) {
        store<f32>(put, load<f32>(from))
        from += columnBytes
        put += ROWS * 4
      }
    }
    to += <usize>((depth - k) * ROWS) << 2
  }
}

/** Columns of B by eights, depth by depth. */
function packB(b: usize, row: i32, column: i32, k0: i32, depth: i32, width: i32, to: usize): void {
  const rowBytes = <usize>row << 2
  const columnBytes = <usize>column << 2
  for (let j = 0; j < width; j += COLUMNS) {
    const live = min(COLUMNS, width - j)
    let at = b + <usize>k0 * rowBytes + <usize>j * columnBytes
    let k = 0
    if (live == COLUMNS && row == 1) {
      for (; k + 4 <= depth; k += 4) {
        turn(at, columnBytes, to, COLUMNS * 4)
        turn(at + 4 * columnBytes, columnBytes, to + 16, COLUMNS * 4)
        at += 16
        to += 4 * COLUMNS * 4
      }
    } else if (live == COLUMNS && column == 1) {
      for (; k < depth; k++) {
        v128.store(to, v128.load(at))
        v128.store(to, v128.load(at, 16), 16)
        at += rowBytes
        to += COLUMNS * 4
      }
    }
    if (live < COLUMNS) memory.fill(to, 0, <usize>((depth - k) * COLUMNS) << 2)
    for (let c = 0; c < live; c++) {
      let from = at + <usize>c * columnBytes
      let put = to + (<usize>c << 2)
      for (let rest = k; rest < depth; rest++) {
        store<f32>(put, load<f32>(from))
        from += rowBytes
        put += COLUMNS * 4
      }
    }
    to += <usize>((depth - k) * COLUMNS) << 2
  }
}

// @ts-expect-error: decorator
@inline
function roundUp(x: i32, step: i32): i32 {
  return ((x + step - 1) / step) * step
}

/** Bytes of scratch memory that a product of width n needs: one block of A, one strip of B, one block of sums. */
export function scratch(n: i32): i32 {
  return (roundUp(HEIGHT, ROWS) * DEPTH + roundUp(n, COLUMNS) * DEPTH + ROWS * COLUMNS) * 4 + 64
}

/**
 * C (m × n, `rowC` from row to row) = A (m × k) · B (k × n), for `count` products one after the other. Pointers are bytes,
 * strides elements, `next` those from one product to the next; `work` holds `scratch(n)` bytes. An element of C is the
 * same sum in the same order, whatever part of a larger C is computed.
 */
export function gemm(
  count: i32,
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
  rowC: i32,
  work: usize
): void {
  for (let i = 0; i < count; i++) {
    one(m, n, k, a, rowA, columnA, b, rowB, columnB, c, rowC, work)
    a += <usize>nextA << 2
    b += <usize>nextB << 2
    c += <usize>nextC << 2
  }
}

function one(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  rowA: i32,
  columnA: i32,
  b: usize,
  rowB: i32,
  columnB: i32,
  c: usize,
  rowC: i32,
  work: usize
): void {
  const tile = work
  const blockA = work + ROWS * COLUMNS * 4
  const stripB = blockA + roundUp(HEIGHT, ROWS) * DEPTH * 4
  const rowBytes = <usize>rowC << 2
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0)
    const first = k0 == 0
    packB(b, rowB, columnB, k0, depth, n, stripB)
    for (let i0 = 0; i0 < m; i0 += HEIGHT) {
      const height = min(HEIGHT, m - i0)
      packA(a, rowA, columnA, i0, height, k0, depth, blockA)
      for (let j = 0; j < n; j += COLUMNS) {
        const width = min(COLUMNS, n - j)
        const panelB = stripB + (<usize>(j * depth) << 2)
        for (let i = 0; i < height; i += ROWS) {
          const rows = min(ROWS, height - i)
          const panelA = blockA + (<usize>(i * depth) << 2)
          const at = c + <usize>(i0 + i) * rowBytes + (<usize>j << 2)
          if (rows == ROWS && width == COLUMNS) block(depth, panelA, panelB, at, rowBytes, first)
          else {
            block(depth, panelA, panelB, tile, COLUMNS * 4, true)
            for (let r = 0; r < rows; r++) {
              for (let q = 0; q < width; q++) {
                const to = at + (<usize>r) * rowBytes + (<usize>q << 2)
                const sum = load<f32>(tile + (<usize>(r * COLUMNS + q) << 2))
                store<f32>(to, first ? sum : load<f32>(to) + sum)
              }
            }
          }
        }
      }
    }
  }
}
