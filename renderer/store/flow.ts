/** The canvas hands its React Flow instance over, so that menus and the palette can reach it. */
import { getViewportForBounds, type ReactFlowInstance } from '@xyflow/react'
import { create } from 'zustand'
import type { Box } from '../canvas/geometry.ts'
import { boxAround, boxIn, levelOf } from '../canvas/level.ts'
import { showLevelOf, useEditor } from './editor.ts'

interface FlowState {
  readonly flow: ReactFlowInstance | null
  readonly zoom: number
}

export const useFlow = create<FlowState>(() => ({ flow: null, zoom: 1 }))

export const setFlow = (flow: ReactFlowInstance | null): void => useFlow.setState({ flow })
/** The canvas says its zoom after each move of the view. */
export const setZoom = (zoom: number): void => useFlow.setState({ zoom })
export const flow = (): ReactFlowInstance | null => useFlow.getState().flow

/** The point of the document under a point of the screen; null where the canvas is not there. */
export function positionAt(x: number, y: number): { x: number; y: number } | null {
  if (!document.elementFromPoint(x, y)?.closest('.react-flow')) return null
  return flow()?.screenToFlowPosition({ x, y }) ?? null
}

/** The point of the document in the middle of the canvas. */
export function centre(): { x: number; y: number } {
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  const middle = box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: 0, y: 0 }
  return flow()?.screenToFlowPosition(middle) ?? { x: 0, y: 0 }
}

export const [FARTHEST, NEAREST] = [0.02, 3]

type Padding = Parameters<typeof getViewportForBounds>[5]

interface Fit {
  /** Room around it. */
  readonly padding?: Padding
  readonly maxZoom?: number
  /** Milliseconds to get there. */
  readonly duration?: number
}

/** The box around what is named of the open level, or around all of it; null where there is nothing. */
export function boundsOf(ids?: Iterable<string>): Box | null {
  const { document, inside } = useEditor.getState()
  const level = levelOf(document, inside)
  const named = ids ?? [...level.items.keys(), ...level.notes.map(({ id }) => id)]
  return boxAround([...named].flatMap((id) => boxIn(level, id) ?? []))
}

/**
 * Moves the view to a part of the document. React Flow could do so for nodes, but of a large graph it knows only those that
 * are near.
 */
export function showBox(box: Box | null, { padding = 0.1, maxZoom = NEAREST, duration = 0 }: Fit = {}): void {
  const canvas = document.querySelector('.react-flow')
  if (!box || !canvas) return
  const { clientWidth, clientHeight } = canvas
  const view = getViewportForBounds(box, clientWidth, clientHeight, FARTHEST, maxZoom, padding)
  void flow()?.setViewport(view, { duration })
}

/** Brings a node, a group or a note into view, in whichever group it is. */
export function reveal(id: string): void {
  const reduced = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const show = () => showBox(boundsOf([id]), { duration: reduced ? 0 : 250, maxZoom: 1.2, padding: 0.6 })
  // another group is first shown whole, or as it was left
  if (showLevelOf(id)) requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(show)))
  else show()
}
