import type { ConnectionLineComponentProps } from '@xyflow/react'
import type { FlowNode } from './derive.ts'
import { curveOf, pathOf } from './geometry.ts'

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
  const curve = fromHandle.type === 'source' ? curveOf(from, to) : curveOf(to, from)
  return <path className="wire-in-hand" data-status={connectionStatus ?? undefined} d={pathOf(curve)} fill="none" />
}
