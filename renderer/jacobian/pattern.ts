/** What a Jacobian looks like, where that has a name. */
import type { JacobianResult } from '../../engine/session/protocol.ts'

export interface Pattern {
  readonly kind: 'softmax' | 'identity' | 'diagonal' | 'scalar' | 'zero'
  readonly tex: string | null
  /** The diagonal is told apart from the rest. */
  readonly diagonal: boolean
}

const SOFTMAX = String.raw`\frac{\partial s_i}{\partial x_j} = \begin{cases} s_i\,(1 - s_i) & i = j \\ -s_i\, s_j & i \ne j \end{cases}`

/** Null where there is nothing to point out. */
export function patternOf(op: string, { data, of, wrt }: Pick<JacobianResult, 'data' | 'of' | 'wrt'>): Pattern | null {
  if (data.every((x) => x === 0)) return { kind: 'zero', tex: null, diagonal: false }
  if (data.length === 1) return { kind: 'scalar', tex: null, diagonal: false }
  const size = of.reduce((product, n) => product * n, 1)
  const square = size * size === data.length && of.join() === wrt.join()
  if (!square) return null
  if (op === 'Softmax') return { kind: 'softmax', tex: SOFTMAX, diagonal: true }
  const diagonal = data.every((x, i) => x === 0 || i % (size + 1) === 0)
  if (!diagonal) return null
  const ones = data.every((x, i) => i % (size + 1) !== 0 || x === 1)
  return { kind: ones ? 'identity' : 'diagonal', tex: null, diagonal: true }
}
