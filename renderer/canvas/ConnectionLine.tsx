import type { ConnectionLineComponentProps } from '@xyflow/react'
import type { FlowNode } from './derive.ts'
import { pathOf, routeOf } from './geometry.ts'

/** The wire in hand. */
export function ConnectionLine({
  fromX,
  fromY,
  toX,
  toY,
  fromHandle,
  connectionStatus
}: ConnectionLineComponentProps<FlowNode>) {
  const from = { x: fromX, y: fromY }
  const to = { x: toX, y: toY }
  const route = fromHandle.type === 'source' ? routeOf(from, to) : routeOf(to, from)
  return <path className="wire-in-hand" data-status={connectionStatus ?? undefined} d={pathOf(route)} fill="none" />
}
