/** Where along each wire its two labels stand, so that they cover neither cards nor one another. */
import type { GraphDocument, GraphEdge, Position } from '../../engine/document/types.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import { formatShape } from '../value/format.ts'
import {
  around,
  type Body,
  type Box,
  beside,
  type Curve,
  curveOf,
  NODE_WIDTH,
  overlap,
  pointOn,
  portY,
  type Size,
  upAt
} from './geometry.ts'

const TEXT = 6.8
const NUMBER: Size = { width: 48, height: 18 }

/** The size of a label that says `text`; of one that says a usual number where the text is not yet known. */
export function labelSize(type: TensorType | undefined, text?: string): Size {
  if (type === undefined || type.shape.length === 0) {
    return text === undefined ? NUMBER : { width: 8 + TEXT * text.length, height: NUMBER.height }
  }
  return { width: Math.max(100, 74 + 5.4 * formatShape(type.shape).length), height: 31 }
}

/** Places along a wire; where it is level its labels stand straight above and below it. */
const PLACES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8, 0.14, 0.86]
/** What a label that stands aside costs, as an area. */
const ASIDE = 220
const OFF_MIDDLE = 60
/** Points of a wire that labels keep clear of. */
const SAMPLES = 14
const DOT = 7
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
  const curves = new Map<string, Curve>()
  for (const edge of document.edges) {
    const curve = wireCurve(edge, nodes)
    if (!curve) continue
    curves.set(edge.id, curve)
    for (let i = 1; i < SAMPLES; i++) grid.add(around(pointOn(curve, i / SAMPLES), { width: DOT, height: DOT }))
  }
  const places = new Map<string, number>()
  for (const edge of document.edges) {
    const curve = curves.get(edge.id)
    if (!curve) continue
    const size = labelSize(types.get(edge.id))
    const costOf = (t: number) =>
      boxes(t).reduce(
        (sum, box) => sum + grid.covered(box),
        ASIDE * Math.abs(upAt(curve, t).x) + OFF_MIDDLE * Math.abs(t - 0.5)
      )
    const boxes = (t: number) => ([1, -1] as const).map((side) => around(beside(curve, t, size, side), size))
    let best = { t: 0.5, cost: Number.POSITIVE_INFINITY }
    for (const t of PLACES) {
      const cost = costOf(t)
      if (cost < best.cost) best = { t, cost }
    }
    places.set(edge.id, best.t)
    for (const box of boxes(best.t)) grid.add(box)
  }
  return places
}
