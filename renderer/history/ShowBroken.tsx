import { Crosshair } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../engine/problem.ts'
import { jumpTo } from '../problems/jump.ts'
import { Button } from '../ui/Button.tsx'
import { canLookBack, useHistory } from './state.ts'

/** Leads to the node and the step in which the first number was none. */
export function ShowBroken({ problems }: { readonly problems: readonly Problem[] }) {
  const { t } = useTranslation()
  const possible = useHistory(canLookBack)
  const first = problems.find(({ code }) => code.startsWith('broken.'))
  return first && possible ? (
    <Button icon={Crosshair} className="show-broken" onClick={() => jumpTo(first)}>
      {t('history.showBroken')}
    </Button>
  ) : null
}
