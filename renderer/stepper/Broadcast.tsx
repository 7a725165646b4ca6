import { useTranslation } from 'react-i18next'
import { broadcastAxes } from '../../engine/shape.ts'
import { formatShape } from '../value/format.ts'

interface BroadcastProps {
  readonly name: string
  /** Shape of the input, and what it is repeated to. */
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly way: 'forward' | 'backward'
}

/** Cells that are drawn on a side, and their size in pixels. */
const MOST = 5
const CELL = { width: 15, height: 12 }

const sides = (shape: readonly number[]): readonly [rows: number, columns: number] => [
  shape.at(-2) ?? 1,
  shape.at(-1) ?? 1
]
const drawn = (size: number): number => Math.min(MOST, size)

interface GridProps {
  readonly shape: readonly number[]
  /** Cells that are the tensor itself, where the others are copies of them. */
  readonly own?: readonly [rows: number, columns: number]
}

function Grid({ shape, own }: GridProps) {
  const { t } = useTranslation()
  const [rows, columns] = sides(shape)
  const [height, width] = [drawn(rows), drawn(columns)]
  return (
    <span className="broadcast-side">
      <svg width={width * CELL.width + 1} height={height * CELL.height + 1} aria-hidden="true">
        {Array.from({ length: height * width }, (_, i) => {
          const [row, column] = [Math.floor(i / width), i % width]
          const copy = own !== undefined && ((own[0] === 1 && row > 0) || (own[1] === 1 && column > 0))
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
              key={i}
              data-copy={copy || undefined}
              x={column * CELL.width + 0.5}
              y={row * CELL.height + 0.5}
              width={CELL.width}
              height={CELL.height}
            />
          )
        })}
      </svg>
      <span className="step-matrix-size numbers">
        {shape.length === 0 ? t('inspector.scalar') : formatShape(shape)}
      </span>
    </span>
  )
}

/** Forward one tensor is copied along some axes; backward the gradients of all copies are added up. */
export function Broadcast({ name, from, to, way }: BroadcastProps) {
  const { t } = useTranslation()
  const axes = broadcastAxes(from, to)
  const copies = axes.reduce((n, axis) => n * (to[axis] as number), 1)
  const [rows, columns] = sides(from)
  const small = <Grid shape={from} />
  const large = <Grid shape={to} own={[to.at(-2) === rows ? 0 : 1, to.at(-1) === columns ? 0 : 1]} />
  const said = t(`steps.broadcast.${way}`, { name, copies, count: axes.length, axes: axes.join(', ') })
  return (
    <figure className="broadcast" data-way={way}>
      <div className="broadcast-drawing">
        {way === 'forward' ? small : large}
        <span className="broadcast-arrow numbers">{way === 'forward' ? `× ${copies} →` : 'Σ →'}</span>
        {way === 'forward' ? large : small}
      </div>
      <figcaption>{said}</figcaption>
    </figure>
  )
}
