/** Sizes and places on the canvas. The style sheet draws what is said here, so nothing has to be measured first. */
import { inputsOf, outputsOf } from '../../engine/document/connect.ts'
import { CARD_WIDTH } from '../../engine/document/insert.ts'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GraphDocument, GraphEdge, GraphNode, Position } from '../../engine/document/types.ts'
import type { Op, Port } from '../../engine/ir/op.ts'
import { withDefaults } from '../../engine/ops/attributes.ts'
import { opOf } from '../../engine/ops/registry.ts'

export const NODE_WIDTH = CARD_WIDTH
/** Height of a card with one line of title. */
const CARD = 54
const LINE = 17
/** Height of a card that is its title alone. */
const COLLAPSED = 32
const PORT_GAP = 22
/** Of a note that says no size of its own. */
export const NOTE_SIZE: Size = { width: 240, height: 96 }
export const HANDLE = 11

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** A port of a card; `label` is how it is called there, where that is not its name. */
export type CardPort = Port & { readonly label?: string }

export interface Body extends Size {
  readonly inputs: readonly CardPort[]
  readonly outputs: readonly CardPort[]
  /** Ports stand around the middle, in rows below a head, or all in one place. */
  readonly ports: 'middle' | 'rows' | 'one'
}

/** Sources are known by their own names, as parameters of a formula are; other nodes by what they do. */
const NAMED = new Set(['Parameter', 'Constant', 'Input'])

export const titleOf = (node: GraphNode, op: Op | undefined = opOf(node.op)): string =>
  node.label ?? (NAMED.has(node.op) ? node.id : (op?.title ?? node.op))

/** The name by which panels tell a node from others of its kind: its label, else what it does and its id. */
export function nameOf(node: GraphNode, op: Op | undefined = opOf(node.op)): string {
  const title = titleOf(node, op)
  return node.label || title === node.id ? title : `${title} · ${node.id}`
}

/** The second line: what the operator says of this node, else whichever of its id and its kind the title is not. */
export function captionOf(node: GraphNode, op: Op | undefined, title: string): string {
  if (op?.caption) return op.caption(withDefaults(op, node.attributes))
  return op && title === op.title && !node.label ? node.id : (op?.title ?? node.op)
}

/** A Hangul syllable is as wide as two Latin letters. */
const widthOf = (text: string): number =>
  [...text.replace(/\$[^$]*\$/g, (math) => math.replace(/\\[a-z]+|[{}$^_]/gi, 'x'))].reduce(
    (sum, c) => sum + (c > '\u2fff' ? 1.8 : 1),
    0
  )

const TITLE_COLUMNS = 12.5

export const titleLines = (title: string): number => (widthOf(title) > TITLE_COLUMNS ? 2 : 1)

const bodies = new WeakMap<GraphNode, { readonly incoming: readonly GraphEdge[]; readonly body: Body }>()

/** Depends on the node and on the wires that lead to it; made once for both. */
export function bodyOf(document: GraphDocument, node: GraphNode): Body {
  const incoming = indexOf(document).incoming(node.id)
  const known = bodies.get(node)
  if (known?.incoming === incoming) return known.body
  const body = makeBody(document, node)
  bodies.set(node, { incoming, body })
  return body
}

function makeBody(document: GraphDocument, node: GraphNode): Body {
  const op = opOf(node.op)
  const inputs = op ? inputsOf(document, node, op) : []
  const outputs = op ? outputsOf(op, node.attributes) : []
  if (node.collapsed) return { inputs, outputs, width: NODE_WIDTH, height: COLLAPSED, ports: 'one' }
  const ports = Math.max(inputs.length, outputs.length)
  const card = CARD + (titleLines(titleOf(node, op)) - 1) * LINE
  return { inputs, outputs, width: NODE_WIDTH, height: Math.max(card, ports * PORT_GAP + 12), ports: 'middle' }
}

export const sameBody = (a: Body, b: Body): boolean =>
  a === b ||
  (a.height === b.height && a.ports === b.ports && samePorts(a.inputs, b.inputs) && samePorts(a.outputs, b.outputs))

const samePorts = (a: Body['inputs'], b: Body['inputs']): boolean =>
  a === b || (a.length === b.length && a.every((port, i) => port.name === b[i]?.name && port.label === b[i]?.label))

/** Height of a closed group's head, below which its ports stand in rows. */
export const GROUP_HEAD = 48
export const GROUP_WIDTH = 196

/** The card of a closed group. */
export function groupBody(inputs: readonly CardPort[], outputs: readonly CardPort[]): Body {
  const rows = Math.max(inputs.length, outputs.length)
  const height = GROUP_HEAD + (rows > 0 ? rows * PORT_GAP + 8 : 0)
  return { inputs, outputs, width: GROUP_WIDTH, height, ports: 'rows' }
}

