import { type ReactNode, type Ref, useEffect, useId, useRef, useState } from 'react'
import { type Range, type Scale, scaleOf } from './scale.ts'

/** Pixels beside the picture for the numbers and names of the axes; on the left also what the numbers take. */
const EDGE = { name: 20, right: 10, top: 8, bottom: 34 }
/** Pixels of a letter of a name, and of a digit beside an axis: a little more than they need. */
const LETTER = 6.6
const DIGIT = 6.2

/** Its two ends, where there is no room for all of it. */
function shorten(name: string, pixels: number): string {
  const most = Math.max(8, Math.floor(pixels / LETTER))
  if (name.length <= most) return name
  const end = Math.floor((most - 1) / 2)
  return `${name.slice(0, most - 1 - end)}…${name.slice(name.length - end)}`
}

export interface Inside {
  readonly x: Scale
  readonly y: Scale
  readonly width: number
  readonly height: number
}

interface FrameProps {
  readonly xRange: Range
  readonly yRange: Range
  readonly xName: string
  readonly yName: string
  /** What a screen reader says of it. */
  readonly label: string
  /** Lines of the grid behind the picture. */
  readonly grid?: boolean
  readonly square?: boolean
  readonly onPoint?: (x: number, y: number) => void
  readonly onPick?: (x: number, y: number) => void
  readonly onLeave?: () => void
  readonly children: (inside: Inside) => ReactNode
}

/** As large as there is room. */
export function useRoom(): readonly [Ref<HTMLDivElement>, { readonly width: number; readonly height: number }] {
  const host = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState({ width: 0, height: 0 })
  useEffect(() => {
    const at = host.current
    if (!at) return
    const observer = new ResizeObserver(() => setRoom({ width: at.clientWidth, height: at.clientHeight }))
    observer.observe(at)
    return () => observer.disconnect()
  }, [])
  return [host, room]
}

/** Two axes with their numbers, and between them a picture that ends at the border. */
export function Frame(props: FrameProps) {
  const {
    xRange,
    yRange,
    xName,
    yName,
    label,
    grid = false,
    square = false,
    onPoint,
    onPick,
    onLeave,
    children
  } = props
  const clip = useId()
  const [host, room] = useRoom()
  const tallest = Math.max(40, room.height - EDGE.top - EDGE.bottom)
  const digits = Math.max(
    ...scaleOf(yRange, [tallest, 0])
      .ticks(36)
      .map(({ text }) => text.length),
    3
  )
  const left = EDGE.name + 9 + Math.ceil(digits * DIGIT)
  const widest = Math.max(40, room.width - left - EDGE.right)
  const side = Math.min(widest, tallest)
  const width = square ? side : widest
  const height = square ? side : tallest
  const x = scaleOf(xRange, [0, width])
  const y = scaleOf(yRange, [height, 0])
  const at = (event: { clientX: number; clientY: number; currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect()
    const clamp = (value: number, [a, b]: Range) => Math.min(b, Math.max(a, value))
    return [
      clamp(x.invert(event.clientX - box.x - left), xRange),
      clamp(y.invert(event.clientY - box.y - EDGE.top), yRange)
    ] as const
  }
  return (
    <div ref={host} className="plot-room">
      {room.width > 0 && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: what is picked can be typed into fields too
        <svg
          className="plot"
          role="img"
          aria-label={label}
          width={width + left + EDGE.right}
          height={height + EDGE.top + EDGE.bottom}
          onPointerMove={(event) => onPoint?.(...at(event))}
          onPointerLeave={onLeave}
          onClick={(event) => onPick?.(...at(event))}
          data-picks={onPick !== undefined || undefined}
        >
          <g transform={`translate(${left},${EDGE.top})`}>
            <clipPath id={clip}>
              <rect width={width} height={height} />
            </clipPath>
            {x.ticks(64).map(({ at: tick, text }) => (
              <g key={tick} transform={`translate(${x(tick)},0)`}>
                {grid && <line className="plot-grid" y2={height} data-zero={tick === 0 || undefined} />}
                <line className="plot-tick" y1={height} y2={height + 4} />
                <text className="plot-number" y={height + 15} textAnchor="middle">
                  {text}
                </text>
              </g>
            ))}
            {y.ticks(36).map(({ at: tick, text }) => (
              <g key={tick} transform={`translate(0,${y(tick)})`}>
                {grid && <line className="plot-grid" x2={width} data-zero={tick === 0 || undefined} />}
                <line className="plot-tick" x1={-4} x2={0} />
                <text className="plot-number" x={-7} dy="0.35em" textAnchor="end">
                  {text}
                </text>
              </g>
            ))}
            <g clipPath={`url(#${clip})`}>{children({ x, y, width, height })}</g>
            <rect className="plot-border" width={width} height={height} />
            <text className="plot-name" x={width / 2} y={height + 29} textAnchor="middle">
              {shorten(xName, width)}
            </text>
            <text
              className="plot-name"
              transform={`translate(${-left + 11},${height / 2}) rotate(-90)`}
              textAnchor="middle"
            >
              {shorten(yName, height)}
            </text>
          </g>
        </svg>
      )}
    </div>
  )
}
