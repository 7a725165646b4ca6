/** Keeps the step's node in sight: the canvas moves only where it has to, and no further. */
import { motion } from '../app/motion.ts'
import { flow } from '../store/flow.ts'

/** Pixels that a card keeps from the edge of the canvas, so that its wires can be seen. */
const MARGIN = 26
const PAN = 350
/** A graph that would be drawn smaller than this is not shown whole. */
const READABLE = 0.5

/** How far to move, so that what goes from `low` to `high` is inside `size`. */
function shift(low: number, high: number, size: number): number {
  const margin = Math.max(0, Math.min(MARGIN, (size - (high - low)) / 2))
  if (low < margin) return margin - low
  return high > size - margin ? size - margin - high : 0
}

export function follow(node: string): void {
  const shown = flow()?.getNode(node)
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  const view = flow()?.getViewport()
  if (!shown || !box || !view) return
  const { x, y, zoom } = view
  const [left, top] = [shown.position.x * zoom + x, shown.position.y * zoom + y]
  const dx = shift(left, left + (shown.measured?.width ?? 0) * zoom, box.width)
  const dy = shift(top, top + (shown.measured?.height ?? 0) * zoom, box.height)
  if (dx !== 0 || dy !== 0) void flow()?.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: motion(PAN) })
}

/** The whole graph at the beginning of a walk, where it can be read whole. */
export function showWhole(): void {
  const nodes = flow()?.getNodes() ?? []
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  const bounds = flow()?.getNodesBounds(nodes)
  if (!box || !bounds || Math.min(box.width / bounds.width, box.height / bounds.height) < READABLE) return
  void flow()?.fitView({ padding: 0.12, maxZoom: 1.2, duration: motion(PAN) })
}
