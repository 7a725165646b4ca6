/** Cards and wires as shapes on a 2D canvas, as the style sheets draw them when they are seen from very far. */
import type { Family } from '../../../engine/ir/op.ts'
import type { Route } from '../geometry.ts'
import { type Box, pathOf } from '../geometry.ts'

export interface SketchCard {
  readonly box: Box
  readonly family: Family
  readonly selected: boolean
  /** Still to come in a walk, or not at work. */
  readonly faint: boolean
  /** A search is on, and this is not what was searched for. */
  readonly passedOver: boolean
}

export interface SketchWire {
  readonly route: Route
  readonly width: number
  /** Carries nothing yet. */
  readonly empty: boolean
  readonly broken: boolean
  readonly selected: boolean
}

interface Shape {
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

function wireShapes(wires: readonly SketchWire[]): Shape[] {
  const looks = new Looks()
  for (const { route, width, empty, broken, selected } of wires) {
    const kind = broken ? 'broken' : selected ? 'selected' : empty ? 'empty' : 'plain'
    looks.of(`${kind} ${width.toFixed(1)}`).addPath(new Path2D(pathOf(route)))
  }
  const colours: Readonly<Record<string, string>> = { broken: 'danger', selected: 'accent' }
  const dashes: Readonly<Record<string, readonly number[]>> = { broken: [2, 6], empty: [5, 6] }
  return looks.map((path, look) => {
    const [kind = '', width] = look.split(' ')
    return {
      path,
      alpha: 1,
      stroke: { colour: colours[kind] ?? 'control-line', width: Number(width), dash: dashes[kind] ?? [] }
    }
  })
}

function cardShapes(cards: readonly SketchCard[]): Shape[] {
  const [bodies, fields, selected] = [new Looks(), new Looks(), new Looks()]
  for (const { box, family, selected: chosen, faint, passedOver } of cards) {
    const alpha = passedOver ? 0.4 : 1
    round(bodies.of(`${faint} ${alpha}`), box, RADIUS)
    round(fields.of(`${faint ? 'internal' : family} ${alpha}`), field(box), ICON_RADIUS)
    if (!chosen) continue
    round(selected.of('ring'), box, RADIUS, 2.5)
    round(selected.of('line'), box, RADIUS, 0.5)
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
    }),
    ...selected.map((path, look): Shape => {
      const line = look === 'line'
      return { path, alpha: line ? 1 : 0.18, stroke: { colour: 'accent', width: line ? 2 : 3, dash: [] } }
    })
  ]
}

/** All shapes of a graph, wires below cards, in the document's coordinates: made once, drawn at any zoom. */
export const shapesOf = (cards: readonly SketchCard[], wires: readonly SketchWire[]): readonly Shape[] => [
  ...wireShapes(wires),
  ...cardShapes(cards)
]

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
