import { ExpressionDialog } from '../../expression/ExpressionDialog.tsx'
import { JacobianDialog } from '../../jacobian/JacobianDialog.tsx'
import { useDialogs } from '../../store/dialogs.ts'
import { AboutDialog } from './AboutDialog.tsx'
import { CommandPalette } from './CommandPalette.tsx'
import './dialogs.css'
import { ProblemsDialog } from './ProblemsDialog.tsx'
import { ShortcutSheet } from './ShortcutSheet.tsx'
import { UnsavedDialog } from './UnsavedDialog.tsx'

/** The dialog that is open. */
export function Dialogs() {
  const dialog = useDialogs((s) => s.dialog)
  switch (dialog?.kind) {
    case 'unsaved':
      return <UnsavedDialog name={dialog.name} what={dialog.what} answer={dialog.answer} />
    case 'problems':
      return <ProblemsDialog file={dialog.file} problems={dialog.problems} about={dialog.about} />
    case 'shortcuts':
      return <ShortcutSheet />
    case 'commands':
      return <CommandPalette />
    case 'expression':
      return <ExpressionDialog />
    case 'jacobian':
      return <JacobianDialog node={dialog.node} />
    case 'about':
      return <AboutDialog />
    default:
      return null
  }
}
