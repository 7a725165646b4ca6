/** What a picture is made of: a part of the graph as one level of the canvas shows it, and how it looks. */

import type { GraphDocument } from '../../engine/document/types.ts'
import type { Family } from '../../engine/ir/op.ts'
import type { RunResult } from '../../engine/session/protocol.ts'
import { type Box, type Point, pointOn } from '../canvas/geometry.ts'
import { boxOf, type Item, type Level, noteBox } from '../canvas/level.ts'
import { wireRoute } from '../canvas/places.ts'
import type { CheckedDocument } from '../store/checked.ts'

/** A colour of the theme by its name in tokens.css, without the dashes. */
export type Colour = (name: string) => string

export interface Scene {
  readonly document: GraphDocument
  readonly checked: CheckedDocument
  readonly level: Level
  /** Null where there are no numbers, or they are of an earlier graph. */
  readonly result: RunResult | null
  readonly colour: Colour
  /** The drawing inside of a family's icon, 24 × 24, by strokes. */
  readonly icon: (family: Family | 'group') => string
  /** The text of the graph file, to be opened from the picture. */
  readonly graph: string
  readonly title: string
  /** "3 nodes", in the language of the screen. */
  readonly nodes: (count: number) => string
}

/** The items, wires and notes among those named; all where none are. */
export function partOf(level: Level, ids: ReadonlySet<string>): Level {
  if (ids.size === 0) return level
  const items = new Map<string, Item>([...level.items].filter(([id]) => ids.has(id)))
  return {
    ...level,
    items,
    links: level.links.filter(({ source, target }) => items.has(source) && items.has(target)),
    notes: level.notes.filter(({ id }) => ids.has(id))
  }
}

/** Around all of it, with room for labels and signs. */
const MARGIN = 32

export function boundsOf({ items, links, notes }: Level): Box {
  const boxes: Box[] = [...[...items.values()].map(boxOf), ...notes.map(noteBox)]
  const points: Point[] = links.flatMap((link) => {
    const route = wireRoute(link, items)
    return route ? Array.from({ length: 8 * route.length }, (_, i) => pointOn(route, i / (8 * route.length))) : []
  })
  const left = Math.min(...boxes.map((b) => b.x), ...points.map((p) => p.x))
  const top = Math.min(...boxes.map((b) => b.y), ...points.map((p) => p.y))
  const right = Math.max(...boxes.map((b) => b.x + b.width), ...points.map((p) => p.x))
  const bottom = Math.max(...boxes.map((b) => b.y + b.height), ...points.map((p) => p.y))
  return { x: left - MARGIN, y: top - MARGIN, width: right - left + 2 * MARGIN, height: bottom - top + 2 * MARGIN }
}
