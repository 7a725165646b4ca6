/** y over x for one number of a graph and another, with slopes and secants, in float64. */
import { fail } from '../../problem.ts'
import { bindShape, sizeOf } from '../../shape.ts'
import type { Ground } from '../derivatives.ts'
import { explainer } from '../why.ts'
import { Moving, valuesNow } from './moving.ts'
import type { CurveRequest, CurveResult, Range } from './types.ts'

/** Where nobody says how far: as far as the number is from 0 and half as much again, or 2. */
export const around = (x: number): Range => {
  const far = Number.isFinite(x) && Math.abs(x) > 4 / 3 ? 1.5 * Math.abs(x) : 2
  return Number.isFinite(x) ? [x - far, x + far] : [-far, far]
}

/** Operations of one walk beyond which a curve has fewer points, and every fourth step. */
const LARGE = 2e6
const FEW = 41

/** @throws ProblemError where it is no such number, or one that cannot change by a little */
export async function curve(ground: Ground, request: CurveRequest): Promise<CurveResult> {
  const { inspection, rows } = ground
  const { along, of } = request
  const from = inspection.valueOf(along.target)
  if (from.type.dtype !== 'float') fail('plot.notFloat')
  const value = of ? inspection.valueOf(of.target) : (inspection.built.objective ?? fail('gradient.noObjective'))
  const size = sizeOf(bindShape(from.type.shape, rows.batch))
  if (along.index >= size) fail('plot.element', { index: along.index, count: size })
  const [now] = await valuesNow(ground, [from])
  const base = Float64Array.from(now ?? [])
  const x = base[along.index] as number
  base[along.index] = 0
  const moving = await Moving.load(
    ground,
    { value, index: of ? of.index : null },
    {
      moves: [{ value: from, base, along: new Map([[0, new Float64Array(size).with(along.index, 1)]]) }],
      axes: 1,
      gradient: true
    }
  )
  const large = moving.operations > LARGE
  const points = large ? Math.min(FEW, request.points) : request.points
  const steps = large ? request.steps.filter((_, i) => i % 4 === 0) : request.steps
  const range = request.range ?? around(x)
  const here = await moving.at(x)
  const xs = Float64Array.from({ length: points }, (_, i) => range[0] + ((range[1] - range[0]) * i) / (points - 1))
  const [ys, slopes] = [new Float64Array(points), new Float64Array(points)]
  for (const [i, at] of xs.entries()) {
    const found = await moving.at(at)
    ys[i] = found.y
    slopes[i] = found.slopes[0] as number
  }
  const secants: CurveResult['secants'][number][] = []
  const half = (range[1] - range[0]) / 2
  for (const h of steps.map((step) => step * half))
    secants.push({ h, above: (await moving.at(x + h)).y, below: (await moving.at(x - h)).y })
  moving.dispose()
  return {
    range,
    here: { x, y: here.y, slope: here.slopes[0] as number },
    xs,
    ys,
    slopes,
    secants,
    batch: rows.open ? rows.batch : null,
    why: moving.reached[0] ? null : explainer(inspection.ir, value.id)(from.id)
  }
}
