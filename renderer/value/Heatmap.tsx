import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useDarkMode } from '../ui/useDarkMode.ts'
import { paint, paintGrey, paletteOf } from './colours.ts'

interface HeatmapProps {
  readonly data: ArrayLike<number>
  readonly columns: number
  /** What the strongest colour stands for. */
  readonly extent: number
  /** In greys from the smallest to the largest instead, as a picture. */
  readonly grey?: { readonly min: number; readonly max: number }
  /** Element under the pointer or the arrow keys. */
  readonly at: number | null
  readonly onRead: (at: number | null) => void
}

const WIDTH = 560
const HEIGHT = 380
const LARGEST_CELL = 36
const LONGEST = 8

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1]
}

/** Cells are square where that fills the room; those of a very long table are stretched. */
function cellSize(rows: number, columns: number): readonly [wide: number, high: number] {
  const wide = Math.min(LARGEST_CELL, WIDTH / columns)
  const high = Math.min(LARGEST_CELL, HEIGHT / rows)
  const square = Math.min(wide, high)
  const tiny = square < 10
  return tiny ? [Math.min(wide, LONGEST * high), Math.min(high, LONGEST * wide)] : [square, square]
}

/** A table of numbers as a picture, one pixel each, drawn large enough to see. */
export function Heatmap({ data, columns, extent, grey, at, onRead }: HeatmapProps) {
  const { t } = useTranslation()
  const canvas = useRef<HTMLCanvasElement>(null)
  const dark = useDarkMode()
  const rows = Math.max(1, Math.ceil(data.length / columns))
  const [wide, high] = cellSize(rows, columns)
  const [width, height] = [Math.max(1, columns * wide), Math.max(1, rows * high)]

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context) return
    canvas.current.dataset.theme = dark ? 'dark' : 'light'
    const palette = paletteOf(canvas.current.parentElement ?? document.body)
    const image = context.createImageData(columns, rows)
    for (let i = 0; i < data.length; i++) {
      if (grey) paintGrey(image.data, 4 * i, data[i] as number, grey)
      else paint(image.data, 4 * i, data[i] as number, extent, palette)
    }
    context.putImageData(image, 0, 0)
  }, [data, columns, rows, extent, grey, dark])

  const read = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const x = Math.floor(((event.clientX - box.x) / box.width) * columns)
    const y = Math.floor(((event.clientY - box.y) / box.height) * rows)
    const index = y * columns + x
    onRead(x >= 0 && x < columns && index >= 0 && index < data.length ? index : null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (!step) return
    event.preventDefault()
    const next = at === null ? 0 : at + step[0] + step[1] * columns
    if (next >= 0 && next < data.length) onRead(next)
  }
  return (
    <div className="heatmap" style={{ width, height }}>
      <canvas
        ref={canvas}
        width={columns}
        height={rows}
        style={{ width, height }}
        aria-label={t('value.heatmap', { rows, columns })}
        tabIndex={0}
        onPointerMove={read}
        onPointerLeave={() => onRead(null)}
        onKeyDown={onKeyDown}
      />
      {at !== null && Math.min(wide, high) >= 2.5 && (
        <span
          className="heatmap-cursor"
          style={{ left: (at % columns) * wide, top: Math.floor(at / columns) * high, width: wide, height: high }}
        />
      )}
    </div>
  )
}
