import { Clipboard } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { problemsOf } from '../../engine/problem.ts'
import type { Summary, Target } from '../../engine/session/protocol.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { problemText } from '../i18n/useProblemText.ts'
import { client } from '../session/session.ts'
import { toast } from '../store/announce.ts'
import { useRun } from '../store/run.ts'
import { Button } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { type Axes, asCsv, asJson, asNumpy, sliceName, type Table, windowOf } from './slices.ts'

interface CopyButtonsProps {
  readonly target: Target
  readonly which: 'value' | 'gradient'
  readonly summary: Summary
  readonly table: Table
  readonly axes: Axes
}

/** More numbers are tens of megabytes of text. */
const MOST = 2_000_000

const FORMATS = ['CSV', 'JSON', 'NumPy'] as const
type Format = (typeof FORMATS)[number]

/** The table on screen, or all of the tensor, as text. */
export function CopyButtons({ target, which, summary, table, axes }: CopyButtonsProps) {
  const { t, i18n } = useTranslation()
  const numbers = useNumbers()
  const [wants, setWants] = useState<'table' | 'whole'>('table')
  const { shape, statistics } = summary
  const whole = wants === 'whole' && shape.length > 2
  const count = whole ? statistics.count : table.count
  const tooLarge = count > MOST

  const textOf = (data: Float32Array | Float64Array, format: Format): string => {
    const columns = whole ? (shape.at(-1) ?? 1) : shape.length < 2 ? table.count : table.columns
    if (format === 'CSV') return asCsv(data, columns)
    if (format === 'JSON') return asJson(data, columns, shape, whole ? '[...]' : sliceName(shape, axes))
    return asNumpy(data, columns, data instanceof Float64Array ? 'float64' : 'float32', whole ? shape : undefined)
  }
  const copy = async (format: Format): Promise<void> => {
    const runId = useRun.getState().result?.runId
    if (runId === undefined) return
    try {
      const part = whole ? {} : windowOf(table, { from: 0, to: table.rows })
      const { data } = await client().readTensor({ runId, target, which, ...part })
      const text = textOf(data, format)
      await navigator.clipboard.writeText(text).then(
        () => toast('done', t('value.copied')),
        () => toast('failed', t('canvas.clipboardDenied'))
      )
    } catch (error) {
      const [first] = problemsOf(error)
      if (first) toast('failed', problemText(first, i18n.language).message)
    }
  }
  return (
    <div className="tensor-copies">
      {shape.length > 2 && (
        <Choice
          label={t('value.copyWhat')}
          value={wants}
          options={[
            { value: 'table', text: t('value.copyTable', { slice: sliceName(shape, axes) }) },
            { value: 'whole', text: t('value.copyWhole') }
          ]}
          onChange={setWants}
        />
      )}
      <div className="tensor-copy">
        {FORMATS.map((format) => (
          <Button
            key={format}
            icon={Clipboard}
            disabled={tooLarge}
            aria-label={t('value.copyAs', { format })}
            onClick={() => void copy(format)}
          >
            {format}
          </Button>
        ))}
      </div>
      {tooLarge && <p className="muted">{t('value.copyTooLarge', { most: numbers.count(MOST) })}</p>}
    </div>
  )
}
