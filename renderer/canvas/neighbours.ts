/** Where the arrow keys lead: along the wires, else to what lies that way. */
import type { Box } from './geometry.ts'
import { boxOf, type Level, noteBox } from './level.ts'

export const DIRECTIONS = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 }
} as const
export type Arrow = keyof typeof DIRECTIONS

/** A card, a closed group or a note. */
export interface Stop {
  readonly id: string
  readonly box: Box
}

/** All that can have the focus, in the order of the file. */
export const stopsOf = (level: Level): readonly Stop[] => [
  ...[...level.items.values()]
    .filter(({ kind }) => kind !== 'outer')
    .map((item) => ({ id: item.id, box: boxOf(item) })),
  ...level.notes.map((note) => ({ id: note.id, box: noteBox(note) }))
]

const middle = ({ box }: Stop) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 })

/** The nearest that way; what lies aside counts double. */
export function nearest(from: Stop, arrow: Arrow, among: readonly Stop[]): Stop | undefined {
  const way = DIRECTIONS[arrow]
  const at = middle(from)
  let best: { stop: Stop; cost: number } | undefined
  for (const stop of among) {
    if (stop.id === from.id) continue
    const to = middle(stop)
    const [dx, dy] = [to.x - at.x, to.y - at.y]
    const along = dx * way.x + dy * way.y
    const aside = Math.abs(dx * way.y + dy * way.x)
    if (along <= 4) continue
    const cost = along + 2 * aside
    if (!best || cost < best.cost) best = { stop, cost }
  }
  return best?.stop
}

/** Along the wires to the left and right where there are any; else to what lies that way. */
export function neighbour(level: Level, id: string, arrow: Arrow): Stop | undefined {
  const stops = stopsOf(level)
  const from = stops.find((stop) => stop.id === id)
  if (!from) return stops[0]
  const wired =
    arrow === 'ArrowLeft'
      ? level.links.filter(({ target }) => target === id).map(({ source }) => source)
      : arrow === 'ArrowRight'
        ? level.links.filter(({ source }) => source === id).map(({ target }) => target)
        : []
  const along = stops.filter((stop) => wired.includes(stop.id))
  return nearest(from, arrow, along) ?? along[0] ?? nearest(from, arrow, stops)
}
