/** The surface that is asked for, and the paths of the optimizers on it. */
import { useMemo } from 'react'
import type { OptimizerSettings } from '../../../engine/document/types.ts'
import type { Axes, Axis, LandscapeResult, PathsResult } from '../../../engine/session/plots/types.ts'
import { client } from '../../session/session.ts'
import { useEditor } from '../../store/editor.ts'
import { feedsOf } from '../../store/run.ts'
import { indexAt } from '../../value/format.ts'
import { type Place, sourcesOf } from '../places.ts'
import { OPTIMIZER_ROWS, type OptimizerRow, usePlots } from '../state.ts'
import { type Asked, useAsked } from '../useAsked.ts'
import { useNow } from '../useNow.ts'
import { usualRates } from './levels.ts'

export interface SurfaceView {
  readonly parameters: readonly Place[]
  readonly axes: Axes | null
  readonly names: readonly [string, string]
  readonly surface: Asked<LandscapeResult>
  readonly paths: Asked<PathsResult>
  readonly rates: Readonly<Record<OptimizerRow, number>>
  readonly shown: readonly OptimizerRow[]
  readonly start: readonly [number, number]
  readonly missing: 'objective' | 'parameters' | null
}

const count = (place: Place): number => place.shape.reduce((product, d) => product * d, 1)

/** Two numbers of their own before two elements of one tensor. */
function usualAxes(parameters: readonly Place[]): Axes | null {
  const single = parameters.filter((place) => count(place) === 1)
  const [a, b] = single.length > 1 ? single : parameters
  const name = ({ key }: Place): string => key.slice('parameter '.length)
  const element = (place: Place, index: number): Axis => ({ kind: 'element', parameter: name(place), index })
  if (single.length < 2 && a && count(a) > 1) return [element(a, 0), element(a, 1)]
  return a && b ? [element(a, 0), element(b, 0)] : null
}

const exists = (axis: Axis, parameters: readonly Place[]): boolean => {
  if (axis.kind === 'random') return true
  const place = parameters.find(({ key }) => key === `parameter ${axis.parameter}`)
  return place !== undefined && axis.index < count(place)
}

function nameOf(axis: Axis, parameters: readonly Place[], random: (seed: number) => string): string {
  if (axis.kind === 'random') return random(axis.seed)
  const place = parameters.find(({ key }) => key === `parameter ${axis.parameter}`)
  return place && count(place) > 1
    ? `${place.text}[${indexAt(axis.index, place.shape).join(', ')}]`
    : (place?.text ?? axis.parameter)
}

const SETTINGS: Readonly<Record<OptimizerRow, Omit<OptimizerSettings, 'learningRate'>>> = {
  sgd: { kind: 'sgd' },
  momentum: { kind: 'sgd', momentum: 0.9 },
  rmsprop: { kind: 'rmsprop' },
  adam: { kind: 'adam' }
}

export function useSurface(random: (seed: number) => string): SurfaceView {
  const document = useEditor((s) => s.document)
  const checked = useEditor((s) => s.checked)
  const choice = usePlots((s) => s.surface)
  const { batch, version } = useNow()
  const parameters = useMemo(
    () => sourcesOf(document, checked, batch).filter(({ target }) => target.kind === 'parameter'),
    [document, checked, batch]
  )
  const axes = choice.axes?.every((axis) => exists(axis, parameters)) ? choice.axes : usualAxes(parameters)
  const missing = document.objective === null ? 'objective' : axes === null ? 'parameters' : null
  const about = JSON.stringify(axes)
  const ready = missing === null && version !== null && axes !== null
  const asked = { document, feeds: feedsOf(document), axes: axes as Axes }
  const surface = useAsked(ready ? JSON.stringify([about, version, choice.ranges]) : null, about, (signal) =>
    client().landscape({ ...asked, ranges: choice.ranges }, signal)
  )
  const { result } = surface
  const rates = useMemo(() => {
    const width = (axis: 0 | 1): number => (result ? result.ranges[axis][1] - result.ranges[axis][0] : 1)
    const usual = usualRates(result?.data ?? [], result?.size ?? 0, [width(0), width(1)])
    return { sgd: usual.sgd, momentum: usual.momentum, rmsprop: usual.adaptive, adam: usual.adaptive, ...choice.rates }
  }, [result, choice.rates])
  const shown = OPTIMIZER_ROWS.filter((row) => !choice.hidden.includes(row))
  const start = choice.start ?? result?.here.at ?? [0, 0]
  const optimizers = OPTIMIZER_ROWS.map((row) => ({ ...SETTINGS[row], learningRate: rates[row] }) as OptimizerSettings)
  const { steps } = choice
  const key = result && ready ? JSON.stringify([about, version, start, steps, rates]) : null
  const paths = useAsked(key, about, (signal) => client().paths({ ...asked, start, steps, optimizers }, signal))
  const names = (axes ?? []).map((axis) => nameOf(axis, parameters, random)) as unknown as readonly [string, string]
  return { parameters, axes, names, surface, paths, rates, shown, start, missing }
}
