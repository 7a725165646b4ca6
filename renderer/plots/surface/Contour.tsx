import { useMemo } from 'react'
import type { LandscapeResult, Path } from '../../../engine/session/plots/types.ts'
import { shortNumber } from '../../training/shortNumber.ts'
import { Frame, type Inside } from '../Frame.tsx'
import { lineOf } from '../scale.ts'
import type { OptimizerRow } from '../state.ts'
import { contourLines, labelsOf } from './levels.ts'
import { Mark } from './Mark.tsx'

export interface Drawn {
  readonly row: OptimizerRow
  readonly path: Path
}

interface Props {
  readonly surface: LandscapeResult
  readonly levels: readonly number[]
  readonly names: readonly [string, string]
  readonly paths: readonly Drawn[]
  /** Step up to which paths are drawn. */
  readonly step: number
  readonly start: readonly [number, number]
  readonly label: string
  readonly onStart: (x: number, y: number) => void
}

/** The surface from above: level lines with their numbers, and on them where each optimizer went. */
export function Contour({ surface, levels, names, paths, step, start, label, onStart }: Props) {
  return (
    <Frame
      xRange={surface.ranges[0]}
      yRange={surface.ranges[1]}
      xName={names[0]}
      yName={names[1]}
      label={label}
      onPick={onStart}
    >
      {(inside) => (
        <>
          <Ground surface={surface} levels={levels} inside={inside} />
          {paths.map(({ row, path }) => (
            <Way key={row} row={row} path={path} step={step} inside={inside} />
          ))}
          <path className="surface-start" d={`M${inside.x(start[0]) - 6},${inside.y(start[1])}h12m-6,-6v12`} />
        </>
      )}
    </Frame>
  )
}

type GroundProps = Pick<Props, 'surface' | 'levels'> & { readonly inside: Inside }

function Ground({ surface, levels, inside }: GroundProps) {
  const { width, height } = inside
  // the scales are made anew with each drawing; what they do depends on these
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const { lines, labels } = useMemo(() => {
    const lines = contourLines(surface.data, surface.size, levels, inside.x, inside.y)
    return { lines, labels: labelsOf(lines, width, height) }
  }, [surface, levels, width, height])
  return (
    <g>
      <rect width={width} height={height} style={{ fill: groundColour(0) }} />
      {lines.map(({ value, path }, i) => (
        <path key={value} className="surface-level" d={path} style={{ fill: groundColour((i + 1) / lines.length) }} />
      ))}
      {labels.map(({ value, x, y }) => (
        <text key={value} className="surface-number" x={x} y={y} dy="0.35em" textAnchor="middle">
          {shortNumber(value)}
        </text>
      ))}
    </g>
  )
}

/** From low to high, 0…1. */
export const groundColour = (share: number): string =>
  `color-mix(in oklab, var(--ground-high) ${Math.round(100 * share)}%, var(--ground-low))`

function Way({ row, path, step, inside }: Drawn & { readonly step: number; readonly inside: Inside }) {
  const last = Math.min(step, path.points.length / 2 - 1)
  const at = (t: number) =>
    [inside.x(path.points[2 * t] as number), inside.y(path.points[2 * t + 1] as number)] as const
  const line = lineOf(Array.from({ length: last + 1 }, (_, t) => at(t)))
  const [x, y] = at(last)
  return (
    <g className="surface-way" data-optimizer={row}>
      <path className="surface-halo" d={line} />
      <path className="surface-path" d={line} />
      <Mark row={row} x={x} y={y} />
    </g>
  )
}
