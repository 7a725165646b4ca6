/** The points that a wire is led through: dots to drag, to move by keys, to take away. */
import { type KeyboardEvent, memo, type PointerEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Position } from '../../engine/document/types.ts'
import { select } from '../store/editor.ts'
import { flow } from '../store/flow.ts'
import { bend, nudgePoint, removePoint, settleBend } from './bending.ts'
import { focusEdge } from './state.ts'

interface WirePointsProps {
  readonly edge: string
  readonly points: readonly Position[]
  readonly selected: boolean
}

export const WirePoints = memo(function WirePoints({ edge, points, selected }: WirePointsProps) {
  return (
    <g className="wire-points">
      {points.map((point, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a point is known by its place along the wire
        <WirePoint key={i} edge={edge} index={i} count={points.length} point={point} stop={selected} />
      ))}
    </g>
  )
})

interface WirePointProps {
  readonly edge: string
  readonly index: number
  readonly count: number
  readonly point: Position
  readonly stop: boolean
}

const STEP = 10
const WAYS: Readonly<Record<string, Position>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 }
}

function WirePoint({ edge, index, count, point, stop }: WirePointProps) {
  const { t } = useTranslation()
  const held = useRef<Position | null>(null)

  const onPointerDown = (event: PointerEvent<SVGElement>) => {
    if (event.button !== 0) return
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    const at = flow()?.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    held.current = at ? { x: point.x - at.x, y: point.y - at.y } : null
    select({ edges: [edge] })
  }
  const onPointerMove = (event: PointerEvent<SVGElement>) => {
    const at = flow()?.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    if (at && held.current) bend(edge, index, { x: at.x + held.current.x, y: at.y + held.current.y })
  }
  const onPointerUp = () => {
    held.current = null
    settleBend()
  }
  const onKeyDown = (event: KeyboardEvent<SVGElement>) => {
    const way = WAYS[event.key]
    if (way && event.shiftKey) nudgePoint(edge, index, { x: way.x * STEP, y: way.y * STEP })
    else if (way && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const next = event.currentTarget.parentElement?.querySelectorAll<SVGElement>('.wire-point')[index + way.x + way.y]
      if (next) next.focus()
      else focusEdge(edge)
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      removePoint(edge, index)
      focusEdge(edge)
    } else if (event.key === 'Escape') focusEdge(edge)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button inside a drawing
    <circle
      className="wire-point nodrag nopan"
      cx={point.x}
      cy={point.y}
      r={5}
      role="button"
      aria-label={t('canvas.point', { number: index + 1, count })}
      tabIndex={stop ? 0 : -1}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => {
        event.stopPropagation()
        removePoint(edge, index)
      }}
      onKeyDown={onKeyDown}
    />
  )
}
