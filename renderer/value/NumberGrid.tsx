import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from './format.ts'

interface NumberGridProps {
  readonly data: ArrayLike<number>
  readonly columns: number
  /** Number of the first row. */
  readonly firstRow: number
}

const CELL = { width: 78, height: 24 }
const HEAD = 56

/** The numbers themselves; only those in view are made. */
export function NumberGrid({ data, columns, firstRow }: NumberGridProps) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ x: 0, y: 0, width: 640, height: 400 })
  const rows = Math.ceil(data.length / columns)

  const look = () => {
    const at = box.current
    if (at) setView({ x: at.scrollLeft, y: at.scrollTop, width: at.clientWidth, height: at.clientHeight })
  }
  useEffect(look, [])

  const top = Math.floor(view.y / CELL.height)
  const left = Math.floor(view.x / CELL.width)
  const bottom = Math.min(rows, top + Math.ceil(view.height / CELL.height) + 1)
  const right = Math.min(columns, left + Math.ceil(view.width / CELL.width) + 1)
  const cells = []
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const at = row * columns + column
      if (at >= data.length) break
      cells.push(
        <span key={at} className="grid-cell" style={{ left: HEAD + column * CELL.width, top: (row + 1) * CELL.height }}>
          {formatNumber(data[at] as number, 5)}
        </span>
      )
    }
  }
  const rowHeads = Array.from({ length: bottom - top }, (_, i) => top + i)
  const columnHeads = Array.from({ length: right - left }, (_, i) => left + i)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section ref={box} className="number-grid numbers" tabIndex={0} onScroll={look} aria-label={t('value.numbers')}>
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
            {firstRow + row}
          </span>
        ))}
      </div>
    </section>
  )
}
