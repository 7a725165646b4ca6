import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlaneResult } from '../../../engine/session/plots/types.ts'
import { setPlane } from '../state.ts'
import { type Colours, paintUnit } from './paintMap.ts'

interface Props {
  readonly map: PlaneResult['maps'][number]
  readonly size: number
  readonly name: string
  readonly chosen: number | null
  readonly colours: Colours | null
}

/** All units of a layer side by side; one of them can be shown large. */
export function UnitMaps({ map, size, name, chosen, colours }: Props) {
  const { t } = useTranslation()
  const points = size * size
  return (
    <div className="plane-units">
      <div className="plane-tiles">
        {Array.from({ length: map.shown }, (_, unit) => (
          <Tile
            // biome-ignore lint/suspicious/noArrayIndexKey: a unit is its index
            key={unit}
            data={map.data.subarray(unit * points, (unit + 1) * points)}
            size={size}
            colours={colours}
            label={`${name}[${unit}]`}
            pressed={chosen === unit}
            onClick={() => setPlane({ unit: chosen === unit ? null : unit })}
          />
        ))}
      </div>
      {map.units > map.shown && <p className="muted">{t('plots.plane.more', { count: map.units - map.shown })}</p>}
    </div>
  )
}

interface TileProps {
  readonly data: Float32Array
  readonly size: number
  readonly colours: Colours | null
  readonly label: string
  readonly pressed: boolean
  readonly onClick: () => void
}

function Tile({ data, size, colours, label, pressed, onClick }: TileProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current && colours) paintUnit(canvas.current, colours, data, size)
  }, [data, size, colours])
  return (
    <button
      type="button"
      className="plane-tile"
      aria-pressed={pressed}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <canvas ref={canvas} />
    </button>
  )
}
