import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { paint, paintRange } from './colours.ts'
import { type Draw, Pixels } from './Pixels.tsx'

interface HeatmapProps {
  readonly data: ArrayLike<number>
  readonly columns: number
  /** What the strongest colour stands for. */
  readonly extent: number
  /** From the smallest to the largest in the place of about 0. */
  readonly range?: { readonly min: number; readonly max: number } | undefined
  /** Element under the pointer or the arrow keys. */
  readonly at: number | null
  readonly onRead: (at: number | null) => void
  readonly onChoose?: ((at: number) => void) | undefined
}

const WIDTH = 560
const HEIGHT = 380
const LARGEST_CELL = 36
const LONGEST = 8

/** Cells are square where that fills the room; those of a very long table are stretched. */
function cellSize(rows: number, columns: number): readonly [wide: number, high: number] {
  const wide = Math.min(LARGEST_CELL, WIDTH / columns)
  const high = Math.min(LARGEST_CELL, HEIGHT / rows)
  const square = Math.min(wide, high)
  const tiny = square < 10
  return tiny ? [Math.min(wide, LONGEST * high), Math.min(high, LONGEST * wide)] : [square, square]
}

/** A table of numbers as a picture. */
export function Heatmap({ data, columns, extent, range, at, onRead, onChoose }: HeatmapProps) {
  const { t } = useTranslation()
  const rows = Math.max(1, Math.ceil(data.length / columns))
  const [wide, high] = cellSize(rows, columns)
  const draw = useCallback<Draw>(
    (pixels, palette) => {
      for (let i = 0; i < data.length; i++) {
        if (range) paintRange(pixels, 4 * i, data[i] as number, range, palette)
        else paint(pixels, 4 * i, data[i] as number, extent, palette)
      }
    },
    [data, extent, range]
  )
  return (
    <Pixels
      label={t('value.heatmap', { rows, columns })}
      rows={rows}
      columns={columns}
      width={Math.max(1, columns * wide)}
      height={Math.max(1, rows * high)}
      draw={draw}
      at={at}
      onRead={onRead}
      onChoose={onChoose}
      count={data.length}
    />
  )
}
