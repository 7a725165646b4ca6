/**
 * Where along each wire of the open level its labels stand. In a large graph that is found a slice at a time: until then
 * labels stay where they were, those of new wires in the middle.
 */
import { create } from 'zustand'
import type { TensorType } from '../../engine/ir/types.ts'
import { useEditor } from '../store/editor.ts'
import { type Level, levelOf } from './level.ts'
import { labelSize, placing } from './places.ts'
import { MANY } from './sketch/state.ts'
import { useCanvas } from './state.ts'

/** By wire: 0 is its beginning, 1 its end. */
export const useLabelPlaces = create<{ readonly places: ReadonlyMap<string, number> }>(() => ({ places: new Map() }))

/** Milliseconds of a slice. */
const SLICE = 5

let next: ReturnType<typeof setTimeout> | undefined
/** What the places depend on, when they were last looked for. */
let level: Level | null = null
let widths: readonly number[] = []
let generation = useEditor.getState().generation

const widthsOf = ({ links }: Level, types: ReadonlyMap<string, TensorType>): readonly number[] =>
  links.map(({ id }) => labelSize(types.get(id)).width)

function go(work: ReturnType<typeof placing>, milliseconds: number): void {
  const until = performance.now() + milliseconds
  do {
    const { done, value } = work.next()
    if (done) {
      useLabelPlaces.setState({ places: value })
      return
    }
  } while (performance.now() < until)
  next = setTimeout(() => go(work, milliseconds))
}

function update(): void {
  // labels stay where they are along the wire while a card is dragged
  if (useCanvas.getState().moving.size > 0) return
  const { document, inside, checked, generation: opened } = useEditor.getState()
  const now = levelOf(document, inside)
  const wide = widthsOf(now, checked.edgeTypes)
  // most edits of an attribute move nothing
  if (now === level && wide.length === widths.length && wide.every((width, i) => width === widths[i])) return
  if (opened !== generation) useLabelPlaces.setState({ places: new Map() })
  ;[level, widths, generation] = [now, wide, opened]
  clearTimeout(next)
  go(placing(now.links, now.items, checked.edgeTypes), now.items.size > MANY ? SLICE : Number.POSITIVE_INFINITY)
}

useEditor.subscribe((s, before) => {
  if (s.document !== before.document || s.inside !== before.inside || s.checked !== before.checked) update()
})
useCanvas.subscribe((s, before) => {
  if (s.moving !== before.moving) update()
})
update()
