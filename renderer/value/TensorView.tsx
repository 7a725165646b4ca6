/** One tensor, whole: a picture, its numbers, how they are spread. Only what is on screen is asked of the engine. */
import { Clipboard, Grid3x3, Image, Table } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Summary, Target } from '../../engine/session/protocol.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { Figures } from '../inspector/parts.tsx'
import { toast } from '../store/announce.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Axes } from './Axes.tsx'
import { formatNumber, formatShape, indexAt } from './format.ts'
import { Heatmap } from './Heatmap.tsx'
import { Histogram } from './Histogram.tsx'
import { NumberGrid } from './NumberGrid.tsx'
import { asCsv, asJson, asNumpy, imageLayout, imageSide, layoutOf, sliceAt } from './slices.ts'
import { useSlice } from './useSlice.ts'

interface TensorViewProps {
  readonly summary: Summary
  readonly target: Target
  readonly which: 'value' | 'gradient'
}

async function copy(text: string, done: string, failed: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast('done', done)
  } catch {
    toast('failed', failed)
  }
}

const dtypeOf = (data: Float32Array | Float64Array) => (data instanceof Float64Array ? 'float64' : 'float32')

export function TensorView({ summary, target, which }: TensorViewProps) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const { shape, statistics } = summary
  const side = imageSide(shape)
  const [asImage, setAsImage] = useState(side !== null && which === 'value' && summary.statistics.min >= 0)
  const layout = asImage && side !== null ? imageLayout(shape, side) : layoutOf(shape)
  const [leading, setLeading] = useState<readonly number[]>(() => layout.leading.map(() => 0))
  const [from, setFrom] = useState(0)
  const [at, setAt] = useState<number | null>(null)
  const [picture, setPicture] = useState(statistics.count > 16)
  const { slice, problem } = useSlice(target, which, sliceAt(layout, leading, from))
  const extent = Math.max(Math.abs(statistics.min), Math.abs(statistics.max)) || 0
  const value = at === null ? undefined : slice?.data[at]
  const show = (asPicture: boolean, image: boolean) => {
    setPicture(asPicture)
    if (image === asImage) return
    const next = image && side !== null ? imageLayout(shape, side) : layoutOf(shape)
    setAsImage(image)
    setLeading(next.leading.map((_, axis) => leading[axis] ?? 0))
    setFrom(0)
    setAt(null)
  }
  const copied = [t('value.copied'), t('canvas.clipboardDenied')] as const
  return (
    <div className="tensor-view" data-which={which}>
      <div className="tensor-main">
        <div className="tensor-tools">
          <IconButton
            icon={Grid3x3}
            label={t('value.picture')}
            pressed={picture && !asImage}
            onClick={() => show(true, false)}
          />
          <IconButton icon={Table} label={t('value.numbers')} pressed={!picture} onClick={() => show(false, false)} />
          {side !== null && (
            <IconButton
              icon={Image}
              label={t('value.image', { side })}
              pressed={picture && asImage}
              onClick={() => show(true, true)}
            />
          )}
          <output className="tensor-read numbers">
            {slice && at !== null && value !== undefined
              ? `${formatShape(indexAt(slice.offset + at, shape))} = ${formatNumber(value, 7)}`
              : picture && t('value.pointAt')}
          </output>
        </div>
        <div className="tensor-stage">
          {problem && <p className="muted">{textOf(problem).message}</p>}
          {slice &&
            (picture ? (
              <Heatmap
                data={slice.data}
                columns={layout.columns}
                extent={extent}
                grey={asImage ? statistics : undefined}
                at={at}
                onRead={setAt}
              />
            ) : (
              <NumberGrid data={slice.data} columns={layout.columns} firstRow={from} />
            ))}
        </div>
        <Axes layout={layout} leading={leading} onLeading={setLeading} from={from} onFrom={setFrom} />
      </div>
      <aside className="tensor-side">
        <p className="tensor-size numbers">{shape.length === 0 ? t('inspector.scalar') : formatShape(shape)}</p>
        <Figures summary={summary} />
        {slice && slice.data.length > 1 && <Histogram data={slice.data} />}
        <div className="heat-legend numbers">
          <span className="heat-scale" aria-hidden="true" />
          <span>{formatNumber(-extent, 3)}</span>
          <span>0</span>
          <span>{formatNumber(extent, 3)}</span>
        </div>
        {slice && (
          <div className="tensor-copy">
            <Button icon={Clipboard} onClick={() => void copy(asCsv(slice.data, layout.columns), ...copied)}>
              CSV
            </Button>
            <Button icon={Clipboard} onClick={() => void copy(asJson(slice.data, shape, slice.offset), ...copied)}>
              JSON
            </Button>
            <Button
              icon={Clipboard}
              onClick={() => void copy(asNumpy(slice.data, layout.columns, dtypeOf(slice.data)), ...copied)}
            >
              NumPy
            </Button>
          </div>
        )}
      </aside>
    </div>
  )
}
