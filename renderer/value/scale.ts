/** What the colours of a heatmap stand for. */
import type { Summary } from '../../engine/session/protocol.ts'

export type Statistics = Summary['statistics']

export const SCALES = ['symmetric', 'range', 'fixed'] as const

export interface Scale {
  /** About 0 to the largest magnitude; from the smallest to the largest; about 0 to a number that stays. */
  readonly kind: (typeof SCALES)[number]
  /** Of a fixed scale; null until one is typed. */
  readonly fixed: number | null
}

export const extentIn = ({ min, max }: Statistics): number => Math.max(Math.abs(min), Math.abs(max)) || 0

/** What the strongest colour stands for, and where it is no magnitude, the ends. */
export function endsOf({ kind, fixed }: Scale, statistics: Statistics) {
  const { min, max } = statistics
  const extent = kind === 'fixed' && fixed !== null ? fixed : extentIn(statistics)
  return kind === 'range'
    ? { extent, low: min, high: max, range: { min, max } }
    : { extent, low: -extent, high: extent }
}
