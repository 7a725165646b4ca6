import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDarkMode } from '../../ui/useDarkMode.ts'
import { useRoom } from '../Frame.tsx'
import { paintSurface, type Scene } from './paintSurface.ts'
import { turned, usualView, type View } from './project.ts'

/** Radians for each press of a key and for each pixel. */
const KEY = Math.PI / 24
const PIXEL = 0.01

const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [KEY, 0],
  ArrowRight: [-KEY, 0],
  ArrowUp: [0, -KEY],
  ArrowDown: [0, KEY]
}

/** The surface as a solid; it is turned by dragging and by the arrow keys. */
export function Surface3d({ label, ...scene }: Omit<Scene, 'view'> & { readonly label: string }) {
  const { t } = useTranslation()
  const [host, room] = useRoom()
  const canvas = useRef<HTMLCanvasElement>(null)
  const held = useRef<{ readonly x: number; readonly y: number; readonly view: View } | null>(null)
  const [view, setView] = useState(usualView)
  const dark = useDarkMode()
  useEffect(() => {
    // in the frame, so that dragging draws no more often than the screen
    const frame = requestAnimationFrame(() => {
      if (canvas.current && room.width > 0) paintSurface(canvas.current, room.width, room.height, { ...scene, view })
    })
    return () => cancelAnimationFrame(frame)
  })
  const onKey = (event: KeyboardEvent) => {
    const step = KEYS[event.key]
    if (step) setView((v) => turned(v, ...step))
    else if (event.key === 'Home') setView(usualView)
    else return
    event.preventDefault()
  }
  const onMove = ({ clientX, clientY }: PointerEvent) => {
    const from = held.current
    if (from) setView(turned(from.view, (from.x - clientX) * PIXEL, (clientY - from.y) * PIXEL))
  }
  return (
    <div ref={host} className="plot-room" data-theme-drawn={dark ? 'dark' : 'light'}>
      <canvas
        ref={canvas}
        className="surface-solid"
        style={{ width: room.width, height: room.height }}
        role="img"
        aria-label={`${label} ${t('plots.surface.turn')}`}
        title={t('plots.surface.turn')}
        tabIndex={0}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          held.current = { x: event.clientX, y: event.clientY, view }
        }}
        onPointerMove={onMove}
        onPointerUp={() => {
          held.current = null
        }}
        onPointerCancel={() => {
          held.current = null
        }}
      />
    </div>
  )
}
