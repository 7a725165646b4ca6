/** Keeps the step's node in sight: the canvas moves only where it has to, and no further. */
import type { Dimensions, Rect, Viewport } from '@xyflow/react'
import { groupsAround } from '../../engine/document/groups.ts'
import { motion } from '../app/motion.ts'
import { useEditor } from '../store/editor.ts'
import { boundsOf, flow } from '../store/flow.ts'

/** How much of the wires beside a card is shown with it. */
const WIRE = 140
/** Pixels that a card keeps from the edge of the canvas. */
const MARGIN = 26
const PAN = 350
/** A graph that would be drawn smaller than this is not shown whole. */
const READABLE = 0.65
/** Then its cards are shown at this size, those of the step. */
const NEAR = 0.9
/** Share of the canvas that a whole graph fills, and how large its cards get at most. */
const FILLED = 0.86
const LARGEST = 1.2
/** Pixels at the bottom of the canvas where the zoom's buttons would lie on cards. */
const CONTROLS = 50

/** Where the canvas is going while it moves: the next step may come before it is there. */
let aim: { readonly view: Viewport; readonly until: number } | null = null

function viewNow(): Viewport | null {
  return aim && performance.now() < aim.until ? aim.view : (flow()?.getViewport() ?? null)
}

function moveTo(view: Viewport): void {
  const duration = motion(PAN)
  aim = { view, until: performance.now() + duration }
  void flow()?.setViewport(view, { duration })
}

/** How far to move, so that what goes from `low` to `high` is inside `size`. */
function shift(low: number, high: number, size: number): number {
  const margin = Math.max(0, Math.min(MARGIN, (size - (high - low)) / 2))
  if (low < margin) return margin - low
  return high > size - margin ? size - margin - high : 0
}

/** A card with the wires beside it, as far as the graph goes. */
function withWires(shown: Rect): Rect {
  const whole = boundsOf() ?? shown
  const x = Math.max(whole.x, shown.x - WIRE)
  const right = Math.min(whole.x + whole.width, shown.x + shown.width + WIRE)
  return { x, y: shown.y, width: right - x, height: shown.height }
}

export function follow(node: string): void {
  // inside a closed group the group's card stands for it; what is elsewhere is not on the canvas at all
  const { document: graph } = useEditor.getState()
  const shown = [node, ...groupsAround(graph, node)].map((id) => boundsOf([id])).find(Boolean)
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  const view = viewNow()
  if (!shown || !box || !view) return
  const { x, y, zoom } = view
  const around = withWires(shown)
  const [left, top] = [around.x * zoom + x, around.y * zoom + y]
  const dx = shift(left, left + around.width * zoom, box.width)
  const dy = shift(top, top + around.height * zoom, box.height)
  if (dx !== 0 || dy !== 0) moveTo({ x: x + dx, y: y + dy, zoom })
}

const centred = (bounds: Rect, zoom: number, box: Dimensions): Viewport => ({
  x: box.width / 2 - (bounds.x + bounds.width / 2) * zoom,
  y: box.height / 2 - (bounds.y + bounds.height / 2) * zoom,
  zoom
})

/** At the beginning of a walk the whole graph, where it can be read whole; else its node as large as can be read. */
export function show(node: string): void {
  const canvas = document.querySelector('.react-flow')?.getBoundingClientRect()
  const bounds = boundsOf()
  if (!canvas || !bounds) return
  const box = { width: canvas.width, height: canvas.height - CONTROLS }
  const fits = Math.min(box.width / bounds.width, box.height / bounds.height) * FILLED
  const now = flow()?.getViewport()
  if (fits >= READABLE) moveTo(centred(bounds, Math.min(fits, LARGEST), box))
  else if (now && now.zoom < READABLE) {
    // as large as can be read, from where the graph begins
    moveTo({ x: MARGIN - bounds.x * NEAR, y: box.height / 2 - (bounds.y + bounds.height / 2) * NEAR, zoom: NEAR })
    follow(node)
  }
}
