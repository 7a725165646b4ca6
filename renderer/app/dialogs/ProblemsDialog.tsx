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
  readonly warningsOnly: boolean
}

/** More would not be read. */
const SHOWN = 200

/** Why a file was not opened: everything that is wrong with it. */
export function ProblemsDialog({ file, problems, warningsOnly }: ProblemsDialogProps) {
  const { t } = useTranslation()
  const name = file || t('files.theFile')
  return (
    <DialogFrame
      title={t(warningsOnly ? 'files.openedWithWarnings' : 'files.cannotOpen', { name })}
      description={warningsOnly ? t('files.warningsText') : t('files.untouched', { count: problems.length })}
    >
      <ul className="dialog-list">
        {problems.slice(0, SHOWN).map((problem) => (
          <li key={keyOf(problem)}>
            <ProblemRow problem={problem} />
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
