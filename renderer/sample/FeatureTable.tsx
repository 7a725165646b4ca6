import { useTranslation } from 'react-i18next'
import type { SampleInput } from '../../engine/session/sample/types.ts'
import { extentOf } from '../value/colours.ts'
import { formatNumber, indexAt } from '../value/format.ts'
import { type FirstMap, numbersOf } from './maps.ts'
import { Bar } from './Scores.tsx'

/** More features are no list that anybody reads. */
const MOST = 200

/** Numbers that are no picture: each with how much the score depends on it. */
export function FeatureTable({ input, map }: { readonly input: SampleInput; readonly map: FirstMap }) {
  const { t } = useTranslation()
  const { shape, value } = input
  const columns = ([map, 'guided'] as const).flatMap((kind) => {
    const numbers = numbersOf(input, kind)
    return numbers ? [{ kind, numbers, extent: extentOf(numbers) }] : []
  })
  return (
    <>
      <table className="sample-features numbers">
        <thead>
          <tr>
            <th scope="col">{t('sample.feature')}</th>
            <th scope="col">{t('inspector.value')}</th>
            {columns.map(({ kind }) => (
              <th key={kind} scope="col" colSpan={2}>
                {t(`sample.titles.${kind}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from(value.subarray(0, MOST), (x, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a feature is its place
            <tr key={i}>
              <th scope="row">[{indexAt(i, shape).join(', ')}]</th>
              <td>{formatNumber(x, 4)}</td>
              {columns.map(({ kind, numbers, extent }) => (
                <Cells key={kind} value={numbers[i] as number} extent={extent} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {value.length > MOST && <p className="muted">{t('sample.more', { count: value.length - MOST })}</p>}
    </>
  )
}

function Cells({ value, extent }: { readonly value: number; readonly extent: number }) {
  return (
    <>
      <td className="sample-feature-bar">
        <Bar share={extent === 0 ? 0 : value / extent} signed />
      </td>
      <td>{formatNumber(value, 3)}</td>
    </>
  )
}
