/** The picture of a large graph that is seen from very far. */
import { useStoreApi } from '@xyflow/react'
import { useEffect, useMemo, useRef } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { indexOf } from '../../../engine/document/lookup.ts'
import type { Position } from '../../../engine/document/types.ts'
import { opOf } from '../../../engine/ops/registry.ts'
import { bindDim, countOf } from '../../../engine/shape.ts'
import { useFind } from '../../find/state.ts'
import { nodeProgress } from '../../stepper/progress.ts'
import { useEditor } from '../../store/editor.ts'
import { useRun } from '../../store/run.ts'
import { useStepper } from '../../store/stepper.ts'
import { colourReader } from '../../ui/colourReader.ts'
import { useDarkMode } from '../../ui/useDarkMode.ts'
import { type Box, thickness, USUAL_BATCH } from '../geometry.ts'
import { boxAround, boxOf, type Level, levelOf } from '../level.ts'
import { still, useCanvas } from '../state.ts'
import {
  type Colours,
  type Places,
  paint,
  type Shape,
  type SketchCard,
  type SketchWire,
  selectedShapes,
  shapesOf
} from './paint.ts'
import { FEW, useSketch } from './state.ts'
import { redraw, regionFor, type Transform } from './view.ts'

/** Milliseconds without a move of the view after which the picture is drawn as sharp as it can be. */
const REST = 120

export function Sketch() {
  const on = useSketch((s) => s.nodes !== null)
  return on ? <Picture /> : null
}

/** The cards that are dragged, where they are too many to stay whole; the same row for as long as they are the same. */
const useMoved = () => useCanvas(useShallow((s) => (s.moving.size > FEW ? [...s.moving.keys()] : NONE)))
const NONE: readonly string[] = []

function useCards(level: Level): readonly SketchCard[] {
  const document = useEditor((s) => s.document)
  const leftOut = useEditor((s) => s.checked.leftOut)
  const whole = useSketch((s) => s.nodes)
  const { found, ids } = useFind()
  const walk = useStepper((s) => s.walk)
  const at = useStepper((s) => s.at)
  return useMemo(() => {
    const { nodes } = indexOf(document)
    const state = { ...useStepper.getState(), walk, at }
    return [...level.items.keys()].flatMap((id): SketchCard[] => {
      const node = nodes.get(id)
      if (!node || whole?.has(id)) return []
      return [
        {
          id,
          family: opOf(node.op)?.family ?? 'internal',
          faint: leftOut.has(id) || (walk !== null && nodeProgress(state, id) === 'pending'),
          passedOver: found.length > 0 && !ids.has(id)
        }
      ]
    })
  }, [document, level, leftOut, whole, found, ids, walk, at])
}

function useWires(level: Level): readonly SketchWire[] {
  const types = useEditor((s) => s.checked.edgeTypes)
  const byEdge = useEditor((s) => s.checked.byEdge)
  const whole = useSketch((s) => s.edges)
  // whether there are numbers, not which: they come many times a second while a training runs
  const cells = useRun((s) => s.result?.revision)
  return useMemo(() => {
    const edges = cells === undefined ? undefined : useRun.getState().result?.edges
    return level.links.flatMap((link): SketchWire[] => {
      if (whole?.has(link.id)) return []
      const type = types.get(link.id)
      const count = type ? bindDim(countOf(type.shape), USUAL_BATCH) : 1
      return [
        {
          link,
          width: thickness(count),
          empty: !edges?.[link.id],
          broken: (byEdge.get(link.id)?.length ?? 0) > 0
        }
      ]
    })
  }, [level, types, byEdge, whole, cells])
}

/** Around these cards and the wires between them, which reach beyond them where they lead back; null around none. */
function boundsOf(places: Places, ids: Iterable<string>): Box | null {
  const boxes = [...ids].flatMap((id) => places.get(id) ?? []).map(boxOf)
  const box = boxAround(boxes)
  return box && { x: box.x - 260, y: box.y - 120, width: box.width + 520, height: box.height + 240 }
}

interface Drawing {
  readonly shapes: readonly Shape[]
  readonly bounds: Box | null
}

/** What stays as it is while a hand is at work. */
function useResting(level: Level, cards: readonly SketchCard[], wires: readonly SketchWire[]): Drawing {
  const moved = useMoved()
  const bounds = useMemo(() => boundsOf(level.items, level.items.keys()), [level])
  const shapes = useMemo(() => {
    const gone = new Set(moved)
    return shapesOf(
      cards.filter(({ id }) => !gone.has(id)),
      wires.filter(({ link }) => !gone.has(link.source) && !gone.has(link.target)),
      level.items
    )
  }, [level, cards, wires, moved])
  return { shapes, bounds }
}

