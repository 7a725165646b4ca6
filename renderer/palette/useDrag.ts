/** Dragging an operator onto the canvas by pointer events: mouse, touch and pen alike. */
import { type PointerEvent as ReactPointerEvent, useEffect, useState } from 'react'
import type { Op } from '../../engine/ir/op.ts'
import { fitsInto } from '../canvas/create.ts'
import { wireUnder } from '../canvas/dragging.ts'
import { useCanvas } from '../canvas/state.ts'
import { positionAt } from '../store/flow.ts'
import { place } from './place.ts'

export interface Dragged {
  readonly op: Op
  readonly x: number
  readonly y: number
  /** Over the canvas. */
  readonly over: boolean
}

/** Pixels that a press may wander and still be a click. */
const SLACK = 4

export function useDrag() {
  const [pressed, setPressed] = useState<{ op: Op; x: number; y: number } | null>(null)
  const [dragged, setDragged] = useState<Dragged | null>(null)

  useEffect(() => {
    if (!pressed) return
    const controller = new AbortController()
    const options = { signal: controller.signal }
    let moving = false
    const end = () => {
      setPressed(null)
      setDragged(null)
      useCanvas.setState({ target: null })
      delete document.documentElement.dataset.dragging
    }
    const onMove = (event: PointerEvent) => {
      moving ||= Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > SLACK
      if (!moving) return
      document.documentElement.dataset.dragging = 'true'
      const { clientX: x, clientY: y } = event
      setDragged({ op: pressed.op, x, y, over: positionAt(x, y) !== null })
      const target = wireUnder({ x, y }, (edge) => fitsInto(pressed.op, edge))?.id ?? null
      if (useCanvas.getState().target !== target) useCanvas.setState({ target })
    }
    const onUp = (event: PointerEvent) => {
      const at = moving ? positionAt(event.clientX, event.clientY) : null
      const { target } = useCanvas.getState()
      if (at) place(pressed.op, at, target)
      if (moving) {
        // the click that follows the drag is no click on the palette's entry
        const swallow = (click: MouseEvent) => click.stopPropagation()
        window.addEventListener('click', swallow, { capture: true, once: true })
        setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0)
      }
      end()
    }
    window.addEventListener('pointermove', onMove, options)
    window.addEventListener('pointerup', onUp, options)
    window.addEventListener('pointercancel', end, options)
    window.addEventListener('blur', end, options)
    window.addEventListener('keydown', (event) => event.key === 'Escape' && end(), options)
    return () => controller.abort()
  }, [pressed])

  const start = (op: Op, event: ReactPointerEvent) => {
    if (event.button !== 0) return
    // a touch would keep sending its events to the entry, and the canvas under it would never be found
    event.currentTarget.releasePointerCapture?.(event.pointerId)
    setPressed({ op, x: event.clientX, y: event.clientY })
  }
  return { start, dragged }
}
