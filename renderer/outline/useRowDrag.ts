/** Dragging a line to another place: the order of the nodes in the file. */
import { type PointerEvent as ReactPointerEvent, type RefObject, useEffect, useState } from 'react'
import { indexOf } from '../../engine/document/lookup.ts'
import { useEditor } from '../store/editor.ts'
import type { Row } from './rows.ts'

interface Over {
  readonly key: string
  readonly id: string
  readonly side: 'before' | 'after'
}

/** Pixels that a press may wander and still be a click. */
const SLACK = 4

export function useRowDrag(
  tree: RefObject<HTMLElement | null>,
  rows: readonly Row[],
  drop: (node: string, index: number) => void
) {
  const [held, setHeld] = useState<{ readonly id: string; readonly y: number } | null>(null)
  const [over, setOver] = useState<Over | null>(null)

  useEffect(() => {
    if (!held) return
    const controller = new AbortController()
    const options = { signal: controller.signal }
    let target: Over | null = null
    const end = () => {
      setHeld(null)
      setOver(null)
    }
    const onMove = (event: PointerEvent) => {
      if (Math.abs(event.clientY - held.y) <= SLACK && !target) return
      const element = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>('.outline-row')
      const row = tree.current?.contains(element ?? null)
        ? rows.find((one) => one.id === element?.dataset.row)
        : undefined
      const box = element?.getBoundingClientRect()
      const side = box && event.clientY > box.y + box.height / 2 ? 'after' : 'before'
      target = row?.kind === 'node' && row.id !== held.id ? { key: row.key, id: row.id, side } : null
      setOver(target)
    }
    const onUp = () => {
      const { nodeIndex } = indexOf(useEditor.getState().document)
      const [from, to] = [nodeIndex.get(held.id), nodeIndex.get(target?.id ?? '')]
      if (target && from !== undefined && to !== undefined) {
        const place = target.side === 'after' ? to + 1 : to
        drop(held.id, place > from ? place - 1 : place)
      }
      end()
    }
    window.addEventListener('pointermove', onMove, options)
    window.addEventListener('pointerup', onUp, options)
    window.addEventListener('pointercancel', end, options)
    window.addEventListener('keydown', (event) => event.key === 'Escape' && end(), options)
    return () => controller.abort()
  }, [held, rows, tree, drop])

  const start = (row: Row, event: ReactPointerEvent) => {
    event.currentTarget.releasePointerCapture?.(event.pointerId)
    setHeld({ id: row.id, y: event.clientY })
  }
  return { start, over }
}
