/** Solves a small symmetric positive definite system, in double precision on the host. */

/** The row at which a matrix turned out not to be positive definite, or to be so near to singular that it is one. */
export class NotPositiveDefinite extends Error {
  readonly row: number
  readonly pivot: number

  constructor(row: number, pivot: number) {
    super(`pivot ${pivot} in row ${row}`)
    this.row = row
    this.pivot = pivot
  }
}

/**
 * x with A·x = b, by A = L·Lᵀ (Cholesky, row by row; Golub and Van Loan, Matrix Computations, 4.2), then L·y = b and
 * Lᵀ·x = y.
 *
 * @param a row-major, n × n; its lower triangle is read
 * @throws NotPositiveDefinite where a pivot is not above n·ε times the diagonal it came from: nothing but rounding is
 * left of it then.
 */
export function solve(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  const lower = new Float64Array(n * n)
  const dot = (i: number, j: number, until: number): number => {
    let sum = 0
    for (let k = 0; k < until; k++) sum += (lower[i * n + k] as number) * (lower[j * n + k] as number)
    return sum
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      lower[i * n + j] = ((a[i * n + j] as number) - dot(i, j, j)) / (lower[j * n + j] as number)
    }
    const diagonal = a[i * n + i] as number
    const pivot = diagonal - dot(i, i, i)
    if (!(pivot > n * Number.EPSILON * Math.abs(diagonal))) throw new NotPositiveDefinite(i, pivot)
    lower[i * n + i] = Math.sqrt(pivot)
  }
  const x = Float64Array.from(b)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = (x[i] as number) - (lower[i * n + k] as number) * (x[k] as number)
    x[i] = (x[i] as number) / (lower[i * n + i] as number)
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = (x[i] as number) - (lower[k * n + i] as number) * (x[k] as number)
    x[i] = (x[i] as number) / (lower[i * n + i] as number)
  }
  return x
}
