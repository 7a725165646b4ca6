/** Sizes and places on the canvas. The style sheet draws what is said here, so nothing has to be measured first. */
import { inputsOf, outputsOf } from '../../engine/document/connect.ts'
import { CARD_WIDTH } from '../../engine/document/insert.ts'
import type { GraphDocument, GraphNode, Position } from '../../engine/document/types.ts'
import type { Op, Port } from '../../engine/ir/op.ts'
import { opOf } from '../../engine/ops/registry.ts'

export const NODE_WIDTH = CARD_WIDTH
/** Height of a card with one line of title. */
const CARD = 54
const LINE = 17
const PORT_GAP = 22
export const HANDLE = 11

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Box extends Point {
  readonly width: number
  readonly height: number
}

export interface Body {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly height: number
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

/** A Hangul syllable is as wide as two Latin letters. */
const widthOf = (text: string): number =>
  [...text.replace(/\$[^$]*\$/g, (math) => math.replace(/\\[a-z]+|[{}$^_]/gi, 'x'))].reduce(
    (sum, c) => sum + (c > '\u2fff' ? 1.8 : 1),
    0
  )

const TITLE_COLUMNS = 12.5

export const titleLines = (title: string): number => (widthOf(title) > TITLE_COLUMNS ? 2 : 1)

export function bodyOf(document: GraphDocument, node: GraphNode): Body {
  const op = opOf(node.op)
  const inputs = op ? inputsOf(document, node, op) : []
  const outputs = op ? outputsOf(op, node.attributes) : []
  const ports = Math.max(inputs.length, outputs.length)
  const card = CARD + (titleLines(titleOf(node, op)) - 1) * LINE
  return { inputs, outputs, height: Math.max(card, ports * PORT_GAP + 12) }
}

/** Height of the middle of port `i` of `count` above the card's top. */
export const portY = (i: number, count: number, height: number): number => height / 2 + (i - (count - 1) / 2) * PORT_GAP

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

export const pathOf = ({ from, control1, control2, to }: Curve): string =>
  `M${from.x},${from.y} C${control1.x},${control1.y} ${control2.x},${control2.y} ${to.x},${to.y}`

export function pointOn({ from, control1, control2, to }: Curve, t: number): Point {
  const s = 1 - t
  const mix = (a: number, b: number, c: number, d: number) =>
    s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d
  return { x: mix(from.x, control1.x, control2.x, to.x), y: mix(from.y, control1.y, control2.y, to.y) }
}

/** Unit vector across the wire at `t` that points up. */
export function upAt({ from, control1, control2, to }: Curve, t: number): Point {
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
export function beside(curve: Curve, t: number, size: Size, side: 1 | -1): Point {
  const at = pointOn(curve, t)
  const up = upAt(curve, t)
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
