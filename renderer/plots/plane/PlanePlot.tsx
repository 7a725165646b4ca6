import { contours } from 'd3-contour'
import { memo, useEffect, useMemo, useState } from 'react'
import type { PlaneResult } from '../../../engine/session/plots/types.ts'
import { Frame, type Inside } from '../Frame.tsx'
import { PointShape } from './PointShape.tsx'
import { type Colours, paintRegions, paintUnit } from './paintMap.ts'
import type { Regions } from './regions.ts'

interface Props {
  readonly plane: PlaneResult
  /** The regions of the classes, or the map of one unit in their place. */
  readonly regions: Regions | null
  readonly unit: Float32Array | null
  readonly colours: Colours | null
  readonly label: string
  readonly onRead: (at: readonly [number, number] | null) => void
}

/** The plane of the two inputs: what the network says of each point, and the examples on it. */
export function PlanePlot({ plane, regions, unit, colours, label, onRead }: Props) {
  const { size, range, points } = plane
  const [picture, setPicture] = useState('')
  useEffect(() => {
    if (!colours) return
    const canvas = document.createElement('canvas')
    if (unit) paintUnit(canvas, colours, unit, size)
    else if (regions) paintRegions(canvas, colours, regions, size)
    setPicture(canvas.toDataURL())
  }, [unit, regions, size, colours])
  return (
    <div className="plot-room">
      <Frame
        xRange={range[0]}
        yRange={range[1]}
        xName="x₀"
        yName="x₁"
        label={label}
        square
        onPoint={(x, y) => onRead([x, y])}
        onLeave={() => onRead(null)}
      >
        {(inside) => (
          <>
            <image href={picture} width={inside.width} height={inside.height} preserveAspectRatio="none" />
            {!unit && regions && <Borders regions={regions} size={size} inside={inside} />}
            <Points points={points} x={inside.x} y={inside.y} place={`${range} ${inside.width} ${inside.height}`} />
          </>
        )}
      </Frame>
    </div>
  )
}

/** Where one class gives way to another. */
function Borders({
  regions,
  size,
  inside
}: {
  readonly regions: Regions
  readonly size: number
  readonly inside: Inside
}) {
  const { width, height } = inside
  const path = useMemo(() => {
    const place = (at: number, length: number): number => ((at - 0.5) / (size - 1)) * length
    const find = contours().size([size, size]).thresholds([0])
    return regions.margins
      .flatMap((margin) => find(Array.from(margin)))
      .flatMap(({ coordinates }) => coordinates.flat())
      .map(
        (ring) =>
          `M${ring.map(([i = 0, j = 0]) => `${place(i, width).toFixed(1)},${(height - place(j, height)).toFixed(1)}`).join('L')}Z`
      )
      .join('')
  }, [regions, size, width, height])
  return <path className="plane-border" d={path} />
}

interface PointsProps {
  readonly points: PlaneResult['points']
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  /** What the scales depend on. */
  readonly place: string
}

/** Drawn anew only where they moved, not with each step of a training. */
const Points = memo(
  function Points({ points: { xy, labels }, x, y }: PointsProps) {
    // many points are drawn small
    const scale = labels.length > 300 ? 0.72 : 1
    return (
      <g>
        {Array.from(labels, (label, i) => (
          <PointShape
            // biome-ignore lint/suspicious/noArrayIndexKey: an example is its row
            key={i}
            label={label}
            x={x(xy[2 * i] as number)}
            y={y(xy[2 * i + 1] as number)}
            scale={scale}
          />
        ))}
      </g>
    )
  },
  (before, after) => before.points === after.points && before.place === after.place
)
