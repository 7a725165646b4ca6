import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { extentOf, heat } from '../value/colours.ts'
import { formatNumber, indexAt } from '../value/format.ts'
import { Heatmap } from '../value/Heatmap.tsx'

interface Props {
  /** Row-major. */
  readonly data: Float64Array
  readonly columns: number
  /** Shapes whose elements the rows and columns are. */
  readonly of: readonly number[]
  readonly wrt: readonly number[]
  /** Whether the diagonal is framed. */
  readonly marks: boolean
}

/** More than these on a side are drawn as a picture. */
const WRITTEN = 12

const indexText = (flat: number, shape: readonly number[]): string => indexAt(flat, shape).join(',')

export function MatrixView({ data, columns, of, wrt, marks }: Props) {
  const { t } = useTranslation()
  const [at, setAt] = useState<number | null>(null)
  const rows = data.length / Math.max(1, columns)
  const extent = extentOf(data)
  const written = rows <= WRITTEN && columns <= WRITTEN
  const read =
    at === null
      ? t('jacobian.point')
      : `∂out[${indexText(Math.floor(at / columns), of)}] / ∂in[${indexText(at % columns, wrt)}] = ${formatNumber(data[at] as number, 7)}`
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = at === null ? 0 : at + step
    if (next >= 0 && next < data.length) setAt(next)
  }
  if (data.length === 0) return null
  return (
    <div className="matrix">
      {written ? (
        <section
          className="matrix-scroll"
          aria-label={t('jacobian.matrix', { rows, columns })}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: cells are read by the arrow keys
          tabIndex={0}
          onKeyDown={onKey}
          onPointerLeave={() => setAt(null)}
        >
          <table className="matrix-table numbers">
            <thead>
              <tr>
                <td />
                {Array.from({ length: columns }, (_, j) => (
                  <th key={indexText(j, wrt)} scope="col">
                    in{wrt.length > 0 && `[${indexText(j, wrt)}]`}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: rows }, (_, i) => (
                <tr key={indexText(i, of)}>
                  <th scope="row">out{of.length > 0 && `[${indexText(i, of)}]`}</th>
                  {Array.from(data.subarray(i * columns, (i + 1) * columns), (value, j) => (
                    <td
                      key={indexText(j, wrt)}
                      data-at={at === i * columns + j || undefined}
                      data-diagonal={(marks && i === j) || undefined}
                      style={{ background: `color-mix(in srgb, ${heat(value, extent)} 45%, var(--raised))` }}
                      onPointerEnter={() => setAt(i * columns + j)}
                    >
                      {formatNumber(value, 4)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <Heatmap data={data} columns={columns} extent={extent} at={at} onRead={setAt} />
      )}
      <output className="numbers matrix-read">{read}</output>
    </div>
  )
}
