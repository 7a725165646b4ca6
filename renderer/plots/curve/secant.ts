/** The secant beside the tangent, in numbers. */
import type { CurveResult } from '../../../engine/session/plots/types.ts'
import type { CurveChoice } from '../state.ts'

/** Half the range divided by 10^d, for each of these d. */
export const DECADES = { min: 0, max: 9, step: 0.125 } as const

export const STEPS: readonly number[] = Array.from(
  { length: (DECADES.max - DECADES.min) / DECADES.step + 1 },
  (_, i) => 10 ** -(DECADES.min + i * DECADES.step)
)

export interface Secant {
  readonly h: number
  /** The two points that it goes through. */
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
  readonly slope: number
  /** |secant - derivative|, and as a share of the larger of both. */
  readonly error: number
  readonly relative: number
}

/** With the step that is nearest to the one that is asked for. */
export function secantOf(
  { here, range, secants }: CurveResult,
  { decades, method }: Pick<CurveChoice, 'decades' | 'method'>
): Secant | null {
  const wanted = Math.log10((range[1] - range[0]) / 2) - decades
  const off = (h: number): number => Math.abs(Math.log10(h) - wanted)
  const [first] = secants
  if (!first) return null
  const { h, above, below } = secants.reduce((best, one) => (off(one.h) < off(best.h) ? one : best), first)
  const from = method === 'central' ? ([here.x - h, below] as const) : ([here.x, here.y] as const)
  const to = [here.x + h, above] as const
  // the step that is really taken, after rounding
  const slope = (to[1] - from[1]) / (to[0] - from[0])
  const error = Math.abs(slope - here.slope)
  const size = Math.max(Math.abs(slope), Math.abs(here.slope))
  return { h, from, to, slope, error, relative: size === 0 ? 0 : error / size }
}
