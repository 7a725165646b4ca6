/** The canvas hands its React Flow instance over, so that menus and the palette can reach it. */
import type { ReactFlowInstance } from '@xyflow/react'
import { create } from 'zustand'
import { showLevelOf } from './editor.ts'

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

/** Brings a node, a group or a note into view, in whichever group it is. */
export function reveal(id: string): void {
  const reduced = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const show = () => void flow()?.fitView({ nodes: [{ id }], duration: reduced ? 0 : 250, maxZoom: 1.2, padding: 0.6 })
  // in another group, it is on the canvas some frames later
  showLevelOf(id)
  if (!flow()?.getNode(id)) requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(show)))
  else show()
}
