/** Where along each wire its two labels stand, so that they cover neither cards nor one another. */
import type { GraphDocument, GraphEdge, Position } from '../../engine/document/types.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import {
  around,
  type Body,
  type Box,
  beside,
  type Curve,
  curveOf,
  NODE_WIDTH,
  overlap,
  portY,
  type Size
} from './geometry.ts'

export const SCALAR_LABEL: Size = { width: 66, height: 18 }
export const TENSOR_LABEL: Size = { width: 100, height: 31 }

export const labelSize = (type: TensorType | undefined): Size =>
  type === undefined || type.shape.length === 0 ? SCALAR_LABEL : TENSOR_LABEL

/** Tried in this order: the middle is best. */
const PLACES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82]
const CELL = 240

class Grid {
  private readonly cells = new Map<string, Box[]>()

  private *keys(box: Box): Iterable<string> {
    for (let x = Math.floor(box.x / CELL); x <= Math.floor((box.x + box.width) / CELL); x++) {
      for (let y = Math.floor(box.y / CELL); y <= Math.floor((box.y + box.height) / CELL); y++) yield `${x} ${y}`
    }
  }

  add(box: Box): void {
    for (const key of this.keys(box)) {
      const boxes = this.cells.get(key)
      if (boxes) boxes.push(box)
      else this.cells.set(key, [box])
    }
  }

  covered(box: Box): number {
    let area = 0
    for (const key of this.keys(box)) for (const other of this.cells.get(key) ?? []) area += overlap(box, other)
    return area
  }
}

export interface Placed {
  readonly position: Position
  readonly body: Body
}

export function wireCurve(edge: GraphEdge, nodes: ReadonlyMap<string, Placed>): Curve | null {
  const source = nodes.get(edge.source)
  const target = nodes.get(edge.target)
  if (!source || !target) return null
  const y = (placed: Placed, ports: Body['inputs'], handle: string) =>
    placed.position.y +
    portY(
      Math.max(
        0,
        ports.findIndex((p) => p.name === handle)
      ),
      ports.length,
      placed.body.height
    )
  return curveOf(
    { x: source.position.x + NODE_WIDTH, y: y(source, source.body.outputs, edge.sourceHandle) },
    { x: target.position.x, y: y(target, target.body.inputs, edge.targetHandle) }
  )
}

export function placeLabels(
  document: GraphDocument,
  nodes: ReadonlyMap<string, Placed>,
  types: ReadonlyMap<string, TensorType>
): ReadonlyMap<string, number> {
  const grid = new Grid()
  for (const { position, body } of nodes.values()) {
    grid.add({ x: position.x - 4, y: position.y - 3, width: NODE_WIDTH + 8, height: body.height + 6 })
  }
  const places = new Map<string, number>()
  for (const edge of document.edges) {
    const curve = wireCurve(edge, nodes)
    if (!curve) continue
    const size = labelSize(types.get(edge.id))
    const boxes = (t: number) => ([1, -1] as const).map((side) => around(beside(curve, t, size, side), size))
    let best = { t: 0.5, cost: Number.POSITIVE_INFINITY }
    for (const t of PLACES) {
      const cost = boxes(t).reduce((sum, box) => sum + grid.covered(box), 0)
      if (cost < best.cost) best = { t, cost }
      if (cost === 0) break
    }
    places.set(edge.id, best.t)
    for (const box of boxes(best.t)) grid.add(box)
  }
  return places
}
