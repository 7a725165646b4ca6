/** What of the picture lies under the pointer: there is no element to ask. */
import type { MouseEvent } from 'react'
import { flushSync } from 'react-dom'
import type { Position } from '../../../engine/document/types.ts'
import { useEditor } from '../../store/editor.ts'
import { flow } from '../../store/flow.ts'
import { pointOn } from '../geometry.ts'
import { boxOf, type Link, levelOf } from '../level.ts'
import { wireRoute } from '../places.ts'
import { useCanvas } from '../state.ts'
import { useSketch } from './state.ts'

/** Pixels of the screen by which a wire may be missed. */
const REACH = 5
const SAMPLES = 16

const level = () => levelOf(useEditor.getState().document, useEditor.getState().inside)

/** The sketched card at a point of the screen. */
export function cardAt(screen: Position): string | null {
  const whole = useSketch.getState().nodes
  const at = whole && flow()?.screenToFlowPosition(screen, { snapToGrid: false })
  if (!at) return null
  let found: string | null = null
  for (const item of level().items.values()) {
    const { x, y, width, height } = boxOf(item)
    // the last one lies on top
    if (at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height && !whole.has(item.id)) found = item.id
  }
  return found
}

/** Puts the card under the pointer into the page, as a box that can be taken hold of. */
export function showCardAt(screen: Position | null): void {
  const under = screen && cardAt(screen)
  if (under !== useCanvas.getState().under) useCanvas.setState({ under })
}

/**
 * A press on a card that is only drawn, by a pen that did not hover there or a hand that was quicker than the page: the
 * card comes into the page, and is what is pressed.
 */
export function pressUnder(event: MouseEvent<Element, globalThis.MouseEvent>): void {
  const at = { x: event.clientX, y: event.clientY }
  const onPane = (event.target as Element).matches('.react-flow__pane')
  const card = onPane && event.button === 0 ? cardAt(at) : null
  if (card === null) return
  flushSync(() => showCardAt(at))
  const element = document.querySelector(`.react-flow__node[data-id="${CSS.escape(card)}"]`)
  if (!element) return
  event.stopPropagation()
  const { nativeEvent: native } = event
  element.dispatchEvent(new (native.constructor as typeof globalThis.MouseEvent)(native.type, native))
}

function distance({ x, y }: Position, a: Position, b: Position): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const along = Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy)
}

/** The nearest wire that `fits`, those that are whole among them; null where none is near, and where none is sketched. */
export function wireAt(screen: Position, fits: (link: Link) => boolean = () => true): Link | null {
  const view = flow()
  if (!view || !useSketch.getState().edges) return null
  const at = view.screenToFlowPosition(screen, { snapToGrid: false })
  const reach = REACH / view.getZoom()
  const { links, items } = level()
  let best: { readonly link: Link; readonly far: number } | null = null
  for (const link of links) {
    const route = wireRoute(link, items)
    if (!route) continue
    const samples = SAMPLES * route.length
    let before = pointOn(route, 0)
    for (let i = 1; i <= samples; i++) {
      const next = pointOn(route, i / samples)
      const far = distance(at, before, next)
      before = next
      if (far <= reach && far < (best?.far ?? Number.POSITIVE_INFINITY) && fits(link)) best = { link, far }
    }
  }
  return best?.link ?? null
}
