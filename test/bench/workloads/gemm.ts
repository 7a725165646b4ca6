/** Square matrix products, C = A·B; either operand may be stored transposed. */
import { type Computation, uniform } from './workload.ts'

export const SIZES = [128, 256, 512, 1024]
export const TRANSPOSES = ['nn', 'nt', 'tn', 'tt'] as const

/** @param transposes n or t for A, then for B */
export function gemm(n: number, transposes: string): Computation {
  return {
    kind: 'computation',
    id: 'gemm',
    title: `Product ${n}³${transposes === 'nn' ? '' : ` ${transposes}`}`,
    inputs: { a: uniform('a', [n, n]), b: uniform('b', [n, n]) },
    options: { transA: transposes[0] === 't', transB: transposes[1] === 't' },
    operations: 2 * n ** 3,
    tolerance: 1e-5
  }
}
