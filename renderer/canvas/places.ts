/** Where along each wire its two labels stand, so that they cover neither cards nor one another. */
import type { GraphEdge, Position } from '../../engine/document/types.ts'
import type { TensorType } from '../../engine/ir/types.ts'
import { formatShape } from '../value/format.ts'
import {
  around,
  type Body,
  type Box,
  beside,
  overlap,
  pointOn,
  portY,
  type Route,
  routeOf,
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
/** What a point of a wire takes up. */
const STOP = 20
const CELL = 240

/** More than there are cells from top to bottom of any graph, so that a number names a cell. */
const ROWS = 2 ** 24

class Grid {
  private readonly cells = new Map<number, Box[]>()

  private each({ x, y, width, height }: Box, visit: (key: number) => void): void {
    const [right, bottom] = [Math.floor((x + width) / CELL), Math.floor((y + height) / CELL)]
    for (let column = Math.floor(x / CELL); column <= right; column++)
      for (let row = Math.floor(y / CELL); row <= bottom; row++) visit(column * ROWS + row)
  }

  add(box: Box): void {
    this.each(box, (key) => {
      const boxes = this.cells.get(key)
      if (boxes) boxes.push(box)
      else this.cells.set(key, [box])
    })
  }

  /** The area that is covered; once it is `enough`, no more is looked for. */
  covered(box: Box, enough: number): number {
    let area = 0
    this.each(box, (key) => {
      for (const other of this.cells.get(key) ?? []) {
        if (area >= enough) return
        area += overlap(box, other)
      }
    })
    return area
  }
}

export interface Placed {
  readonly position: Position
  readonly body: Body
}

export function wireRoute(edge: GraphEdge, nodes: ReadonlyMap<string, Placed>): Route | null {
  const source = nodes.get(edge.source)
  const target = nodes.get(edge.target)
  if (!source || !target) return null
  const y = ({ position, body }: Placed, side: 'inputs' | 'outputs', handle: string) => {
    const at = body[side].findIndex((port) => port.name === handle)
    return position.y + portY(body, side, Math.max(0, at))
  }
  return routeOf(
    { x: source.position.x + source.body.width, y: y(source, 'outputs', edge.sourceHandle) },
    { x: target.position.x, y: y(target, 'inputs', edge.targetHandle) },
    edge.points
  )
}

/** So many cards or wires in one go. */
const AT_ONCE = 32

/** Looks for the places of all labels, a few wires at a time. */
export function* placing(
  edges: readonly GraphEdge[],
  nodes: ReadonlyMap<string, Placed>,
  types: ReadonlyMap<string, TensorType>
): Generator<void, ReadonlyMap<string, number>> {
  let seen = 0
  const grid = new Grid()
  for (const { position, body } of nodes.values()) {
    if (++seen % AT_ONCE === 0) yield
    grid.add({ x: position.x - 4, y: position.y - 3, width: body.width + 8, height: body.height + 6 })
  }
  const routes = new Map<string, Route>()
  for (const edge of edges) {
    if (++seen % AT_ONCE === 0) yield
    const route = wireRoute(edge, nodes)
    if (!route) continue
    routes.set(edge.id, route)
    const samples = SAMPLES * route.length
    for (let i = 1; i < samples; i++) grid.add(around(pointOn(route, i / samples), { width: DOT, height: DOT }))
    for (const point of edge.points ?? []) grid.add(around(point, { width: STOP, height: STOP }))
  }
  const places = new Map<string, number>()
  for (const edge of edges) {
    if (++seen % AT_ONCE === 0) yield
    const route = routes.get(edge.id)
    if (!route) continue
    const size = labelSize(types.get(edge.id))
    /** What it costs to stand there; where that is not less than `most`, any number that is not. */
    const costOf = (t: number, most: number) => {
      const aside = ASIDE * Math.abs(upAt(route, t).x) + OFF_MIDDLE * Math.abs(t - 0.5)
      if (aside >= most) return aside
      return boxes(t).reduce((sum, box) => (sum < most ? sum + grid.covered(box, most - sum) : sum), aside)
    }
    const boxes = (t: number) => ([1, -1] as const).map((side) => around(beside(route, t, size, side), size))
    let best = { t: 0.5, cost: Number.POSITIVE_INFINITY }
    for (const t of PLACES) {
      const cost = costOf(t, best.cost)
      if (cost < best.cost) best = { t, cost }
    }
    places.set(edge.id, best.t)
    for (const box of boxes(best.t)) grid.add(box)
  }
  return places
}

/** The places of all labels at once. */
export function placeLabels(...graph: Parameters<typeof placing>): ReadonlyMap<string, number> {
  const work = placing(...graph)
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}
