/** Which part of a graph the picture holds, and when it has to be drawn anew: panning only moves it. */
import type { Box } from '../geometry.ts'

/** As React Flow has it: where the document's origin is on the screen, and the zoom. */
export type Transform = readonly [x: number, y: number, zoom: number]

export interface Size {
  readonly width: number
  readonly height: number
}

/** How far the picture reaches beyond the window, as a share of it. */
const BEYOND = 0.5

/** What of the document is in the window, and around it by a share of its size. */
export function inWindow([x, y, zoom]: Transform, { width, height }: Size, around = 0): Box {
  return {
    x: (-x - around * width) / zoom,
    y: (-y - around * height) / zoom,
    width: ((1 + 2 * around) * width) / zoom,
    height: ((1 + 2 * around) * height) / zoom
  }
}

export function intersection(a: Box, b: Box): Box | null {
  const x = Math.max(a.x, b.x)
  const y = Math.max(a.y, b.y)
  const width = Math.min(a.x + a.width, b.x + b.width) - x
  const height = Math.min(a.y + a.height, b.y + b.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : null
}

export const meet = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

/** The part to draw; null where nothing of the graph is near. */
export const regionFor = (transform: Transform, window: Size, graph: Box): Box | null =>
  intersection(inWindow(transform, window, BEYOND), graph)

const SLACK = 1e-6

export function holds(outer: Box | null, inner: Box | null): boolean {
  if (!inner) return true
  if (!outer) return false
  const slack = SLACK * (1 + Math.abs(inner.x) + Math.abs(inner.y) + inner.width + inner.height)
  return (
    outer.x <= inner.x + slack &&
    outer.y <= inner.y + slack &&
    outer.x + outer.width >= inner.x + inner.width - slack &&
    outer.y + outer.height >= inner.y + inner.height - slack
  )
}

/** now: something would be missing, or be coarse. soon: it would be sharper, which can wait until the view rests. */
export function redraw(
  drawn: { readonly region: Box | null; readonly zoom: number },
  transform: Transform,
  window: Size,
  graph: Box
): 'now' | 'soon' | 'no' {
  const zoom = transform[2]
  if (!holds(drawn.region, intersection(inWindow(transform, window), graph))) return 'now'
  const ratio = zoom / drawn.zoom
  if (ratio > 1.6 || ratio < 0.5) return 'now'
  return ratio === 1 ? 'no' : 'soon'
}
