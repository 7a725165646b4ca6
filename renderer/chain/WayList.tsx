import { RadioGroup } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '../value/format.ts'
import { setWay, useChain } from './state.ts'
import { type Scene, wayText } from './text.ts'

/** A number as it is, more of them by their size. */
function amount(data: Float64Array | undefined): string {
  if (!data) return ''
  if (data.length === 1) return formatNumber(data[0] as number)
  let squares = 0
  for (const x of data) squares += x * x
  return `‖·‖ ${formatNumber(Math.sqrt(squares))}`
}

/** Each way with what it adds, and their sum. */
export function WayList({ scene }: { readonly scene: Scene }) {
  const { t } = useTranslation()
  const chosen = useChain((s) => s.way)
  const { ways, total, count } = scene.result
  const row = (value: string, text: string, data: Float64Array | undefined, number: string) => (
    <RadioGroup.Item key={value} value={value} className="chain-way">
      <span className="chain-way-number numbers">{number}</span>
      <span className="chain-way-text">{text}</span>
      <span className="numbers">{amount(data)}</span>
    </RadioGroup.Item>
  )
  return (
    <RadioGroup.Root
      className="chain-ways"
      aria-label={t('chain.list')}
      value={String(chosen)}
      onValueChange={(next) => setWay(next === 'sum' ? 'sum' : Number(next))}
    >
      {ways.map((way, i) => row(String(i), wayText(scene, way), way.back.at(-1), String(i + 1)))}
      {row('sum', t('chain.sum', { count, shown: formatNumber(count) }), total, 'Σ')}
    </RadioGroup.Root>
  )
}
