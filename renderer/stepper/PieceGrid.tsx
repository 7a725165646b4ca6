import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Piece } from '../../engine/session/steps/types.ts'
import { setCell } from '../store/stepper.ts'
import { heat } from '../value/colours.ts'
import { formatNumber, formatShape, indexAt } from '../value/format.ts'

interface PieceGridProps {
  readonly piece: Piece
  readonly name: string
  readonly which: 'value' | 'gradient'
  /** By which the engine is asked for another element; absent where the element follows from another. */
  readonly handle?: string
  /** The row or column of the element takes part as a whole. */
  readonly line?: 'row' | 'column' | undefined
}

/** Flat index of a row and a column, beside the element that is looked at. */
function flatAt(piece: Piece, row: number, column: number): number {
  const width = piece.shape.at(-1) ?? 1
  const height = piece.shape.at(-2) ?? 1
  const matrix = Math.floor(piece.cell / (width * height)) * width * height
  return piece.shape.length < 2 ? column : matrix + row * width + column
}

/** The numbers around one element; another one can be chosen. */
export function PieceGrid({ piece, name, which, handle, line }: PieceGridProps) {
  const { t } = useTranslation()
  const grid = useRef<HTMLTableElement>(null)
  const extent = Math.max(Math.abs(piece.statistics.min), Math.abs(piece.statistics.max)) || 1
  const { rows, columns, window, shape } = piece
  const width = shape.at(-1) ?? 1
  const height = shape.length < 2 ? 1 : (shape.at(-2) as number)
  const place = indexAt(piece.cell, shape)
  const at = [place.at(-2) ?? 0, place.at(-1) ?? 0]
  const goTo = (row: number, column: number) => {
    if (handle === undefined || row < 0 || column < 0 || row >= height || column >= width) return
    void setCell(handle, flatAt(piece, row, column)).then(() => {
      requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus())
    })
  }
  const onKey = (event: KeyboardEvent, row: number, column: number) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]
    if (!by) return
    event.preventDefault()
    event.stopPropagation()
    goTo(row + (by[0] as number), column + (by[1] as number))
  }
  return (
    <figure className="step-piece" data-which={which}>
      <figcaption>
        <span className="step-piece-name">{name}</span>
        <span className="step-piece-shape numbers">{formatShape(shape)}</span>
      </figcaption>
      <table ref={grid} aria-label={`${name} ${formatShape(shape)}`}>
        <tbody>
          {rows.map((row, i) => (
            <tr key={row}>
              {columns.map((column, j) => {
                const value = window[i * columns.length + j] as number
                const flat = flatAt(piece, row, column)
                const chosen = flat === piece.cell
                return (
                  <td
                    key={column}
                    data-chosen={(line === undefined && chosen) || undefined}
                    data-line={
                      (line === 'row' && row === at[0]) || (line === 'column' && column === at[1]) || undefined
                    }
                    style={{ '--heat': heat(value, extent) } as React.CSSProperties}
                  >
                    <button
                      type="button"
                      tabIndex={chosen && handle !== undefined ? 0 : -1}
                      disabled={handle === undefined}
                      aria-pressed={chosen}
                      aria-label={`${formatShape(indexAt(flat, shape))} ${formatNumber(value)}`}
                      title={handle === undefined ? undefined : t('steps.chooseCell')}
                      onClick={() => goTo(row, column)}
                      onKeyDown={(event) => onKey(event, row, column)}
                    >
                      {formatNumber(value, 3)}
                    </button>
                  </td>
                )
              })}
              {columns.length < width && i === 0 && (
                <td className="step-piece-more" rowSpan={rows.length}>
                  …
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < height && <span className="step-piece-more">⋮</span>}
    </figure>
  )
}
