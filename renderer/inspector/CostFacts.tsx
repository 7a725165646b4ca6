import { useTranslation } from 'react-i18next'
import type { Cost } from '../../engine/document/cost.ts'
import { addDims, bindDim, type Dim } from '../../engine/shape.ts'
import { useRun } from '../store/run.ts'
import { polynomial, short } from './cost.ts'
import { Fact } from './parts.tsx'

/** Operations and memory of a forward pass; where the batch is open, also for the batch that ran. */
export function CostFacts({ cost }: { readonly cost: Cost }) {
  const { t } = useTranslation()
  const operations = (value: number) => {
    const { number, prefix } = short(value)
    return t('cost.operations', { number, prefix })
  }
  const bytes = (value: number) => {
    const { number, prefix } = short(value)
    return prefix === '' ? t('cost.bytes', { number }) : `${number} ${prefix}B`
  }
  return (
    <>
      <Figure name={t('cost.flops')} hint={t('cost.flopsHint')} dim={cost.flops} show={operations} />
      <Figure
        name={t('cost.memory')}
        hint={t('cost.memoryHint')}
        dim={addDims(cost.parameters, cost.values)}
        show={bytes}
      />
    </>
  )
}

interface FigureProps {
  readonly name: string
  readonly hint: string
  readonly dim: Dim
  readonly show: (value: number) => string
}

function Figure({ name, hint, dim, show }: FigureProps) {
  const { t } = useTranslation()
  const batch = useRun((s) => s.result?.batch ?? null)
  return (
    <Fact name={name}>
      <span className="numbers" title={hint}>
        {polynomial(dim, show)}
        {typeof dim === 'string' && batch !== null && (
          <span className="cost-bound">{t('cost.bound', { value: show(bindDim(dim, batch)), batch })}</span>
        )}
      </span>
    </Fact>
  )
}
