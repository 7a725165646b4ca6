import { type KeyboardEvent, useRef } from 'react'
import { indexOf } from '../../engine/document/lookup.ts'
import { nameOf } from '../canvas/geometry.ts'
import { normal } from '../palette/search.ts'
import { useEditor } from '../store/editor.ts'
import type { Row } from './rows.ts'

/** Milliseconds after which the next letter begins a new word. */
const PAUSE = 700

/** Letters lead to the next line that begins with them. True where the key was a letter. */
export function useTypeAhead(rows: readonly Row[], at: number, goTo: (index: number) => void) {
  const typed = useRef({ text: '', time: 0 })
  return (event: KeyboardEvent): boolean => {
    if (event.altKey || !/^[\p{L}\p{N}]$/u.test(event.key) || event.shiftKey) return false
    const now = performance.now()
    const text = (now - typed.current.time < PAUSE ? typed.current.text : '') + normal(event.key)
    typed.current = { text, time: now }
    const { nodes } = indexOf(useEditor.getState().document)
    const matches = (row: Row | undefined): boolean => {
      const node = row?.kind === 'node' ? nodes.get(row.id) : undefined
      return node !== undefined && [nameOf(node), node.id].some((name) => normal(name).startsWith(text))
    }
    const first = text.length === 1 ? 1 : 0
    const found = rows.findIndex((_, i) => matches(rows[(at + first + i) % rows.length]))
    if (found >= 0) goTo((at + first + found) % rows.length)
    event.stopPropagation()
    return true
  }
}
