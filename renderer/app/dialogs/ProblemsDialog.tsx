import { useTranslation } from 'react-i18next'
import type { Problem } from '../../../engine/problem.ts'
import { ProblemRow } from '../../problems/ProblemRow.tsx'
import { keyOf } from '../../problems/useProblems.ts'
import { closeDialog } from '../../store/dialogs.ts'
import { Button } from '../../ui/Button.tsx'
import { DialogFrame } from './DialogFrame.tsx'

interface ProblemsDialogProps {
  readonly file: string
  readonly problems: readonly Problem[]
  readonly about: 'graph' | 'weights' | 'warnings'
}

/** More would not be read. */
const SHOWN = 200

const TITLES = {
  graph: 'files.cannotOpen',
  weights: 'files.cannotImport',
  warnings: 'files.openedWithWarnings'
} as const
const TEXTS = { graph: 'files.untouched', weights: 'files.weightsUntouched', warnings: 'files.warningsText' } as const

/** Why a file was not opened: everything that is wrong with it, each advice once. */
export function ProblemsDialog({ file, problems, about }: ProblemsDialogProps) {
  const { t } = useTranslation()
  const name = file || t('files.theFile')
  const shown = problems.slice(0, SHOWN)
  return (
    <DialogFrame title={t(TITLES[about], { name })} description={t(TEXTS[about], { count: problems.length })}>
      <ul className="dialog-list">
        {shown.map((problem, i) => (
          <li key={keyOf(problem)}>
            <ProblemRow problem={problem} advises={shown.findIndex((p) => p.hint === problem.hint) === i} />
          </li>
        ))}
        {problems.length > SHOWN && <li className="muted">{t('files.andMore', { count: problems.length - SHOWN })}</li>}
      </ul>
      <div className="dialog-buttons">
        <Button look="primary" onClick={closeDialog}>
          {t('app.ok')}
        </Button>
      </div>
    </DialogFrame>
  )
}
