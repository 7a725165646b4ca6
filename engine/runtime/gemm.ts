/**
 * C = A·B in plain JavaScript: packed panels of four rows and four columns, a 4×4 block of sums kept in registers.
 *
 * Sums are double precision, results float32. The order of additions depends on the sizes alone, so the same numbers
 * come out on every machine. (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.)
 */

import type { Gemm, MatrixView } from './array-kernels.ts'

const TILE = 4
/** Depth of a block: a packed panel of 4 × 512 doubles is 16 kB, half of a first-level cache. */
const DEPTH = 512

const panels = (length: number): number => Math.ceil(length / TILE)

let packedA = new Float64Array(0)
let packedB = new Float64Array(0)

/** Panel after panel, each `depth` steps of four neighbours along `across`; what is over the edge is 0. */
function pack(
  out: Float64Array,
  view: MatrixView,
  across: number,
  along: number,
  length: number,
  from: number,
  depth: number
): void {
  const { data, offset } = view
  let at = 0
  for (let start = 0; start < length; start += TILE) {
    const live = Math.min(TILE, length - start)
    let source = offset + start * across + from * along
    if (live === TILE) {
      for (let p = 0; p < depth; p++, source += along, at += TILE) {
        out[at] = data[source] as number
        out[at + 1] = data[source + across] as number
        out[at + 2] = data[source + 2 * across] as number
        out[at + 3] = data[source + 3 * across] as number
      }
    } else {
      for (let p = 0; p < depth; p++, source += along, at += TILE) {
        for (let t = 0; t < TILE; t++) out[at + t] = t < live ? (data[source + t * across] as number) : 0
      }
    }
  }
}

const block = new Float64Array(TILE * TILE)

/** One 4×4 block of sums over `depth`, into `block`. */
function kernel(a: Float64Array, b: Float64Array, at: number, bt: number, depth: number): void {
  let [c00, c01, c02, c03] = [0, 0, 0, 0]
  let [c10, c11, c12, c13] = [0, 0, 0, 0]
  let [c20, c21, c22, c23] = [0, 0, 0, 0]
  let [c30, c31, c32, c33] = [0, 0, 0, 0]
  let i = at
  let j = bt
  for (let p = 0; p < depth; p++) {
    const b0 = b[j] as number
    const b1 = b[j + 1] as number
    const b2 = b[j + 2] as number
    const b3 = b[j + 3] as number
    const a0 = a[i] as number
    c00 += a0 * b0
    c01 += a0 * b1
    c02 += a0 * b2
    c03 += a0 * b3
    const a1 = a[i + 1] as number
    c10 += a1 * b0
    c11 += a1 * b1
    c12 += a1 * b2
    c13 += a1 * b3
    const a2 = a[i + 2] as number
    c20 += a2 * b0
    c21 += a2 * b1
    c22 += a2 * b2
    c23 += a2 * b3
    const a3 = a[i + 3] as number
    c30 += a3 * b0
    c31 += a3 * b1
    c32 += a3 * b2
    c33 += a3 * b3
    i += TILE
    j += TILE
  }
  block[0] = c00
  block[1] = c01
  block[2] = c02
  block[3] = c03
  block[4] = c10
  block[5] = c11
  block[6] = c12
  block[7] = c13
  block[8] = c20
  block[9] = c21
  block[10] = c22
  block[11] = c23
  block[12] = c30
  block[13] = c31
  block[14] = c32
  block[15] = c33
}

/** C (m × n, row-major from `offset`) = A (m × k) · B (k × n). */
export const gemm: Gemm = (
  m: number,
  n: number,
  k: number,
  a: MatrixView,
  b: MatrixView,
  c: Float32Array,
  offset: number
): void => {
  if (k === 0) {
    c.fill(0, offset, offset + m * n)
    return
  }
  const deepest = Math.min(k, DEPTH)
  const needA = panels(m) * TILE * deepest
  const needB = panels(n) * TILE * deepest
  if (packedA.length < needA) packedA = new Float64Array(needA)
  if (packedB.length < needB) packedB = new Float64Array(needB)
  for (let from = 0; from < k; from += DEPTH) {
    const depth = Math.min(DEPTH, k - from)
    const first = from === 0
    pack(packedA, a, a.row, a.column, m, from, depth)
    pack(packedB, b, b.column, b.row, n, from, depth)
    for (let j = 0; j < n; j += TILE) {
      const columns = Math.min(TILE, n - j)
      for (let i = 0; i < m; i += TILE) {
        const rows = Math.min(TILE, m - i)
        kernel(packedA, packedB, i * depth, j * depth, depth)
        for (let r = 0; r < rows; r++) {
          const start = offset + (i + r) * n + j
          for (let q = 0; q < columns; q++) {
            const sum = block[r * TILE + q] as number
            c[start + q] = first ? sum : (c[start + q] as number) + sum
          }
        }
      }
    }
  }
}
