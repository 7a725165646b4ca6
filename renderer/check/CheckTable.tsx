import { Check, X } from 'lucide-react'
import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { GradcheckReport } from '../../engine/session/protocol.ts'
import { select, useEditor } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import { formatNumber } from '../value/format.ts'
import { rowName } from './names.ts'
import { choose, passes, type Row, rowsOf, useCheck } from './state.ts'

/** Shown at once; those with the largest errors come first. */
const MOST = 200

function pick(row: Row): void {
  choose(row)
  const { document, checked } = useEditor.getState()
  if (row.kind === 'edge') {
    select({ edges: [row.check.name] })
    const edge = indexOf(document).edges.get(row.check.name)
    if (edge) reveal(edge.target)
    return
  }
  const owner = checked.parameters.find(({ name }) => name === row.check.name)?.nodeId
  if (owner === undefined) return
  select({ nodes: [owner] })
  reveal(owner)
}

/** Each gradient with what the difference says; the largest error first. */
export function CheckTable({ report }: { readonly report: GradcheckReport }) {
  const { t } = useTranslation()
  const body = useRef<HTMLTableSectionElement>(null)
  const document = useEditor((s) => s.document)
  const chosen = useCheck((s) => s.chosen)
  const rows = [...rowsOf(report)].sort((a, b) => b.check.relativeError - a.check.relativeError)
  const shown = rows.slice(0, MOST)
  const isChosen = (row: Row) => row.kind === chosen?.kind && row.check.name === chosen.name
  const stop = Math.max(0, shown.findIndex(isChosen))
  const onKey = (event: KeyboardEvent) => {
    const at = [...(body.current?.rows ?? [])].indexOf(event.target as HTMLTableRowElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key]
    const row = shown[at]
    if (event.key === 'Enter' && row) pick(row)
    else if (to !== undefined) body.current?.rows[Math.max(0, Math.min(shown.length - 1, to))]?.focus()
    else return
    event.preventDefault()
  }
  return (
    <div className="check-table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('check.what')}</th>
            <th scope="col">{t('check.autodiff')}</th>
            <th scope="col">{t('check.difference')}</th>
            <th scope="col">{t('check.error')}</th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKey}>
          {shown.map((row, i) => (
            <CheckRow
              key={`${row.kind} ${row.check.name}`}
              row={row}
              name={rowName(document, row)}
              good={passes(report, row.check)}
              chosen={isChosen(row)}
              stop={i === stop}
            />
          ))}
        </tbody>
      </table>
      {rows.length > MOST && <p className="muted">{t('check.more', { count: rows.length - MOST })}</p>}
    </div>
  )
}

interface RowProps {
  readonly row: Row
  readonly name: string
  readonly good: boolean
  readonly chosen: boolean
  /** Whether Tab comes to it. */
  readonly stop: boolean
}

function CheckRow({ row, name, good, chosen, stop }: RowProps) {
  const { t } = useTranslation()
  const { worst, checked, elements, relativeError } = row.check
  const Icon = good ? Check : X
  return (
    <tr
      tabIndex={stop ? 0 : -1}
      data-good={good || undefined}
      aria-selected={chosen}
      title={t('check.elements', { checked, elements })}
      onClick={() => pick(row)}
    >
      <td>
        <Icon className="check-sign" size={14} role="img" aria-label={t(good ? 'check.pass' : 'check.fail')} />
        <span>{name}</span>
      </td>
      <td className="numbers">{formatNumber(worst.autodiff, 6)}</td>
      <td className="numbers">{formatNumber(worst.central ?? worst.forward ?? Number.NaN, 6)}</td>
      <td className="numbers">{formatNumber(relativeError, 2)}</td>
    </tr>
  )
}
