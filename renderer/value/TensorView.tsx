/** One tensor, whole: a picture, its numbers, how they are spread. Only what is on screen is asked of the engine. */
import { Grid3x3, Image, Table } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Summary, Target } from '../../engine/session/protocol.ts'
import { Figures } from '../inspector/parts.tsx'
import { IconButton } from '../ui/Button.tsx'
import { AxesChoice } from './AxesChoice.tsx'
import { CopyButtons } from './CopyButtons.tsx'
import { formatNumber, formatShape, indexAt } from './format.ts'
import { Histogram } from './Histogram.tsx'
import { firstInk, ImageGrid } from './ImageGrid.tsx'
import { picturesIn } from './images.ts'
import { NumberGrid } from './NumberGrid.tsx'
import { ProductView } from './ProductView.tsx'
import { ScaleChoice } from './ScaleChoice.tsx'
import { endsOf, type Scale } from './scale.ts'
import { type Axes, firstAxes, tableOf } from './slices.ts'
import { TableMap } from './TableMap.tsx'

interface TensorViewProps {
  readonly summary: Summary
  readonly target: Target
  readonly which: 'value' | 'gradient'
}

/** An element that is pointed at or chosen. */
export interface Reading {
  /** Flat. */
  readonly at: number
  readonly value: number
}

/** Fewer numbers are read as numbers. */
const FEW = 16

const MODES = [
  { mode: 'picture', icon: Grid3x3 },
  { mode: 'numbers', icon: Table },
  { mode: 'images', icon: Image }
] as const
type Mode = (typeof MODES)[number]['mode']

export function TensorView({ summary, target, which }: TensorViewProps) {
  const { t } = useTranslation()
  const { shape, statistics } = summary
  const pictures = useMemo(() => picturesIn(shape), [shape])
  const [mode, setMode] = useState<Mode>(() => {
    if (statistics.count <= FEW) return 'numbers'
    return pictures.length > 0 && which === 'value' && statistics.min >= 0 ? 'images' : 'picture'
  })
  const [axes, setAxes] = useState<Axes>(() => firstAxes(shape))
  const [ink, setInk] = useState(() => firstInk(pictures, statistics))
  const [scale, setScale] = useState<Scale>({ kind: 'symmetric', fixed: null })
  const [reading, setReading] = useState<Reading | null>(null)
  const [chosen, setChosen] = useState<number | null>(null)
  const table = useMemo(() => tableOf(shape, axes), [shape, axes])
  const ends = useMemo(() => endsOf(scale, statistics), [scale, statistics])
  const of = { target, which }
  const coloured = mode === 'picture' || (mode === 'images' && ink === 'heat')
  return (
    <div className="tensor-view" data-which={which}>
      <div className="tensor-main">
        <div className="tensor-tools">
          {MODES.filter(({ mode: m }) => m !== 'images' || pictures.length > 0).map(({ mode: m, icon }) => (
            <IconButton
              key={m}
              icon={icon}
              label={t(`value.modes.${m}`)}
              pressed={mode === m}
              onClick={() => {
                setMode(m)
                setReading(null)
              }}
            />
          ))}
          <output className="tensor-read numbers">
            {reading
              ? `${formatShape(indexAt(reading.at, shape))} = ${formatNumber(reading.value, 7)}`
              : mode !== 'numbers' && t('value.pointAt')}
          </output>
        </div>
        {statistics.count === 0 ? null : mode === 'images' ? (
          <ImageGrid {...of} {...{ pictures, ends, statistics, ink }} onInk={setInk} onRead={setReading} />
        ) : mode === 'picture' ? (
          <TableMap {...of} table={table} ends={ends} onRead={setReading} onChoose={setChosen} />
        ) : (
          <NumberGrid {...of} table={table} chosen={chosen} onChoose={setChosen} />
        )}
        {statistics.count > 0 && mode !== 'images' && <AxesChoice shape={shape} axes={axes} onAxes={setAxes} />}
        {chosen !== null && <ProductView {...of} index={chosen} shape={shape} onClose={() => setChosen(null)} />}
      </div>
      <aside className="tensor-side">
        <p className="tensor-size numbers">{shape.length === 0 ? t('inspector.scalar') : formatShape(shape)}</p>
        <Figures summary={summary} />
        {statistics.count > 1 && <Histogram {...of} count={statistics.count} />}
        {coloured && <ScaleChoice scale={scale} ends={ends} onScale={setScale} />}
        <CopyButtons {...of} summary={summary} table={table} axes={axes} />
      </aside>
    </div>
  )
}
