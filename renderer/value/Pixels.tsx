import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react'
import { useDarkMode } from '../ui/useDarkMode.ts'
import { type Palette, paletteOf } from './colours.ts'

/** Sets the colour of each cell, row by row, four bytes each. */
export type Draw = (pixels: Uint8ClampedArray, palette: Palette) => void

interface PixelsProps {
  readonly label: string
  readonly rows: number
  readonly columns: number
  /** On screen. */
  readonly width: number
  readonly height: number
  readonly draw: Draw
  /** Cell under the pointer or the arrow keys. */
  readonly at: number | null
  readonly onRead: (at: number | null) => void
  /** A click or Enter on the cell that is read. */
  readonly onChoose?: ((at: number) => void) | undefined
  /** Cells that there are: the last row may be short. */
  readonly count?: number
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1]
}

/** Smaller cells get no frame: it would hide them. */
const FRAMED = 2.5

/** A table of colours, one pixel each, drawn large enough to see; its cells are read by pointer and arrow keys. */
export function Pixels(props: PixelsProps) {
  const { label, rows, columns, width, height, draw, at, onRead, onChoose, count = rows * columns } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const dark = useDarkMode()
  const [wide, high] = [width / columns, height / rows]

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context) return
    canvas.current.dataset.theme = dark ? 'dark' : 'light'
    const image = context.createImageData(columns, rows)
    draw(image.data, paletteOf(canvas.current.parentElement ?? document.body))
    context.putImageData(image, 0, 0)
  }, [draw, columns, rows, dark])

  const cellAt = (event: PointerEvent<HTMLCanvasElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect()
    const x = Math.floor(((event.clientX - box.x) / box.width) * columns)
    const y = Math.floor(((event.clientY - box.y) / box.height) * rows)
    const index = y * columns + x
    return x >= 0 && x < columns && index >= 0 && index < count ? index : null
  }
  // a finger comes down without a move before
  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>) => {
    const cell = cellAt(event)
    onRead(cell)
    if (event.button === 0 && cell !== null) onChoose?.(cell)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (event.key === 'Enter' && at !== null && onChoose) onChoose(at)
    else if (step) {
      const next = at === null ? 0 : at + step[0] + step[1] * columns
      if (next >= 0 && next < count) onRead(next)
    } else return
    event.preventDefault()
  }
  return (
    <div className="pixels" style={{ width, height }} data-fine={Math.min(wide, high) < 1 || undefined}>
      <canvas
        ref={canvas}
        width={columns}
        height={rows}
        style={{ width, height }}
        aria-label={label}
        tabIndex={0}
        onPointerMove={(event) => onRead(cellAt(event))}
        onPointerLeave={() => onRead(null)}
        onPointerDown={onPointerDown}
        onKeyDown={onKeyDown}
      />
      {at !== null && at < count && Math.min(wide, high) >= FRAMED && (
        <span
          className="pixels-cursor"
          style={{ left: (at % columns) * wide, top: Math.floor(at / columns) * high, width: wide, height: high }}
        />
      )}
    </div>
  )
}
