import { CircleCheck, CircleX, Info, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { dismissToast, type Toast, useAnnouncements } from '../store/announce.ts'
import { Button } from '../ui/Button.tsx'
import './toasts.css'

const ICONS = { done: CircleCheck, failed: CircleX, note: Info } as const

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { t } = useTranslation()
  const Icon = ICONS[toast.kind]
  return (
    <li className="toast" data-kind={toast.kind}>
      <Icon size={16} aria-hidden="true" />
      <div>
        {toast.text}
        {toast.detail && <p className="muted">{toast.detail}</p>}
        {toast.action && (
          <Button
            className="toast-action"
            onClick={() => {
              dismissToast(toast.id)
              toast.action?.perform()
            }}
          >
            {toast.action.label}
          </Button>
        )}
      </div>
      <button
        type="button"
        className="toast-close"
        aria-label={t('app.dismiss')}
        onClick={() => dismissToast(toast.id)}
      >
        <X size={14} aria-hidden="true" />
      </button>
    </li>
  )
}

/** Short messages, and the sentences that only a screen reader says. */
export function Toasts() {
  const toasts = useAnnouncements((s) => s.toasts)
  const spoken = useAnnouncements((s) => s.spoken)
  return (
    <>
      <ul className="toasts" aria-live="polite" aria-relevant="additions">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </ul>
      <div className="visually-hidden" role="status">
        <span key={spoken.id}>{spoken.text}</span>
      </div>
    </>
  )
}
