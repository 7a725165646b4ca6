import { MousePointerClick } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useEditor } from '../store/editor.ts'
import { useCanvas } from './state.ts'

/** What to do with an empty canvas. */
export function EmptyHint() {
  const { t } = useTranslation()
  const empty = useEditor((s) => s.document.nodes.length + s.document.notes.length === 0)
  const searching = useCanvas((s) => s.search !== null)
  if (!empty || searching) return null
  return (
    <div className="empty-hint">
      <MousePointerClick size={28} strokeWidth={1.5} aria-hidden="true" />
      <p className="empty-title">{t('canvas.empty.title')}</p>
      <p>{t('canvas.empty.text')}</p>
    </div>
  )
}
