/** What is said to people: short messages on screen, and sentences for a screen reader alone. */
import { create } from 'zustand'

export interface Toast {
  readonly id: number
  readonly kind: 'done' | 'failed' | 'note'
  readonly text: string
  readonly detail?: string
}

interface Announcements {
  readonly toasts: readonly Toast[]
  /** Read out, not shown. */
  readonly spoken: { readonly id: number; readonly text: string }
}

export const useAnnouncements = create<Announcements>(() => ({ toasts: [], spoken: { id: 0, text: '' } }))

/** How long a message stays, in milliseconds; one that tells of a failure stays longer. */
const STAY = { done: 4000, note: 5000, failed: 10_000 } as const

let last = 0

export function announce(text: string): void {
  useAnnouncements.setState({ spoken: { id: ++last, text } })
}

export function toast(kind: Toast['kind'], text: string, detail?: string): void {
  const id = ++last
  useAnnouncements.setState((s) => ({ toasts: [...s.toasts.slice(-3), { id, kind, text, ...(detail && { detail }) }] }))
  setTimeout(() => dismissToast(id), STAY[kind])
}

export function dismissToast(id: number): void {
  useAnnouncements.setState((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) }))
}
