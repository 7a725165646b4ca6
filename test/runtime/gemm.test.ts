import { describe, expect, test } from 'vitest'
import { Random } from '../../engine/random.ts'
import type { MatrixView } from '../../engine/runtime/array-kernels.ts'
import { gemm } from '../../engine/runtime/gemm.ts'

/** Plain sums in double precision. */
function naive(m: number, n: number, k: number, a: MatrixView, b: MatrixView): number[] {
  const at = (v: MatrixView, i: number, j: number) => v.data[v.offset + i * v.row + j * v.column] as number
  return Array.from({ length: m * n }, (_, o) => {
    let sum = 0
    for (let p = 0; p < k; p++) sum += at(a, Math.floor(o / n), p) * at(b, p, o % n)
    return sum
  })
}

describe('gemm', () => {
  const sizes = [
    [1, 1, 1],
    [4, 4, 4],
    [5, 7, 3],
    [1, 9, 600],
    [13, 1, 1025],
    [17, 19, 512],
    [3, 3, 0]
  ] as const
  const layouts = [false, true].flatMap((ta) => [false, true].map((tb) => [ta, tb] as const))
  test.each(sizes.flatMap((s) => layouts.map((l) => [...s, ...l] as const)))(
    '%i × %i × %i, transposed %s %s',
    (m, n, k, ta, tb) => {
      const random = new Random(1)
      const matrix = (rows: number, columns: number, transposed: boolean): MatrixView => {
        const data = Float32Array.from({ length: rows * columns + 5 }, () => random.uniform(-1, 1))
        return transposed ? { data, offset: 5, row: 1, column: rows } : { data, offset: 5, row: columns, column: 1 }
      }
      const [a, b] = [matrix(m, k, ta), matrix(k, n, tb)]
      const c = new Float32Array(m * n + 2).fill(9)
      gemm(m, n, k, a, b, c, 1)
      const expected = naive(m, n, k, a, b)
      for (const [i, value] of expected.entries()) expect(c[i + 1]).toBeCloseTo(value, 4)
      // Nothing outside the result is touched.
      expect([c[0], c[m * n + 1]]).toEqual([9, 9])
    }
  )

  test('the same numbers every time', () => {
    const random = new Random(2)
    const data = Float32Array.from({ length: 33 * 700 }, () => random.normal())
    const run = () => {
      const c = new Float32Array(33 * 33)
      gemm(33, 33, 700, { data, offset: 0, row: 700, column: 1 }, { data, offset: 0, row: 1, column: 700 }, c, 0)
      return c
    }
    const first = run()
    // Larger and smaller products in between reuse the packing buffers.
    gemm(
      100,
      100,
      7,
      { data, offset: 0, row: 7, column: 1 },
      { data, offset: 0, row: 100, column: 1 },
      new Float32Array(10_000),
      0
    )
    expect(run()).toEqual(first)
  })
})
