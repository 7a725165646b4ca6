/** Cards and wires as shapes on a 2D canvas, as the style sheets draw them when they are seen from very far. */
import type { Family } from '../../../engine/ir/op.ts'
import type { Box, Route } from '../geometry.ts'
import { boxOf, type Item, type Link } from '../level.ts'
import { wireRoute } from '../places.ts'

export interface SketchCard {
  readonly id: string
  readonly family: Family
  /** Still to come in a walk, or not at work. */
  readonly faint: boolean
  /** A search is on, and this is not what was searched for. */
  readonly passedOver: boolean
}

export interface SketchWire {
  readonly link: Link
  readonly width: number
  /** Carries nothing yet. */
  readonly empty: boolean
  readonly broken: boolean
}

/** Where the cards are: those of a drag in progress are not where the document has them. */
export type Places = ReadonlyMap<string, Item>

export interface Shape {
  readonly path: Path2D
  readonly alpha: number
  readonly stroke?: { readonly colour: string; readonly width: number; readonly dash: readonly number[] }
  readonly fill?: string
}

/** Colours by the names that the style sheets give them. */
export type Colours = (name: string) => string

const RADIUS = 10
const ICON_RADIUS = 7

/** Where the tinted field of a card is: its icon, which fills the card from very far. */
const field = ({ x, y, width, height }: Box): Box => ({
  x: x + 12,
  y: y + 0.15 * height,
  width: width - 22,
  height: 0.7 * height
})

/** Shapes of the same look as one: a thousand strokes cost far more than one of a thousand pieces. */
class Looks {
  private readonly paths = new Map<string, Path2D>()

  of(look: string): Path2D {
    const path = this.paths.get(look) ?? new Path2D()
    this.paths.set(look, path)
    return path
  }

  map<T>(make: (path: Path2D, look: string) => T): T[] {
    return [...this.paths].map(([look, path]) => make(path, look))
  }
}

const round = (path: Path2D, { x, y, width, height }: Box, radius: number, by = 0): void =>
  path.roundRect(x - by, y - by, width + 2 * by, height + 2 * by, radius + by)

function trace(path: Path2D, route: Route): void {
  const [first] = route
  if (first) path.moveTo(first.from.x, first.from.y)
  for (const { control1, control2, to } of route)
    path.bezierCurveTo(control1.x, control1.y, control2.x, control2.y, to.x, to.y)
}

/** Colour and dashes of a wire by what is to be said of it. */
const WIRES = {
  broken: { colour: 'danger', dash: [2, 6] },
  selected: { colour: 'accent', dash: [] },
  empty: { colour: 'control-line', dash: [5, 6] },
  plain: { colour: 'control-line', dash: [] }
} as const
type WireKind = keyof typeof WIRES

function wireShapes(wires: readonly SketchWire[], places: Places, kindOf: (wire: SketchWire) => WireKind): Shape[] {
  const looks = new Looks()
  for (const wire of wires) {
    const route = wireRoute(wire.link, places)
    if (route) trace(looks.of(`${kindOf(wire)} ${wire.width.toFixed(1)}`), route)
  }
  return looks.map((path, look) => {
    const [kind, width] = look.split(' ') as [WireKind, string]
    return { path, alpha: 1, stroke: { ...WIRES[kind], width: Number(width) } }
  })
}

function cardShapes(cards: readonly SketchCard[], places: Places): Shape[] {
  const [bodies, fields] = [new Looks(), new Looks()]
  for (const { id, family, faint, passedOver } of cards) {
    const box = boxOf(places.get(id) as Item)
    const alpha = passedOver ? 0.4 : 1
    round(bodies.of(`${faint} ${alpha}`), box, RADIUS)
    round(fields.of(`${faint ? 'internal' : family} ${alpha}`), field(box), ICON_RADIUS)
  }
  return [
    ...bodies.map((path, look): Shape => {
      const [faint, alpha] = look.split(' ')
      const dash = faint === 'true' ? [4, 4] : []
      return {
        path,
        alpha: Number(alpha),
        fill: faint === 'true' ? 'canvas' : 'panel',
        stroke: { colour: 'line-strong', width: 1, dash }
      }
    }),
    ...fields.map((path, look): Shape => {
      const [family, alpha] = look.split(' ')
      return { path, alpha: 0.13 * Number(alpha), fill: `family-${family}` }
    })
  ]
}

/** Cards and wires, wires below cards, in the document's coordinates: made once, drawn at any zoom. */
export const shapesOf = (
  cards: readonly SketchCard[],
  wires: readonly SketchWire[],
  places: Places
): readonly Shape[] => [
  ...wireShapes(wires, places, ({ broken, empty }) => (broken ? 'broken' : empty ? 'empty' : 'plain')),
  ...cardShapes(cards, places)
]

/** What lies over the cards and wires that are selected. */
export function selectedShapes(
  cards: readonly SketchCard[],
  wires: readonly SketchWire[],
  places: Places
): readonly Shape[] {
  const [ring, line] = [new Path2D(), new Path2D()]
  for (const { id } of cards) {
    const box = boxOf(places.get(id) as Item)
    round(ring, box, RADIUS, 2.5)
    round(line, box, RADIUS, 0.5)
  }
  const stroke = (width: number) => ({ colour: 'accent', width, dash: [] })
  const whole = wires.filter(({ broken }) => !broken)
  return [
    ...wireShapes(whole, places, () => 'selected'),
    { path: ring, alpha: 0.18, stroke: stroke(3) },
    { path: line, alpha: 1, stroke: stroke(2) }
  ]
}

/** Draws what lies in `region` into the whole of the bitmap. */
export function paint(bitmap: HTMLCanvasElement, shapes: readonly Shape[], region: Box, colours: Colours): void {
  const context = bitmap.getContext('2d')
  if (!context) return
  const scale = bitmap.width / region.width
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, bitmap.width, bitmap.height)
  context.setTransform(scale, 0, 0, scale, -region.x * scale, -region.y * scale)
  context.lineCap = 'round'
  for (const { path, alpha, fill, stroke } of shapes) {
    context.globalAlpha = alpha
    if (fill) {
      context.fillStyle = colours(fill)
      context.fill(path)
    }
    if (stroke) {
      context.strokeStyle = colours(stroke.colour)
      context.lineWidth = stroke.width
      context.setLineDash([...stroke.dash])
      context.stroke(path)
    }
  }
}
