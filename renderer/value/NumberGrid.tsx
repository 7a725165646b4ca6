import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Target } from '../../engine/session/protocol.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { formatNumber } from './format.ts'
import { placeIn, type Span, type Table, windowOf } from './slices.ts'
import { useSlice } from './useSlice.ts'

interface NumberGridProps {
  readonly target: Target
  readonly which: 'value' | 'gradient'
  readonly table: Table
  /** Element that is chosen, flat in the tensor. */
  readonly chosen: number | null
  readonly onChoose: (at: number) => void
}

const CELL = { width: 78, height: 24 }
const HEAD = 56
/** Rows and columns are asked for by so many, a little more than is in view. */
const BLOCK = { rows: 32, columns: 16 }
/** A taller element is cut off by browsers. */
const TALLEST = 1_000_000

const spanOf = (from: number, to: number, block: number, most: number): Span => ({
  from: Math.max(0, Math.floor(from / block) * block),
  to: Math.min(most, Math.ceil(to / block) * block)
})

/** The numbers themselves; only those in view are asked for and made. */
export function NumberGrid({ target, which, table, chosen, onChoose }: NumberGridProps) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const box = useRef<HTMLElement>(null)
  const [view, setView] = useState({ x: 0, y: 0, width: 640, height: 400 })
  const rows = Math.min(table.rows, TALLEST)
  const { columns } = table

  const look = () => {
    const at = box.current
    if (at) setView({ x: at.scrollLeft, y: at.scrollTop, width: at.clientWidth, height: at.clientHeight })
  }
  useEffect(look, [])

  const top = Math.floor(view.y / CELL.height)
  const left = Math.floor(view.x / CELL.width)
  const bottom = Math.min(rows, top + Math.ceil(view.height / CELL.height) + 1)
  const right = Math.min(columns, left + Math.ceil(view.width / CELL.width) + 1)
  const down = spanOf(top, bottom, BLOCK.rows, rows)
  const broken = table.count < table.rows * columns
  const across = broken ? { from: 0, to: columns } : spanOf(left, right, BLOCK.columns, columns)
  const asked = useMemo(() => {
    const span = { down: { from: down.from, to: down.to }, across: { from: across.from, to: across.to } }
    return { ...span, table, part: windowOf(table, span.down, span.across) }
  }, [table, down.from, down.to, across.from, across.to])
  const { slice, asked: shown, problem } = useSlice(target, which, asked)

  const valueAt = (row: number, column: number): number | undefined => {
    if (!slice || shown?.table !== table) return undefined
    const { down, across } = shown
    if (row < down.from || row >= down.to || column < across.from || column >= across.to) return undefined
    return slice.data[(row - down.from) * (across.to - across.from) + column - across.from]
  }
  const cells = []
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const at = row * columns + column
      if (at >= table.count) break
      const value = valueAt(row, column)
      cells.push(
        <span
          key={at}
          className="grid-cell"
          data-at={placeIn(table, at)}
          data-chosen={placeIn(table, at) === chosen || undefined}
          style={{ left: HEAD + column * CELL.width, top: (row + 1) * CELL.height }}
        >
          {value === undefined ? '' : formatNumber(value, 5)}
        </span>
      )
    }
  }
  const rowHeads = Array.from({ length: bottom - top }, (_, i) => top + i)
  const columnHeads = Array.from({ length: right - left }, (_, i) => left + i)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    onChoose(chosen ?? placeIn(table, top * columns + left))
  }
  return (
    <div className="tensor-stage">
      {problem && <p className="muted">{textOf(problem).message}</p>}
      <section
        ref={box}
        className="number-grid numbers"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        tabIndex={0}
        onScroll={look}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const at = event.target instanceof HTMLElement ? event.target.dataset.at : undefined
          if (at !== undefined) onChoose(Number(at))
        }}
        aria-label={t('value.numbers')}
      >
        <div style={{ width: HEAD + columns * CELL.width, height: (rows + 1) * CELL.height }}>
          {cells}
          {columnHeads.map((column) => (
            <span
              key={`c${column}`}
              className="grid-cell grid-head"
              style={{ left: HEAD + column * CELL.width, top: view.y }}
            >
              {column}
            </span>
          ))}
          {rowHeads.map((row) => (
            <span
              key={`r${row}`}
              className="grid-cell grid-head grid-row"
              style={{ left: view.x, top: (row + 1) * CELL.height }}
            >
              {row}
            </span>
          ))}
        </div>
      </section>
    </div>
  )
}
