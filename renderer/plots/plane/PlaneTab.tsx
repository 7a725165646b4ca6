import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../../engine/document/lookup.ts'
import type { PlaneResult } from '../../../engine/session/plots/types.ts'
import { nameOf } from '../../canvas/geometry.ts'
import { useEditor } from '../../store/editor.ts'
import { formatNumber } from '../../value/format.ts'
import { Empty } from '../Empty.tsx'
import { NumberTable } from '../NumberTable.tsx'
import { usePlots } from '../state.ts'
import { useOffer } from '../useOffer.ts'
import { PlaneControls } from './PlaneControls.tsx'
import { PlanePlot } from './PlanePlot.tsx'
import { type Regions, readingOf, regionsOf } from './regions.ts'
import { UnitMaps } from './UnitMaps.tsx'
import { useColours } from './useColours.ts'
import { type PlaneView, usePlane } from './usePlane.ts'

/** Points on a side of the table. */
const ROWS = 9

const valueAt = ({ range }: PlaneResult, axis: 0 | 1, share: number): number =>
  range[axis][0] + share * (range[axis][1] - range[axis][0])

/** What the network says of each point of the plane: its classes, and each unit of a layer. */
export function PlaneTab() {
  const { t } = useTranslation()
  const view = usePlane()
  return (
    <>
      <PlaneControls view={view} />
      {view.result ? (
        <Shown view={view} plane={view.result} />
      ) : (
        <Empty problems={view.problems} text={view.planar ? undefined : t('plots.plane.missing')} />
      )}
    </>
  )
}

function useRegions({ planar }: PlaneView, plane: PlaneResult): Regions | null {
  const loss = useEditor((s) => indexOf(s.document).nodes.get(s.document.objective ?? '')?.op)
  const map = plane.maps.find(({ id }) => id === planar?.prediction?.id)
  return useMemo(
    () => (map && map.shown === map.units ? regionsOf(map.data, plane.size ** 2, readingOf(loss)) : null),
    [map, plane.size, loss]
  )
}

function Shown({ view, plane }: { readonly view: PlaneView; readonly plane: PlaneResult }) {
  const { t } = useTranslation()
  const [at, setAt] = useState<readonly [number, number] | null>(null)
  const table = usePlots((s) => s.table)
  const chosen = usePlots((s) => s.plane.unit)
  const name = useEditor((s) => {
    const node = indexOf(s.document).nodes.get(view.node?.id ?? '')
    return node ? nameOf(node).replaceAll('$', '') : ''
  })
  const regions = useRegions(view, plane)
  const colours = useColours()
  const map = plane.maps.find(({ id }) => id === view.node?.id)
  const { size } = plane
  const unit = map && chosen !== null && chosen < map.shown ? chosen : regions ? null : 0
  const data = map && unit !== null ? map.data.subarray(unit * size ** 2, (unit + 1) * size ** 2) : null
  const label =
    unit === null
      ? t('plots.plane.classes', { count: new Set(regions?.classes).size })
      : t('plots.plane.unit', { unit: `${name}[${unit}]` })
  const said = (i: number): number | string => (data ? (data[i] as number) : (regions?.classes[i] ?? ''))
  const head = ['x₀', 'x₁', unit === null ? t('plots.plane.class') : `${name}[${unit}]`]
  const rowAt = (j: number, i: number) => [
    valueAt(plane, 0, i / (size - 1)),
    valueAt(plane, 1, j / (size - 1)),
    said(j * size + i)
  ]
  useOffer(() => ({
    head,
    rows: Array.from({ length: size * size }, (_, k) => rowAt(Math.floor(k / size), k % size))
  }))
  if (table) {
    const place = (i: number): number => Math.round((i * (size - 1)) / (ROWS - 1))
    const columns = Array.from({ length: ROWS }, (_, i) => formatNumber(valueAt(plane, 0, place(i) / (size - 1)), 3))
    const rows = Array.from({ length: ROWS }, (_, j) => [
      valueAt(plane, 1, place(j) / (size - 1)),
      ...columns.map((_, i) => said(place(j) * size + place(i)))
    ])
    return <NumberTable caption={label} head={['x₁ \\ x₀', ...columns]} rows={rows.reverse()} />
  }
  return (
    <div className="plot-stack">
      <div className="plot-pair">
        <PlanePlot plane={plane} regions={regions} unit={data} colours={colours} label={label} onRead={setAt} />
        {map && <UnitMaps map={map} size={size} name={name} chosen={unit} colours={colours} />}
      </div>
      <output className="plot-read numbers">
        {at ? <ReadAt plane={plane} at={at} name={head[2] as string} said={said} /> : label}
      </output>
    </div>
  )
}

interface ReadAtProps {
  readonly plane: PlaneResult
  readonly at: readonly [number, number]
  readonly name: string
  readonly said: (i: number) => number | string
}

function ReadAt({ plane, at, name, said }: ReadAtProps) {
  const { size, range } = plane
  const [i, j] = at.map((value, axis) => {
    const [from, to] = range[axis as 0 | 1]
    return Math.min(size - 1, Math.max(0, Math.round(((value - from) / (to - from)) * (size - 1))))
  }) as [number, number]
  const found = said(j * size + i)
  return (
    <>
      {`x₀ = ${formatNumber(at[0], 3)}   x₁ = ${formatNumber(at[1], 3)}   ${name}: ${typeof found === 'number' ? formatNumber(found) : found}`}
    </>
  )
}
