/**
 * What of a large graph is in the page: the cards that the window shows, and those around it, so that a pan finds them
 * there. They come a few at a frame; React Flow knows of no others. From very far the graph is one picture
 * (`sketch/`), and only cards with something to tell, or with the pointer or the focus on them, are there.
 */
import { create } from 'zustand'
import { once } from '../../engine/document/lookup.ts'
import { usePlan } from '../plan/state.ts'
import { useEditor } from '../store/editor.ts'
import type { Box } from './geometry.ts'
import { boxAround, boxOf, type Level, levelOf } from './level.ts'
import { FEW, MANY, useSketch } from './sketch/state.ts'
import { holds, inWindow, meet, type Size, type Transform } from './sketch/view.ts'
import { useCanvas } from './state.ts'

export interface Near {
  /** The cards in the page; null where all are. */
  readonly nodes: ReadonlySet<string> | null
  readonly edges: ReadonlySet<string> | null
  /** Cards that are not in the page, though a wire that is begins or ends there. */
  readonly ends: ReadonlySet<string>
}

const ALL: Near = { nodes: null, edges: null, ends: new Set() }

export const useNear = create<Near>(() => ALL)

interface Look {
  readonly transform: Transform
  readonly size: Size
  /** The card from which a wire is being pulled. */
  readonly held: string | null
}

/** How far around the window cards are made ready, as a share of it; those that are there stay twice as far. */
const AROUND = 0.5
/** So many cards at a frame, of those that the window lacks. */
const LACKING = 24
/** Of those around it, for which nobody waits, once the view has not moved for so many milliseconds. */
const READY = 3
const REST = 150
/** With more cards than this in the page, those around the window go again, so many at a frame. */
const MOST = 2 * MANY
const GOING = 12

let look: Look | null = null
/** The step that is to come at the next frame; 0 where there is nothing left to do. */
let frame = 0
let resting = false
let rest: ReturnType<typeof setTimeout> | undefined
/** The part of the graph whose wires are in the page. */
let wired: Box | null = null

/** Where the canvas looks now. */
export function lookAt(next: Look): void {
  look = next
  resting = false
  clearTimeout(rest)
  rest = setTimeout(() => {
    resting = true
    update()
  }, REST)
  update()
}

const mounted = (id: string): boolean => useNear.getState().nodes?.has(id) ?? false

/** Cards that are in the page wherever the window is. */
function pinned({ items }: Level): string[] {
  const { tabStop, renaming, under, moving } = useCanvas.getState()
  const [first] = items.keys()
  const stop = tabStop !== null && items.has(tabStop) ? tabStop : first
  const moved = [...moving.keys()].filter(mounted).slice(0, FEW)
  return [stop, renaming, under, look?.held, ...moved].filter((id) => id != null && items.has(id)) as string[]
}

/** The box around the two ends of each wire and its points, in the order of the wires. */
const spansOf = once(({ items, links }: Level): readonly (Box | null)[] =>
  links.map(({ source, target, points = [] }) => {
    const [from, to] = [items.get(source), items.get(target)]
    const bends = points.map(({ x, y }) => ({ x, y, width: 0, height: 0 }))
    return from && to ? boxAround([boxOf(from), boxOf(to), ...bends]) : null
  })
)

/** The wires in a part of the graph that have an end among `nodes`, or lead through the window. */
function wiresIn(level: Level, part: Box, window: Box, nodes: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  const spans = spansOf(level)
  for (const [i, link] of level.links.entries()) {
    const box = spans[i]
    if (!box || !meet(box, part)) continue
    if (nodes.has(link.source) || nodes.has(link.target) || meet(box, window)) found.add(link.id)
  }
  return found
}

const equal = (a: ReadonlySet<string> | null, b: ReadonlySet<string>): boolean =>
  a !== null && a.size === b.size && [...b].every((id) => a.has(id))

function set({ links }: Level, nodes: ReadonlySet<string>, edges: ReadonlySet<string>): void {
  const before = useNear.getState()
  if (equal(before.nodes, nodes) && equal(before.edges, edges)) return
  const ends = links
    .filter(({ id }) => edges.has(id))
    .flatMap(({ source, target }) => [source, target])
    .filter((id) => !nodes.has(id))
  useNear.setState({ nodes, edges, ends: new Set(ends) })
}

/** One frame's cards more, and away with some that are far by now. */
function step(level: Level, { transform, size }: Look): void {
  const window = inWindow(transform, size)
  const [around, far] = [inWindow(transform, size, AROUND), inWindow(transform, size, 2 * AROUND)]
  const nodes = new Set(pinned(level))
  const crowded = (useNear.getState().nodes?.size ?? 0) > MOST
  const [lacking, ready]: [string[], string[]] = [[], []]
  let going = 0
  for (const item of level.items.values()) {
    const box = boxOf(item)
    const shown = meet(box, window)
    if (mounted(item.id)) {
      if (shown || (meet(box, far) && !crowded) || going === GOING) nodes.add(item.id)
      else going++
    } else if (shown) lacking.push(item.id)
    else if (meet(box, around)) ready.push(item.id)
  }
  for (const id of lacking.slice(0, LACKING)) nodes.add(id)
  const room = resting && lacking.length === 0 && nodes.size < MANY
  if (room) for (const id of ready.slice(0, READY)) nodes.add(id)
  if (!wired || !holds(wired, window) || !equal(useNear.getState().nodes, nodes)) {
    wired = around
    set(level, nodes, wiresIn(level, around, window, nodes))
  }
  if (lacking.length > LACKING || (room && ready.length > READY) || going === GOING) soon()
}

function soon(): void {
  if (frame !== 0) return
  frame = requestAnimationFrame(() => {
    frame = 0
    update()
  })
}

function update(): void {
  const { document, inside } = useEditor.getState()
  const level = levelOf(document, inside)
  const sketch = useSketch.getState()
  if (level.items.size <= MANY) {
    if (useNear.getState() !== ALL) useNear.setState(ALL)
  } else if (sketch.nodes && sketch.edges) {
    wired = null
    // the picture is of nodes alone
    const others = [...level.items.values()].filter(({ kind }) => kind !== 'node').map(({ id }) => id)
    const told = [...sketch.nodes, ...usePlan.getState().lit.slice(0, FEW)].filter((id) => level.items.has(id))
    set(level, new Set([...others, ...told, ...pinned(level)]), sketch.edges)
  } else if (look) step(level, look)
  else set(level, new Set(pinned(level)), new Set())
}

useEditor.subscribe((s, before) => {
  if (s.document === before.document && s.inside === before.inside) return
  wired = null
  update()
})
useSketch.subscribe(update)
useCanvas.subscribe((s, before) => {
  if (s.tabStop !== before.tabStop || s.renaming !== before.renaming || s.under !== before.under) update()
})
usePlan.subscribe((s, before) => {
  if (s.lit !== before.lit) update()
})
