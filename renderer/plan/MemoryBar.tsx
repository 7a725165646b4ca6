import { useTranslation } from 'react-i18next'
import type { PlanMemory } from '../../engine/session/protocol.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { bytesText } from './text.ts'

const PARTS = ['variables', 'next', 'feeds', 'temporaries', 'constants'] as const

/** What the memory is taken by: a bar in proportion, and the same in numbers. */
export function MemoryBar({ memory }: { readonly memory: PlanMemory }) {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const parts = PARTS.filter((part) => memory[part] > 0)
  return (
    <div className="plan-memory">
      <b className="numbers">{t('plan.memory', { size: bytesText(numbers, memory.total) })}</b>
      <span className="plan-bar" aria-hidden="true">
        {parts.map((part) => (
          <i key={part} data-part={part} style={{ flexGrow: memory[part] }} />
        ))}
      </span>
      <ul>
        {parts.map((part) => (
          <li key={part} data-part={part}>
            <i data-part={part} aria-hidden="true" />
            {t(`plan.parts.${part}`)} <span className="numbers">{bytesText(numbers, memory[part])}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
