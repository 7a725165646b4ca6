import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Target } from '../../engine/session/protocol.ts'
import { useProblemText } from '../i18n/useProblemText.ts'
import { AxisSlider } from './AxesChoice.tsx'
import { Heatmap } from './Heatmap.tsx'
import type { endsOf } from './scale.ts'
import { placeIn, rowsAtOnce, type Table, windowOf } from './slices.ts'
import type { Reading } from './TensorView.tsx'
import { useSlice } from './useSlice.ts'

interface TableMapProps {
  readonly target: Target
  readonly which: 'value' | 'gradient'
  readonly table: Table
  readonly ends: ReturnType<typeof endsOf>
  readonly onRead: (reading: Reading | null) => void
  readonly onChoose: (at: number) => void
}

/** A table as a picture; of a very long one a window of rows. */
export function TableMap({ target, which, table, ends, onRead, onChoose }: TableMapProps) {
  const { t } = useTranslation()
  const textOf = useProblemText()
  const [first, setFirst] = useState(0)
  const [at, setAt] = useState<number | null>(null)
  const most = rowsAtOnce(table)
  const from = Math.min(first, table.rows - most)
  const asked = useMemo(() => ({ from, table, part: windowOf(table, { from, to: from + most }) }), [table, from, most])
  const { slice, asked: shown, problem } = useSlice(target, which, asked)
  const flat = (cell: number) => (shown ? placeIn(shown.table, shown.from * shown.table.columns + cell) : 0)
  const read = (cell: number | null) => {
    setAt(cell)
    onRead(cell === null || !slice ? null : { at: flat(cell), value: slice.data[cell] as number })
  }
  return (
    <>
      <div className="tensor-stage">
        {problem && <p className="muted">{textOf(problem).message}</p>}
        {slice && shown && (
          <Heatmap
            data={slice.data}
            columns={shown.table.columns}
            extent={ends.extent}
            range={ends.range}
            at={at}
            onRead={read}
            onChoose={(cell) => onChoose(flat(cell))}
          />
        )}
      </div>
      {most < table.rows && (
        <div className="tensor-axes">
          <AxisSlider
            name={t('value.rows')}
            value={from}
            max={table.rows - most}
            shown={`${from}–${from + most - 1} / ${table.rows - 1}`}
            onChange={setFirst}
          />
        </div>
      )}
    </>
  )
}
