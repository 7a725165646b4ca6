/** A small map of the whole level with the window on it: pressed it moves the view there, the wheel zooms. */
import { Panel, type ReactFlowState, useStoreApi } from '@xyflow/react'
import { type PointerEvent, useEffect, useMemo, useRef, type WheelEvent } from 'react'
import { indexOf } from '../../engine/document/lookup.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { familyColour } from '../app/families.ts'
import { useT } from '../i18n/useT.ts'
import { useEditor } from '../store/editor.ts'
import { boundsOf, FARTHEST, flow, NEAREST } from '../store/flow.ts'
import { colourReader } from '../ui/colourReader.ts'
import { useDarkMode } from '../ui/useDarkMode.ts'
import type { Box, Point } from './geometry.ts'
import { boxOf, levelOf } from './level.ts'
import { inWindow } from './sketch/view.ts'

const SIZE = { width: 200, height: 150 }
/** Room around the graph. */
const MARGIN = 8

/** From the document to the map. */
interface Scale {
  readonly origin: Point
  readonly by: number
}

function scaleFor({ x, y, width, height }: Box): Scale {
  const by = Math.min((SIZE.width - 2 * MARGIN) / width, (SIZE.height - 2 * MARGIN) / height)
  const origin = { x: x + width / 2 - SIZE.width / 2 / by, y: y + height / 2 - SIZE.height / 2 / by }
  return { origin, by }
}

const onMap = ({ x, y, width, height }: Box, { origin, by }: Scale): Box => ({
  x: (x - origin.x) * by,
  y: (y - origin.y) * by,
  width: width * by,
  height: height * by
})

export function Overview() {
  const t = useT()
  const map = useRef<HTMLCanvasElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const store = useStoreApi()
  const dark = useDarkMode()
  const document = useEditor((s) => s.document)
  const inside = useEditor((s) => s.inside)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the bounds are those of the level
  const scale = useMemo(() => scaleFor(boundsOf() ?? { x: 0, y: 0, ...SIZE }), [document, inside])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const canvas = map.current
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return
    const ratio = window.devicePixelRatio
    canvas.width = SIZE.width * ratio
    canvas.height = SIZE.height * ratio
    context.scale(ratio, ratio)
    const read = colourReader(canvas.parentElement as Element)
    const { nodes } = indexOf(document)
    for (const item of levelOf(document, inside).items.values()) {
      const op = nodes.get(item.id)?.op
      const { x, y, width, height } = onMap(boxOf(item), scale)
      context.fillStyle = read(familyColour((op !== undefined && opOf(op)?.family) || 'internal'))
      context.fillRect(x, y, Math.max(1, width), Math.max(1, height))
    }
  }, [document, inside, scale, dark])

  useEffect(() => {
    const place = ({ transform, width, height }: ReactFlowState) => {
      const at = onMap(inWindow(transform, { width, height }), scale)
      Object.assign(frame.current?.style ?? {}, {
        transform: `translate(${at.x}px, ${at.y}px)`,
        width: `${at.width}px`,
        height: `${at.height}px`
      })
    }
    place(store.getState())
    return store.subscribe((state, before) => {
      if (state.transform !== before.transform || state.width !== before.width || state.height !== before.height)
        place(state)
    })
  }, [store, scale])

  /** Shows the part of the graph that was pressed, at this zoom. */
  const show = (event: PointerEvent | WheelEvent, zoom: number) => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    const { width, height } = store.getState()
    const x = scale.origin.x + (event.clientX - left) / scale.by
    const y = scale.origin.y + (event.clientY - top) / scale.by
    void flow()?.setViewport({ x: width / 2 - x * zoom, y: height / 2 - y * zoom, zoom })
  }
  return (
    <Panel position="bottom-right" className="overview" aria-label={t('canvas.minimap')}>
      <div
        className="overview-map nowheel"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          show(event, store.getState().transform[2])
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) show(event, store.getState().transform[2])
        }}
        onWheel={(event) => {
          const zoom = store.getState().transform[2] * 2 ** (-event.deltaY / 300)
          show(event, Math.min(NEAREST, Math.max(FARTHEST, zoom)))
        }}
      >
        <canvas ref={map} style={SIZE} role="img" aria-label={t('canvas.minimap')} />
        <div ref={frame} className="overview-window" />
      </div>
    </Panel>
  )
}
