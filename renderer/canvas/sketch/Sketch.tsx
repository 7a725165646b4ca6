/** The picture of a large graph that is seen from very far. */
import { useStoreApi } from '@xyflow/react'
import { useEffect, useMemo, useRef } from 'react'
import { indexOf } from '../../../engine/document/lookup.ts'
import { opOf } from '../../../engine/ops/registry.ts'
import { bindDim, countOf } from '../../../engine/shape.ts'
import { useFind } from '../../find/state.ts'
import { nodeProgress } from '../../stepper/progress.ts'
import { useEditor } from '../../store/editor.ts'
import { useRun } from '../../store/run.ts'
import { useStepper } from '../../store/stepper.ts'
import { colourReader } from '../../ui/colourReader.ts'
import { useDarkMode } from '../../ui/useDarkMode.ts'
import { thickness, USUAL_BATCH } from '../geometry.ts'
import { boxAround, boxOf, type Level, levelOf } from '../level.ts'
import { wireRoute } from '../places.ts'
import { useCanvas } from '../state.ts'
import { type Colours, paint, type SketchCard, type SketchWire, shapesOf } from './paint.ts'
import { FEW, useSketch } from './state.ts'
import { redraw, regionFor, type Transform } from './view.ts'

/** Milliseconds without a move of the view after which the picture is drawn as sharp as it can be. */
const REST = 120

export function Sketch() {
  const on = useSketch((s) => s.nodes !== null)
  return on ? <Picture /> : null
}

/** The level with many cards where a drag has them; few are not in the picture. */
function useLevel(): Level {
  const document = useEditor((s) => s.document)
  const inside = useEditor((s) => s.inside)
  const moving = useCanvas((s) => (s.moving.size > FEW ? s.moving : null))
  return useMemo(() => {
    const level = levelOf(document, inside)
    if (!moving) return level
    const items = [...level.items.values()].map((item) => {
      const position = moving.get(item.id)
      return [item.id, position ? { ...item, position } : item] as const
    })
    return { ...level, items: new Map(items) }
  }, [document, inside, moving])
}

function useCards(level: Level): readonly SketchCard[] {
  const document = useEditor((s) => s.document)
  const selected = useEditor((s) => s.selection.nodes)
  const leftOut = useEditor((s) => s.checked.leftOut)
  const whole = useSketch((s) => s.nodes)
  const { found, ids } = useFind()
  const walk = useStepper((s) => s.walk)
  const at = useStepper((s) => s.at)
  return useMemo(() => {
    const { nodes } = indexOf(document)
    const state = { ...useStepper.getState(), walk, at }
    return [...level.items.values()].flatMap((item): SketchCard[] => {
      const node = nodes.get(item.id)
      if (!node || whole?.has(item.id)) return []
      return [
        {
          box: boxOf(item),
          family: opOf(node.op)?.family ?? 'internal',
          selected: selected.has(item.id),
          faint: leftOut.has(item.id) || (walk !== null && nodeProgress(state, item.id) === 'pending'),
          passedOver: found.length > 0 && !ids.has(item.id)
        }
      ]
    })
  }, [document, level, selected, leftOut, whole, found, ids, walk, at])
}

function useWires(level: Level): readonly SketchWire[] {
  const types = useEditor((s) => s.checked.edgeTypes)
  const byEdge = useEditor((s) => s.checked.byEdge)
  const selected = useEditor((s) => s.selection.edges)
  const whole = useSketch((s) => s.edges)
  // whether there are numbers, not which: they come many times a second while a training runs
  const cells = useRun((s) => s.result?.revision)
  return useMemo(() => {
    const edges = cells === undefined ? undefined : useRun.getState().result?.edges
    return level.links.flatMap((link): SketchWire[] => {
      const route = whole?.has(link.id) ? null : wireRoute(link, level.items)
      if (!route) return []
      const type = types.get(link.id)
      const count = type ? bindDim(countOf(type.shape), USUAL_BATCH) : 1
      return [
        {
          route,
          width: thickness(count),
          empty: !edges?.[link.id],
          broken: (byEdge.get(link.id)?.length ?? 0) > 0,
          selected: selected.has(link.id)
        }
      ]
    })
  }, [level, types, byEdge, selected, whole, cells])
}

function coloursOf(element: HTMLElement): Colours {
  const read = colourReader(element)
  return (name) => read(`var(--${name})`)
}

function Picture() {
  const bitmap = useRef<HTMLCanvasElement>(null)
  const store = useStoreApi()
  const dark = useDarkMode()
  const level = useLevel()
  const cards = useCards(level)
  const wires = useWires(level)
  const shapes = useMemo(() => shapesOf(cards, wires), [cards, wires])
  const bounds = useMemo(() => {
    const box = boxAround([...level.items.values()].map(boxOf)) ?? { x: 0, y: 0, width: 1, height: 1 }
    // wires that lead back reach beyond the cards
    return { x: box.x - 260, y: box.y - 120, width: box.width + 520, height: box.height + 240 }
  }, [level])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const canvas = bitmap.current
    if (!canvas) return
    const colours = coloursOf(canvas)
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

  return (
    <div aria-hidden="true">
      <canvas ref={bitmap} className="sketch" />
    </div>
  )
}
