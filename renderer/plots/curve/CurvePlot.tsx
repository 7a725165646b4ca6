import { type ComponentProps, useMemo } from 'react'
import type { CurveResult } from '../../../engine/session/plots/types.ts'
import { Frame, type Inside } from '../Frame.tsx'
import { lineOf, rangeAround } from '../scale.ts'
import type { Secant } from './secant.ts'

interface Props {
  readonly curve: CurveResult
  readonly secant: Secant | null
  readonly xName: string
  readonly yName: string
  readonly label: string
  /** The point that is read, among those of the curve. */
  readonly at: number | null
  readonly onRead: (at: number | null) => void
}

/** A line through a point, across the whole picture. */
const across = ({ x, y }: Inside, [px, py]: readonly [number, number], slope: number): string =>
  lineOf(x.range.map((at) => [x(at), y(py + slope * (at - px))] as const))

const nearest = (xs: ArrayLike<number>, x: number): number =>
  Math.round(((x - (xs[0] as number)) / ((xs[xs.length - 1] as number) - (xs[0] as number))) * (xs.length - 1))

type AxesProps = Pick<Props, 'curve' | 'xName' | 'yName' | 'label' | 'onRead'> & {
  /** Over the points of the curve. */
  readonly values: Float64Array
  readonly children: ComponentProps<typeof Frame>['children']
}

/** Axes about a curve; pointing reads the nearest of its points. */
function Axes({ curve, values, onRead, ...frame }: AxesProps) {
  const range = useMemo(() => rangeAround(values), [values])
  return (
    <Frame
      xRange={curve.range}
      yRange={range}
      grid
      onPoint={(x) => onRead(nearest(curve.xs, x))}
      onLeave={() => onRead(null)}
      {...frame}
    />
  )
}

/** y over x with the tangent, and the secant that becomes it. */
export function CurvePlot({ curve, secant, at, ...axes }: Props) {
  const { here, xs, ys } = curve
  return (
    <Axes curve={curve} values={ys} {...axes}>
      {(inside) => {
        const { x, y } = inside
        return (
          <>
            <path className="curve-tangent" d={across(inside, [here.x, here.y], here.slope)} />
            {secant && <path className="curve-secant" d={across(inside, secant.from, secant.slope)} />}
            {secant && (
              <path
                className="curve-rise"
                d={lineOf(
                  [secant.from, [secant.to[0], secant.from[1]] as const, secant.to].map(([px, py]) => [x(px), y(py)])
                )}
              />
            )}
            <path className="curve-line" d={lineOf(Array.from(xs, (px, i) => [x(px), y(ys[i] as number)]))} />
            {secant &&
              [secant.from, secant.to].map(([px, py]) => (
                <rect key={px} className="curve-end" x={x(px) - 3.5} y={y(py) - 3.5} width={7} height={7} />
              ))}
            <circle className="curve-here" cx={x(here.x)} cy={y(here.y)} r={4.5} />
            {at !== null && <Reading inside={inside} x={xs[at] as number} y={ys[at] as number} />}
          </>
        )
      }}
    </Axes>
  )
}

function Reading({ inside, x, y }: { readonly inside: Inside; readonly x: number; readonly y: number }) {
  return (
    <g className="plot-reading">
      <line x1={inside.x(x)} x2={inside.x(x)} y2={inside.height} />
      {Number.isFinite(y) && <circle cx={inside.x(x)} cy={inside.y(y)} r={3} />}
    </g>
  )
}

/** The derivative over x; the slope of the secant is a level line beside it. */
export function SlopePlot({ curve, secant, at, ...axes }: Props) {
  const { here, xs, slopes } = curve
  return (
    <Axes curve={curve} values={slopes} {...axes}>
      {(inside) => {
        const { x, y } = inside
        return (
          <>
            <path className="curve-slope" d={lineOf(Array.from(xs, (px, i) => [x(px), y(slopes[i] as number)]))} />
            {secant && (
              <path className="curve-secant" d={lineOf(x.range.map((px) => [x(px), y(secant.slope)] as const))} />
            )}
            <circle className="curve-here" data-which="slope" cx={x(here.x)} cy={y(here.slope)} r={4.5} />
            {at !== null && <Reading inside={inside} x={xs[at] as number} y={slopes[at] as number} />}
          </>
        )
      }}
    </Axes>
  )
}