function moved(items: Places, moving: ReadonlyMap<string, Position>): Places {
  const places = new Map(items)
  for (const [id, position] of moving) {
    const item = places.get(id)
    if (item) places.set(id, { ...item, position })
  }
  return places
}

/** What a drag or a rectangle changes at each frame: the many cards that are dragged, and what is selected. */
function useChanging(level: Level, cards: readonly SketchCard[], wires: readonly SketchWire[]): Drawing {
  const moving = useCanvas((s) => (s.moving.size > FEW ? s.moving : still))
  const selection = useEditor((s) => s.selection)
  return useMemo(() => {
    const places = moving.size === 0 ? level.items : moved(level.items, moving)
    const dragged = {
      cards: cards.filter(({ id }) => moving.has(id)),
      wires: wires.filter(({ link }) => moving.has(link.source) || moving.has(link.target))
    }
    const selected = {
      cards: cards.filter(({ id }) => selection.nodes.has(id)),
      wires: wires.filter(({ link }) => selection.edges.has(link.id))
    }
    const ids = [...dragged.cards, ...selected.cards].map(({ id }) => id)
    const ends = [...dragged.wires, ...selected.wires].flatMap(({ link }) => [link.source, link.target])
    return {
      shapes: [
        ...shapesOf(dragged.cards, dragged.wires, places),
        ...selectedShapes(selected.cards, selected.wires, places)
      ],
      bounds: boundsOf(places, [...ids, ...ends])
    }
  }, [level, cards, wires, moving, selection])
}

function coloursOf(element: HTMLElement): Colours {
  const read = colourReader(element)
  return (name) => read(`var(--${name})`)
}

function Picture() {
  const document = useEditor((s) => s.document)
  const inside = useEditor((s) => s.inside)
  const level = levelOf(document, inside)
  const cards = useCards(level)
  const wires = useWires(level)
  const resting = useResting(level, cards, wires)
  const changing = useChanging(level, cards, wires)
  return (
    <div aria-hidden="true">
      <Sheet {...resting} />
      <Sheet {...changing} />
    </div>
  )
}

function Sheet({ shapes, bounds }: Drawing) {
  const bitmap = useRef<HTMLCanvasElement>(null)
  const read = useRef<{ readonly dark: boolean; readonly colours: Colours }>(null)
  const store = useStoreApi()
  const dark = useDarkMode()

  useEffect(() => {
    const canvas = bitmap.current
    if (!canvas || !bounds) return
    // another theme has other colours
    if (read.current?.dark !== dark) read.current = { dark, colours: coloursOf(canvas) }
    const { colours } = read.current
    let drawn: Parameters<typeof redraw>[0] = { region: null, zoom: 1 }
    let frame = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const draw = () => {
      frame = 0
      clearTimeout(timer)
      const { transform, width, height } = store.getState()
      const zoom = transform[2]
      const region = regionFor(transform, { width, height }, bounds)
      drawn = { region, zoom }
      if (!region) return place(transform)
      const [wide, high] = [region.width * zoom, region.height * zoom]
      canvas.width = Math.ceil(wide * window.devicePixelRatio)
      canvas.height = Math.ceil(high * window.devicePixelRatio)
      Object.assign(canvas.style, { width: `${wide}px`, height: `${high}px` })
      paint(canvas, shapes, region, colours)
      place(transform)
    }
    const place = ([x, y, zoom]: Transform) => {
      const { region } = drawn
      canvas.hidden = region === null
      if (!region) return
      const at = `translate(${region.x * zoom + x}px, ${region.y * zoom + y}px)`
      canvas.style.transform = `${at} scale(${zoom / drawn.zoom})`
    }
    draw()
    let seen: Transform = store.getState().transform
    const ends = store.subscribe(({ transform, width, height }) => {
      if (transform === seen) return
      seen = transform
      place(transform)
      const when = redraw(drawn, transform, { width, height }, bounds)
      clearTimeout(timer)
      if (when === 'now' && frame === 0) frame = requestAnimationFrame(draw)
      if (when === 'soon') timer = setTimeout(draw, REST)
    })
    return () => {
      ends()
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  }, [store, shapes, bounds, dark])

  return bounds && <canvas ref={bitmap} className="sketch" />
}
