/** What is said to people: short messages on screen, and sentences for a screen reader alone. */
import { create } from 'zustand'

export interface ToastAction {
  readonly label: string
  perform(): void
}

export interface Toast {
  readonly id: number
  readonly kind: 'done' | 'failed' | 'note'
  readonly text: string
  readonly detail?: string
  /** What a person may want to do next. */
  readonly action?: ToastAction
}

interface Announcements {
  readonly toasts: readonly Toast[]
  /** Read out, not shown. */
  readonly spoken: { readonly id: number; readonly text: string }
}

export const useAnnouncements = create<Announcements>(() => ({ toasts: [], spoken: { id: 0, text: '' } }))

/** How long a message stays, in milliseconds; one that tells of a failure, or has a button, stays longer. */
const STAY = { done: 4000, note: 5000, failed: 10_000 } as const

let last = 0

export function announce(text: string): void {
  useAnnouncements.setState({ spoken: { id: ++last, text } })
}

export function toast(kind: Toast['kind'], text: string, detail?: string, action?: ToastAction): void {
  const id = ++last
  const said: Toast = { id, kind, text, ...(detail && { detail }), ...(action && { action }) }
  useAnnouncements.setState((s) => ({ toasts: [...s.toasts.slice(-3), said] }))
  setTimeout(() => dismissToast(id), action ? STAY.failed : STAY[kind])
}

export function dismissToast(id: number): void {
  useAnnouncements.setState((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) }))
}
