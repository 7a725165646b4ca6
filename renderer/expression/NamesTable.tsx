import { useTranslation } from 'react-i18next'
import { SOURCE_KINDS, type SourceKind } from '../../engine/document/formula.ts'
import { nameTex } from '../../engine/expression/print.ts'
import { Choice } from '../ui/Choice.tsx'
import { Formula } from '../value/Formula.tsx'
import type { NameRow, Wish } from './draft.ts'

interface NamesTableProps {
  readonly rows: readonly NameRow[]
  readonly onWish: (name: string, wish: Wish) => void
}

/** What each name of the expression becomes. */
export function NamesTable({ rows, onWish }: NamesTableProps) {
  const { t } = useTranslation()
  return (
    <table className="names-table">
      <thead>
        <tr>
          <th scope="col">{t('expression.name')}</th>
          <th scope="col">{t('expression.kind')}</th>
          <th scope="col">{t('expression.shape')}</th>
          <th scope="col">{t('expression.value')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name} data-name={row.name}>
            <th scope="row">
              <Formula tex={nameTex(row.name)} />
            </th>
            {row.node ? (
              <td colSpan={3} className="muted">
                {t('expression.reused', { id: row.node.id })}
              </td>
            ) : (
              <NewRow row={row} onWish={(wish) => onWish(row.name, wish)} />
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function NewRow({ row, onWish }: { readonly row: NameRow; readonly onWish: (wish: Wish) => void }) {
  const { t } = useTranslation()
  const { name } = row
  const kinds = SOURCE_KINDS.map((kind) => ({ value: kind, text: t(`expression.kinds.${kind}`) }))
  // as a layer starts: matrices at random, rows at 0
  const chance = row.kind === 'Parameter' && /\d\D+\d/.test(row.shape)
  return (
    <>
      <td>
        <Choice<SourceKind>
          label={t('expression.kindOf', { name })}
          value={row.kind}
          options={kinds}
          onChange={(kind) => onWish({ kind })}
        />
      </td>
      <td>
        <input
          className="field numbers"
          aria-label={t('expression.shapeOf', { name })}
          aria-invalid={row.wrong === 'shape'}
          placeholder={t('inspector.scalarShape')}
          spellCheck={false}
          autoComplete="off"
          value={row.shape}
          onChange={(event) => onWish({ shape: event.target.value })}
        />
      </td>
      <td>
        <input
          className="field numbers"
          aria-label={t('expression.valueOf', { name })}
          aria-invalid={row.wrong === 'value'}
          placeholder={chance ? t('expression.initial') : row.kind === 'Parameter' ? '0' : '1'}
          inputMode="decimal"
          spellCheck={false}
          autoComplete="off"
          value={row.value}
          onChange={(event) => onWish({ value: event.target.value })}
        />
      </td>
    </>
  )
}