/** Middle of the port `i` of a side, down from the card's top. */
export function portY(body: Body, side: 'inputs' | 'outputs', i: number): number {
  if (body.ports === 'one') return body.height / 2
  if (body.ports === 'rows') return GROUP_HEAD + (i + 0.5) * PORT_GAP
  return body.height / 2 + (i - (body[side].length - 1) / 2) * PORT_GAP
}

export interface Curve {
  readonly from: Point
  readonly control1: Point
  readonly control2: Point
  readonly to: Point
}

/** The wire between an output on the right of a card and an input on the left of another. */
export function curveOf(from: Point, to: Point): Curve {
  const distance = to.x - from.x
  const reach = distance >= 0 ? distance / 2 : Math.min(200, 7 * Math.sqrt(-distance) + 40)
  return { from, to, control1: { x: from.x + reach, y: from.y }, control2: { x: to.x - reach, y: to.y } }
}

/** A wire from end to end: one curve, or several that meet in its points. */
export type Route = readonly Curve[]

/** How far a curve goes straight on from a point, as a share of the way to the next. */
const SWING = 0.36

/** The wire that is led through `points`: level at its ends, and at a point along the line between its neighbours. */
export function routeOf(from: Point, to: Point, points: readonly Point[] = []): Route {
  if (points.length === 0) return [curveOf(from, to)]
  const stops = [from, ...points, to]
  const toward = (i: number): Point => {
    const [a, b] = [stops[i - 1], stops[i + 1]]
    if (!a || !b) return { x: 1, y: 0 }
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1
    return { x: (b.x - a.x) / length, y: (b.y - a.y) / length }
  }
  return stops.slice(1).map((end, i): Curve => {
    const start = stops[i] as Point
    const reach = SWING * Math.hypot(end.x - start.x, end.y - start.y)
    const [out, into] = [toward(i), toward(i + 1)]
    return {
      from: start,
      control1: { x: start.x + out.x * reach, y: start.y + out.y * reach },
      control2: { x: end.x - into.x * reach, y: end.y - into.y * reach },
      to: end
    }
  })
}

export const pathOf = (route: Route): string =>
  route
    .map(
      ({ from, control1, control2, to }, i) =>
        `${i === 0 ? `M${from.x},${from.y} ` : ''}C${control1.x},${control1.y} ${control2.x},${control2.y} ${to.x},${to.y}`
    )
    .join(' ')

/** The curve in which `t` of a route lies, 0 being its beginning and 1 its end, and where in that. */
function curveAt(route: Route, t: number): { readonly curve: Curve; readonly t: number } {
  const along = t * route.length
  const i = Math.min(route.length - 1, Math.floor(along))
  return { curve: route[i] as Curve, t: along - i }
}

export function pointOn(route: Route, place: number): Point {
  const { curve, t } = curveAt(route, place)
  const { from, control1, control2, to } = curve
  const s = 1 - t
  const mix = (a: number, b: number, c: number, d: number) =>
    s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d
  return { x: mix(from.x, control1.x, control2.x, to.x), y: mix(from.y, control1.y, control2.y, to.y) }
}

/** Unit vector across the wire at `t` that points up. */
export function upAt(route: Route, place: number): Point {
  const { curve, t } = curveAt(route, place)
  const { from, control1, control2, to } = curve
  const s = 1 - t
  const slope = (a: number, b: number, c: number, d: number) =>
    3 * s * s * (b - a) + 6 * s * t * (c - b) + 3 * t * t * (d - c)
  const dx = slope(from.x, control1.x, control2.x, to.x)
  const dy = slope(from.y, control1.y, control2.y, to.y)
  const length = Math.hypot(dx, dy) || 1
  const up = { x: dy / length, y: -dx / length }
  return up.y > 0 ? { x: -up.x, y: -up.y } : up
}

export interface Size {
  readonly width: number
  readonly height: number
}

const CLEARANCE = 3

/** Middle of a label of `size` that touches the wire from above (1) or below (-1). */
export function beside(route: Route, t: number, size: Size, side: 1 | -1): Point {
  const at = pointOn(route, t)
  const up = upAt(route, t)
  const distance = CLEARANCE + (Math.abs(up.x) * size.width + Math.abs(up.y) * size.height) / 2
  return { x: at.x + side * up.x * distance, y: at.y + side * up.y * distance }
}

export const around = (middle: Point, { width, height }: Size): Box => ({
  x: middle.x - width / 2,
  y: middle.y - height / 2,
  width,
  height
})

export const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y))

export const snapped = ({ x, y }: Position): Position => ({ x: Math.round(x), y: Math.round(y) })

/** A size to draw an open batch with. */
export const USUAL_BATCH = 32

/** Width of a wire that carries so many numbers. */
export const thickness = (count: number): number => Math.min(7, 1.75 + 0.8 * Math.log10(Math.max(1, count)))
