import { X } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { problemsOf } from '../../engine/problem.ts'
import type { FactorDetail, ProductDetail, Target } from '../../engine/session/protocol.ts'
import { client } from '../session/session.ts'
import { useRun } from '../store/run.ts'
import { IconButton } from '../ui/Button.tsx'
import { extentOf, paint } from './colours.ts'
import { formatNumber, formatShape, indexAt } from './format.ts'
import { type Draw, Pixels } from './Pixels.tsx'

interface ProductViewProps {
  readonly target: Target
  readonly which: 'value' | 'gradient'
  /** Element, flat. */
  readonly index: number
  readonly shape: readonly number[]
  readonly onClose: () => void
}

/** The dot product that made one number: the row, the column, and what each pair adds. */
export function ProductView({ target, which, index, shape, onClose }: ProductViewProps) {
  const { t } = useTranslation()
  const detail = useProduct(target, which, index)
  if (detail === undefined) return null
  return (
    <section className="product" aria-label={t('value.product')}>
      <header>
        <h3 className="numbers">{formatShape(indexAt(index, shape))}</h3>
        {detail ? <Sum detail={detail} /> : <p className="muted">{t('value.noProduct')}</p>}
        <IconButton icon={X} size={13} label={t('value.closeProduct')} onClick={onClose} />
      </header>
      {detail && <Factors detail={detail} />}
    </section>
  )
}

/** Undefined while it is on its way, null where there is none. */
function useProduct(target: Target, which: 'value' | 'gradient', index: number) {
  const runId = useRun((s) => s.result?.runId)
  const [detail, setDetail] = useState<ProductDetail | null | undefined>(undefined)
  useEffect(() => {
    if (runId === undefined) return
    let gone = false
    client()
      .readProduct({ runId, target, which, index })
      .then((found) => !gone && setDetail(found))
      .catch((error: unknown) => {
        // a newer run is on its way, and will be asked
        if (!gone && problemsOf(error)[0]?.code !== 'run.stale') setDetail(null)
      })
    return () => {
      gone = true
    }
  }, [runId, target, which, index])
  return detail
}

/** Σ = …, and what a layer does with it. */
function Sum({ detail: { sum, after, result } }: { readonly detail: ProductDetail }) {
  const steps = after.map(({ op, added }) =>
    added === null ? ` → ${op}` : ` ${added < 0 ? '−' : '+'} ${formatNumber(Math.abs(added), 4)}`
  )
  return (
    <output className="numbers">
      Σ = {formatNumber(sum, 6)}
      {steps.join('')}
      {after.length > 0 && ` = ${formatNumber(result, 6)}`}
    </output>
  )
}

const nameOf = ({ name, turned }: FactorDetail): string => (turned ? `${name}ᵀ` : name)

function Factors({ detail: { left, right } }: { readonly detail: ProductDetail }) {
  const { t } = useTranslation()
  const [k, setK] = useState<number | null>(null)
  const terms = left.numbers.map((x, i) => x * (right.numbers[i] as number))
  const rows = [
    { name: `${nameOf(left)}[${left.at}, :]`, numbers: left.numbers },
    { name: `${nameOf(right)}[:, ${right.at}]`, numbers: right.numbers },
    { name: '×', numbers: terms }
  ]
  const place = k === null || k >= terms.length ? null : k
  return (
    <div className="product-factors">
      <div className="product-boxes" aria-hidden="true">
        <Box shape={left.shape} row={left.at} />
        <span>·</span>
        <Box shape={right.shape} column={right.at} />
      </div>
      <div className="product-strips">
        {rows.map(({ name, numbers }) => (
          <div key={name} className="product-strip">
            <span className="numbers" title={name}>
              {name}
            </span>
            <Strip label={name} numbers={numbers} at={place} onRead={setK} />
          </div>
        ))}
        <output className="product-read numbers muted">
          {place === null
            ? t('value.productTerms', { count: terms.length })
            : `k = ${place}: ${rows
                .map(({ numbers }) => formatNumber(numbers[place] as number, 4))
                .join(' · ')
                .replace(/ · (?=[^·]*$)/, ' = ')}`}
        </output>
      </div>
    </div>
  )
}

const STRIP = { width: 300, height: 14 }

function Strip(props: {
  readonly label: string
  readonly numbers: Float64Array
  readonly at: number | null
  readonly onRead: (at: number | null) => void
}) {
  const { label, numbers, at, onRead } = props
  const draw = useCallback<Draw>(
    (pixels, palette) => {
      const extent = extentOf(numbers)
      for (const [i, x] of numbers.entries()) paint(pixels, 4 * i, x, extent, palette)
    },
    [numbers]
  )
  return <Pixels label={label} rows={1} columns={numbers.length} {...STRIP} draw={draw} at={at} onRead={onRead} />
}

/** A matrix as a box with the row or the column that is meant. */
function Box({
  shape: [m, n],
  row,
  column
}: {
  readonly shape: readonly [number, number]
  readonly row?: number
  readonly column?: number
}) {
  const largest = Math.max(m, n)
  const [width, height] = [Math.max(14, (48 * n) / largest), Math.max(14, (48 * m) / largest)]
  const high = Math.max(2, height / m)
  const wide = Math.max(2, width / n)
  return (
    <svg width={width} height={height} aria-hidden="true">
      <rect className="product-box" width={width} height={height} />
      {row !== undefined && (
        <rect className="product-mark" y={Math.min(height - high, (row / m) * height)} width={width} height={high} />
      )}
      {column !== undefined && (
        <rect className="product-mark" x={Math.min(width - wide, (column / n) * width)} width={wide} height={height} />
      )}
    </svg>
  )
}
