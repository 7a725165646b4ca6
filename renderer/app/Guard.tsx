/** A part of the window that fails takes no other down with it: the graph can still be saved, undone, looked at. */
import { RotateCcw, Save, TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { GraphDocument } from '../../engine/document/types.ts'
import { useEditor } from '../store/editor.ts'
import { Button } from '../ui/Button.tsx'
import { messageOf } from './errors.ts'
import { save } from './files.ts'
import './guard.css'

export function Guard({ children }: { readonly children: ReactNode }) {
  const document = useEditor((s) => s.document)
  return <Boundary document={document}>{children}</Boundary>
}

interface Props {
  readonly document: GraphDocument
  readonly children: ReactNode
}

interface State {
  readonly failed: { readonly error: unknown; readonly document: GraphDocument } | null
}

class Boundary extends Component<Props, State> {
  override state: State = { failed: null }

  static getDerivedStateFromError(error: unknown): State {
    return { failed: { error, document: useEditor.getState().document } }
  }

  override componentDidUpdate(): void {
    // what broke on one graph may well show another: an edit or an undo tries anew
    if (this.state.failed && this.state.failed.document !== this.props.document) this.setState({ failed: null })
  }

  override render(): ReactNode {
    const { failed } = this.state
    if (!failed) return this.props.children
    return <Failed error={failed.error} onAgain={() => this.setState({ failed: null })} />
  }
}

function Failed({ error, onAgain }: { readonly error: unknown; readonly onAgain: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="failed" role="alert">
      <p className="failed-title">
        <TriangleAlert size={16} aria-hidden="true" />
        {t('failed.title')}
      </p>
      <p>{t('failed.text')}</p>
      <p className="muted">{messageOf(error)}</p>
      <div className="failed-buttons">
        <Button icon={RotateCcw} onClick={onAgain}>
          {t('failed.again')}
        </Button>
        <Button icon={Save} onClick={() => void save()}>
          {t('actions.save')}
        </Button>
      </div>
    </div>
  )
}
