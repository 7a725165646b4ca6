import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SampleInput } from '../../engine/session/sample/types.ts'
import { extentOf, paint, paintGrey } from '../value/colours.ts'
import { formatNumber } from '../value/format.ts'
import type { Pictures } from '../value/images.ts'
import { type Draw, Pixels } from '../value/Pixels.tsx'
import { byPixel, type FirstMap, type MapKind, magnitudes, numbersOf } from './maps.ts'

interface PictureMapsProps {
  readonly input: SampleInput
  readonly picture: Pictures
  readonly map: FirstMap
  readonly signed: boolean
}

/** The widest and narrowest that a picture becomes, and what is between two. */
const [WIDEST, NARROWEST, GAP] = [256, 112, 16]

/** The picture and its maps side by side; the pixel that is read is marked on all of them. */
export function PictureMaps({ input, picture, map, signed }: PictureMapsProps) {
  const { t } = useTranslation()
  const [at, setAt] = useState<number | null>(null)
  const [row, width] = useWidth()
  const { rows, columns } = picture
  const room = Math.max(NARROWEST, Math.min(WIDEST, (width - 2 * GAP) / 3))
  const cell = Math.max(1, Math.floor(room / Math.max(rows, columns)))
  const size = { width: columns * cell, height: rows * cell, rows, columns, at, onRead: setAt }
  const grey = useGrey(input.value, picture)
  const maps = ([map, 'guided'] as const).map((kind) => ({ kind, numbers: numbersOf(input, kind) }))
  const place = at === null ? '' : `[${Math.floor(at / columns)}, ${at % columns}]`
  const pixel = (numbers: Float32Array) => (at === null ? '' : formatNumber(byPixel(numbers, picture)[at] as number, 3))
  return (
    <div ref={row} className="sample-pictures">
      <div className="sample-figures">
        <figure>
          <figcaption style={{ width: size.width }}>{t('sample.input')}</figcaption>
          <Pixels label={t('sample.input')} draw={grey.draw} {...size} />
          <div className="sample-legend numbers" style={{ width: size.width }}>
            <span className="sample-greys" aria-hidden="true" />
            <span>{formatNumber(grey.min, 3)}</span>
            <span>{formatNumber(grey.max, 3)}</span>
          </div>
        </figure>
        {maps.map(
          ({ kind, numbers }) =>
            numbers && <MapFigure key={kind} kind={kind} numbers={numbers} {...{ picture, signed, size }} />
        )}
      </div>
      <output className="sample-read numbers muted">
        {at === null
          ? t('sample.pointAt')
          : [
              `${place} = ${pixel(input.value)}`,
              ...maps.flatMap(({ kind, numbers }) => (numbers ? `${t(`sample.short.${kind}`)} ${pixel(numbers)}` : []))
            ].join(' · ')}
      </output>
    </div>
  )
}

interface MapFigureProps {
  readonly kind: MapKind
  readonly numbers: Float32Array
  readonly picture: Pictures
  readonly signed: boolean
  readonly size: Omit<Parameters<typeof Pixels>[0], 'label' | 'draw'>
}

function MapFigure({ kind, numbers, picture, signed, size }: MapFigureProps) {
  const { t } = useTranslation()
  const pixels = useMemo(() => {
    const one = byPixel(numbers, picture)
    return signed ? one : magnitudes(one)
  }, [numbers, picture, signed])
  const extent = extentOf(pixels)
  const draw = useCallback<Draw>(
    (image, palette) => {
      for (const [i, x] of pixels.entries()) paint(image, 4 * i, x, extent, palette)
    },
    [pixels, extent]
  )
  return (
    <figure>
      <figcaption style={{ width: size.width }}>{t(`sample.titles.${kind}`)}</figcaption>
      <Pixels label={t(`sample.titles.${kind}`)} draw={draw} {...size} />
      <div className="sample-legend numbers" style={{ width: size.width }}>
        <span className="heat-scale" data-signed={signed} aria-hidden="true" />
        {signed && <span>{formatNumber(-extent, 2)}</span>}
        <span>0</span>
        <span>{formatNumber(extent, 2)}</span>
      </div>
    </figure>
  )
}

/** Black for the smallest number, white for the largest; three channels as colours. */
function useGrey(value: Float32Array, picture: Pictures) {
  return useMemo(() => {
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const x of value) [min, max] = [Math.min(min, x), Math.max(max, x)]
    const { rows, columns, channels, strides } = picture
    const draw: Draw = (image) => {
      for (let i = 0; i < rows * columns; i++) {
        const from = Math.floor(i / columns) * strides.row + (i % columns) * strides.column
        paintGrey(image, 4 * i, value[from] as number, { min, max })
        if (channels !== 3) continue
        for (let c = 0; c < 3; c++)
          image[4 * i + c] = (255 * ((value[from + c * strides.channel] as number) - min)) / (max - min || 1)
      }
    }
    return { draw, min, max }
  }, [value, picture])
}

/** How wide an element is now. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(3 * 168 + 2 * GAP)
  useEffect(() => {
    if (!place.current) return
    const watch = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width))
    watch.observe(place.current)
    return () => watch.disconnect()
  }, [])
  return [place, width] as const
}
