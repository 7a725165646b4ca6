import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Target } from '../../engine/session/protocol.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { Choice } from '../ui/Choice.tsx'
import { AxisSlider } from './AxesChoice.tsx'
import { paint, paintGrey } from './colours.ts'
import type { Pictures } from './images.ts'
import { type Draw, Pixels } from './Pixels.tsx'
import type { endsOf, Statistics } from './scale.ts'
import type { Reading } from './TensorView.tsx'
import { type Grid, placeOf, planOf, tilesOf } from './tiles.ts'
import { useSlice } from './useSlice.ts'

interface ImageGridProps {
  readonly target: Target
  readonly which: 'value' | 'gradient'
  readonly pictures: readonly Pictures[]
  readonly ends: ReturnType<typeof endsOf>
  readonly statistics: Statistics
  readonly ink: Ink
  readonly onInk: (ink: Ink) => void
  readonly onRead: (reading: Reading | null) => void
}

/** Greys from the smallest number to the largest; three channels as colours; the colours of numbers, about 0. */
const INKS = ['grey', 'rgb', 'heat'] as const
export type Ink = (typeof INKS)[number]

export const firstInk = ([picture]: readonly Pictures[], { min }: Statistics): Ink =>
  min < 0 ? 'heat' : picture?.channels === 3 ? 'rgb' : 'grey'

/** A batch of pictures, or a bank of filters, side by side. */
export function ImageGrid(props: ImageGridProps) {
  const { target, which, pictures, ends, statistics, ink: wanted, onInk, onRead } = props
  const { t } = useTranslation()
  const textOf = useProblemText()
  const [order, setOrder] = useState(0)
  const picture = pictures[order] as Pictures
  const ink = wanted === 'rgb' && picture.channels !== 3 ? 'grey' : wanted
  const tiles = tilesOf(picture, ink === 'rgb')
  const grid = useMemo(() => planOf(picture, tiles), [picture, tiles])
  const [first, setFirst] = useState(0)
  const from = Math.max(0, Math.min(first, tiles - grid.count))
  const [at, setAt] = useState<number | null>(null)
  const asked = useMemo(() => ({ grid, from, ink, ...partOf(picture, grid, from, ink) }), [picture, grid, from, ink])
  const { slice, asked: shown, problem } = useSlice(target, which, asked)
  const draw = useCallback<Draw>(
    (pixels, palette) => {
      if (!slice || !shown) return
      for (let cell = 0; cell < pixels.length / 4; cell++) {
        const place = placeOf(shown.grid, cell, shown.from)
        if (place === null) continue
        const value = (channel: number) =>
          slice.data[place + channel * shown.grid.picture.strides.channel - shown.part.offset] as number
        if (shown.ink === 'heat') paint(pixels, 4 * cell, value(0), ends.extent, palette)
        else paintGrey(pixels, 4 * cell, value(0), statistics)
        if (shown.ink !== 'rgb') continue
        const { min, max } = statistics
        for (let c = 0; c < 3; c++) pixels[4 * cell + c] = (255 * (value(c) - min)) / (max - min || 1)
      }
    },
    [slice, shown, ends.extent, statistics]
  )
  const read = (cell: number | null) => {
    const place = cell === null || !shown ? null : placeOf(shown.grid, cell, shown.from)
    setAt(place === null ? null : cell)
    onRead(
      place === null || !slice || !shown ? null : { at: place, value: slice.data[place - shown.part.offset] as number }
    )
  }
  const inks = INKS.filter((one) => one !== 'rgb' || picture.channels === 3)
  const scale = grid.scale
  return (
    <>
      <div className="tensor-stage">
        {problem && <p className="muted">{textOf(problem).message}</p>}
        {slice && (
          <Pixels
            label={t('value.images', { count: grid.count })}
            rows={grid.height}
            columns={grid.width}
            width={grid.width * scale}
            height={grid.height * scale}
            draw={draw}
            at={at}
            onRead={read}
          />
        )}
      </div>
      <div className="tensor-axes">
        <div className="tensor-table">
          {pictures.length > 1 && (
            <Choice
              label={t('value.order')}
              value={String(order)}
              options={pictures.map((one, i) => ({ value: String(i), text: t(`value.orders.${one.order}`) }))}
              onChange={(next) => {
                setOrder(Number(next))
                setFirst(0)
              }}
            />
          )}
          <Choice
            label={t('value.ink')}
            value={ink}
            options={inks.map((one) => ({ value: one, text: t(`value.inks.${one}`) }))}
            onChange={onInk}
          />
        </div>
        {tiles > grid.count && (
          <AxisSlider
            name={t('value.pictures')}
            value={from}
            max={tiles - grid.count}
            shown={`${from}–${from + grid.count - 1} / ${tiles - 1}`}
            onChange={setFirst}
          />
        )}
      </div>
    </>
  )
}

/** The whole pictures that the tiles on screen are of: they lie side by side in every order of axes. */
function partOf(picture: Pictures, { count }: Grid, from: number, ink: Ink) {
  const per = ink === 'rgb' ? 1 : picture.channels
  const [first, last] = [Math.floor(from / per), Math.floor((from + count - 1) / per)]
  const size = picture.strides.picture
  return { part: { offset: first * size, count: (last - first + 1) * size } }
}
