/** Level lines of a grid of numbers: which levels, and the lines and areas as paths. */
import { quantileSorted } from 'd3-array'
import { contours } from 'd3-contour'
import type { Scale } from '../scale.ts'

const MOST = 11

/** Two significant digits. */
const round = (value: number): number => Number(value.toPrecision(2))

const finiteSorted = (data: ArrayLike<number>): number[] =>
  Array.from(data)
    .filter(Number.isFinite)
    .sort((a, b) => a - b)

/** Between equal shares of the numbers, so that a flat valley shows as much as its steep walls. */
export function levelsOf(data: ArrayLike<number>): number[] {
  const sorted = finiteSorted(data)
  if (sorted.length === 0) return []
  const [least, most] = [sorted[0] as number, sorted.at(-1) as number]
  const at = Array.from({ length: MOST }, (_, i) => quantileSorted(sorted, (i + 0.5) / MOST) as number)
  const rounded = [...new Set(at.map(round))].filter((level) => level > least && level < most)
  // numbers that differ in their third digit alone are not rounded
  return rounded.length >= 4 ? rounded : [...new Set(at)].filter((level) => level > least && level < most)
}

/** Which share of the levels a number is above, 0…1: its colour. */
export function shareOf(value: number, levels: readonly number[]): number {
  const above = levels.filter((level) => value >= level).length
  return levels.length === 0 ? 0 : above / levels.length
}

export interface Level {
  readonly value: number
  /** The area at or above it. */
  readonly path: string
  /** Where its number may stand: points on its longest line, in pixels. */
  readonly line: readonly (readonly [number, number])[]
}

/** @param data row-major, size × size, over the ranges of the scales */
export function contourLines(
  data: ArrayLike<number>,
  size: number,
  levels: readonly number[],
  x: Scale,
  y: Scale
): Level[] {
  // d3 has each number in the middle of its cell
  const place = (scale: Scale, at: number): number =>
    scale(scale.range[0] + ((at - 0.5) / (size - 1)) * (scale.range[1] - scale.range[0]))
  const found = contours()
    .size([size, size])
    .thresholds([...levels])(Array.from(data))
  return found.map(({ value, coordinates }) => {
    const rings = coordinates.flat()
    const toPixels = ([i = 0, j = 0]: readonly number[]) => [place(x, i), place(y, j)] as const
    const path = rings
      .map((ring) => `M${ring.map((at) => toPixels(at).map((pixel) => pixel.toFixed(1))).join('L')}Z`)
      .join('')
    // an area that reaches the border ends there: that is no line
    const inner = rings.map((ring) => ring.filter((at) => at.every((i) => i > 1 && i < size - 1)).map(toPixels))
    const line = inner.reduce((longest, one) => (one.length > longest.length ? one : longest), [])
    return { value, path, line }
  })
}

export interface Label {
  readonly value: number
  readonly x: number
  readonly y: number
}

/** A number for each level that has room: away from the border and from other numbers. */
export function labelsOf(lines: readonly Level[], width: number, height: number): Label[] {
  const [side, apart] = [26, 44]
  const labels: Label[] = []
  for (const { value, line } of lines) {
    const inside = line.filter(([x, y]) => x > side && x < width - side && y > 12 && y < height - 12)
    const free = inside.find(([x, y]) =>
      labels.every((other) => Math.hypot((other.x - x) / 1.6, other.y - y) > apart / 1.6)
    )
    if (free) labels.push({ value, x: free[0], y: free[1] })
  }
  return labels
}

/**
 * Rates at which the steps of each optimizer are seen: plain descent at about the limit that the steepest curvature of
 * the grid sets, RMSprop and Adam, whose steps are as long as their rate, at a share of the width.
 */
export function usualRates(
  data: ArrayLike<number>,
  size: number,
  widths: readonly [number, number]
): { readonly sgd: number; readonly momentum: number; readonly adaptive: number } {
  const bends: number[] = []
  const at = (i: number, j: number): number => data[j * size + i] as number
  for (let j = 1; j < size - 1; j++)
    for (let i = 1; i < size - 1; i++) {
      const [dx, dy] = [widths[0] / (size - 1), widths[1] / (size - 1)]
      bends.push(
        Math.abs(at(i + 1, j) - 2 * at(i, j) + at(i - 1, j)) / dx ** 2,
        Math.abs(at(i, j + 1) - 2 * at(i, j) + at(i, j - 1)) / dy ** 2
      )
    }
  const sorted = finiteSorted(bends)
  const bend = quantileSorted(sorted, 0.9) ?? 0
  const one = (value: number): number => Number(value.toPrecision(1))
  const sgd = bend > 0 ? 0.6 / bend : 0.1
  return { sgd: one(sgd), momentum: one(sgd / 4), adaptive: one(Math.min(...widths) / 50) }
}
