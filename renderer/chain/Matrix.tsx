import type { TFunction } from 'i18next'
import { Popover } from 'radix-ui'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { MatrixView } from '../jacobian/MatrixView.tsx'
import { useSettings } from '../store/settings.ts'
import { extentOf, heat, paint, paletteOf } from '../value/colours.ts'
import { Formula } from '../value/Formula.tsx'
import { formatNumber } from '../value/format.ts'

export interface MatrixProps {
  readonly tex: string
  /** Row-major; null where it is too large to be written down. */
  readonly data: Float64Array | null
  /** Shapes whose elements the rows and columns are. */
  readonly of: readonly number[]
  readonly wrt: readonly number[]
  /** What it looks like, where that has a name. */
  readonly note?: string | undefined
  readonly result?: boolean
  readonly marks?: boolean
  /** Beside its size. */
  readonly children?: ReactNode
}

/** Up to so many rows and columns the numbers themselves are shown. */
const WRITTEN = 5
const DIGITS = 3
/** Pixels of a picture of more. */
const LARGEST = { width: 132, height: 76 }
const CELL = 14

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

/** A Jacobian, or a product of some, as large as a person takes in at once; all its numbers on a click. */
export function Matrix({ tex, data, of, wrt, note, result = false, marks = false, children }: MatrixProps) {
  const { t } = useTranslation()
  const [rows, columns] = [sizeOf(of), sizeOf(wrt)]
  const size = t('chain.size', { rows, columns })
  return (
    <div className="chain-matrix" data-result={result || undefined}>
      <span className="chain-symbol">
        <Formula tex={tex} />
      </span>
      {data === null ? (
        <span className="chain-unwritten">{t('chain.unwritten')}</span>
      ) : (
        <Popover.Root>
          <Popover.Trigger className="chain-open" aria-label={`${size}. ${described(data, t)}`} title={t('chain.all')}>
            <Numbers data={data} rows={rows} columns={columns} marks={marks} />
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content className="popup chain-whole" side="top" sideOffset={6} collisionPadding={8}>
              <p className="chain-whole-head">
                <Formula tex={tex} /> <span className="muted numbers">{size}</span>
              </p>
              <MatrixView data={data} columns={columns} of={of} wrt={wrt} marks={marks} />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
      <span className="chain-size numbers">
        {rows * columns === 1 ? t('chain.single') : size}
        {children}
      </span>
      {note && <span className="chain-note">{note}</span>}
    </div>
  )
}

/** For who does not see it: the numbers while they are few, else what there is to know of them. */
function described(data: Float64Array, t: TFunction): string {
  if (data.length <= WRITTEN * WRITTEN) return Array.from(data, (x) => formatNumber(x, DIGITS)).join(', ')
  let [min, max, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (const x of data) {
    min = Math.min(min, x)
    max = Math.max(max, x)
    squares += x * x
  }
  return t('chain.described', {
    min: formatNumber(min),
    max: formatNumber(max),
    norm: formatNumber(Math.sqrt(squares))
  })
}

interface NumbersProps {
  readonly data: Float64Array
  readonly rows: number
  readonly columns: number
  readonly marks: boolean
}

function Numbers({ data, rows, columns, marks }: NumbersProps) {
  if (rows > WRITTEN || columns > WRITTEN) return <Picture data={data} rows={rows} columns={columns} />
  const extent = extentOf(data)
  return (
    <span className="chain-numbers numbers" style={{ gridTemplateColumns: `repeat(${columns}, auto)` }}>
      {Array.from(data, (value, i) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: an element is known by its place
          key={i}
          data-diagonal={(marks && i % (columns + 1) === 0) || undefined}
          style={{ background: `color-mix(in srgb, ${heat(value, extent)} 40%, var(--raised))` }}
        >
          {formatNumber(value, DIGITS)}
        </span>
      ))}
    </span>
  )
}

function Picture({ data, rows, columns }: Omit<NumbersProps, 'marks'>) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useSettings((s) => s.theme)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context || theme === undefined) return
    const palette = paletteOf(canvas.current.parentElement ?? document.body)
    const image = context.createImageData(columns, rows)
    const extent = extentOf(data)
    for (const [i, x] of data.entries()) paint(image.data, 4 * i, x, extent, palette)
    context.putImageData(image, 0, 0)
  }, [data, rows, columns, theme])
  const width = Math.max(CELL, Math.min(LARGEST.width, columns * CELL))
  const height = Math.max(CELL, Math.min(LARGEST.height, rows * CELL))
  return <canvas ref={canvas} className="chain-picture" width={columns} height={rows} style={{ width, height }} />
}
