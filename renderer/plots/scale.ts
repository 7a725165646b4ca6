/** Axes: where a number is in pixels, and the round numbers beside it. */
import { ticks } from 'd3-array'
import { shortNumber } from '../training/shortNumber.ts'

export type Range = readonly [number, number]

export interface Scale {
  readonly range: Range
  /** From a number to pixels. */
  (value: number): number
  /** From pixels to a number. */
  invert(at: number): number
  /** About one for each `every` pixels. */
  ticks(every: number): readonly { readonly at: number; readonly text: string }[]
}

/** @param pixels where the ends of the range are */
export function scaleOf(range: Range, pixels: Range): Scale {
  const [[from, to], [start, end]] = [range, pixels]
  const slope = (end - start) / (to - from)
  return Object.assign((value: number): number => start + (value - from) * slope, {
    range,
    invert: (at: number): number => from + (at - start) / slope,
    ticks: (every: number) => {
      const places = ticks(from, to, Math.max(2, Math.round(Math.abs(end - start) / every)))
      const short = places.map(shortNumber)
      // where they lie close together, three digits do not tell one from the other
      const texts = new Set(short).size === short.length ? short : places.map((at) => String(Number(at.toPrecision(7))))
      return places.map((at, i) => ({ at, text: texts[i] as string }))
    }
  })
}

/** Around all finite numbers; where a few are far off, around the rest. */
export function rangeAround(values: Iterable<number>, pad = 0.08): Range {
  const sorted = [...values].filter(Number.isFinite).sort((a, b) => a - b)
  if (sorted.length === 0) return [-1, 1]
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number
  const [inner, outer] = [at(0.96) - at(0.04), at(1) - at(0)]
  const [from, to] = inner > 0 && outer > 20 * inner ? [at(0.04), at(0.96)] : [at(0), at(1)]
  // a constant is drawn in the middle
  const room = to > from ? pad * (to - from) : Math.max(0.5, Math.abs(from) / 2)
  return [from - room, to + room]
}

/** Twice as far, or half as far, from its middle. */
export function zoomed([from, to]: Range, factor: number): Range {
  const [middle, half] = [(from + to) / 2, ((to - from) / 2) * factor]
  return [tidy(middle - half), tidy(middle + half)]
}

/** As many digits as a person reads. */
export const tidy = (value: number): number => Number(value.toPrecision(6))

/** A line through points, broken where a number is missing. */
export function lineOf(points: Iterable<readonly [number, number]>): string {
  let [path, down] = ['', false]
  for (const [x, y] of points) {
    const good = Number.isFinite(x) && Number.isFinite(y)
    if (good) path += `${down ? 'L' : 'M'}${x.toFixed(2)},${y.toFixed(2)}`
    down = good
  }
  return path
}
