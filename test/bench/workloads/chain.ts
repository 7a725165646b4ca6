/** A long elementwise chain over a million numbers: y ← tanh(1.1·y + 0.1), eight times. */
import { type Computation, uniform } from './workload.ts'

const NUMBERS = 2 ** 20
export const LINKS = 8

export function chain(): Computation {
  return {
    kind: 'computation',
    id: 'chain',
    title: `Chain: ${3 * LINKS} elementwise operations on 2²⁰ numbers`,
    inputs: { x: uniform('x', [NUMBERS]) },
    options: {},
    operations: 3 * LINKS * NUMBERS,
    tolerance: 1e-5
  }
}
