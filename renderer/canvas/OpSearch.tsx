/** The search for an operator, at the pointer. Opened by a wire, it lists what the wire fits. */
import { Command } from 'cmdk'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import type { Op } from '../../engine/ir/op.ts'
import { OpGlyph } from '../app/OpGlyph.tsx'
import { findOps, koreanName, paletteOps } from '../palette/search.ts'
import { announce } from '../store/announce.ts'
import { useEditor } from '../store/editor.ts'
import { flow } from '../store/flow.ts'
import { addOp, addOpInto, fitsInto, takes } from './create.ts'
import { focusNode, type Search, useCanvas } from './state.ts'

const WIDTH = 300
const HEIGHT = 340

const close = () => useCanvas.setState({ search: null })

export function OpSearch() {
  const search = useCanvas((s) => s.search)
  return search && <SearchBox search={search} />
}

function fitting({ from, edge }: Search): readonly Op[] {
  const wire = edge === undefined ? undefined : indexOf(useEditor.getState().document).edges.get(edge)
  if (wire) return paletteOps.filter((op) => fitsInto(op, wire))
  if (!from) return paletteOps
  if (from.side === 'target')
    return paletteOps.filter((op) => typeof op.outputs === 'function' || op.outputs.length > 0)
  const type = useEditor.getState().checked.types.get(from.node)?.[from.handle]
  return paletteOps.filter((op) => takes(op, type))
}

function SearchBox({ search }: { readonly search: Search }) {
  const { t, i18n } = useTranslation()
  const [query, setQuery] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const among = useMemo(() => fitting(search), [search])
  const found = findOps(query, among)
  const area = box.current?.parentElement ?? document.querySelector('.canvas')
  const bounds = area?.getBoundingClientRect()
  const left = Math.max(8, Math.min(search.at.x - (bounds?.x ?? 0), (bounds?.width ?? 1e4) - WIDTH - 8))
  const top = Math.max(8, Math.min(search.at.y - (bounds?.y ?? 0), (bounds?.height ?? 1e4) - HEIGHT - 8))

  useEffect(() => {
    const outside = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) close()
    }
    window.addEventListener('pointerdown', outside, true)
    return () => window.removeEventListener('pointerdown', outside, true)
  }, [])

  const choose = (op: Op) => {
    const at = flow()?.screenToFlowPosition(search.at)
    close()
    if (!at) return
    const added = search.edge === undefined ? addOp(op, at, search.from) : addOpInto(op, at, search.edge)
    if (added === null) return
    focusNode(added)
    announce(t('palette.added', { title: op.title, id: added }))
  }
  return (
    <div
      ref={box}
      className="op-search nowheel"
      style={{ left, top, width: WIDTH }}
      role="dialog"
      aria-label={t('canvas.search.title')}
    >
      <Command
        shouldFilter={false}
        loop
        label={t('canvas.search.title')}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) event.stopPropagation()
          else if (event.key === 'Escape') {
            event.preventDefault()
            event.stopPropagation()
            close()
            document.querySelector<HTMLElement>('.canvas')?.focus()
          } else if (event.key === 'Tab') event.preventDefault()
        }}
      >
        <Command.Input
          className="op-search-input"
          placeholder={t(search.from || search.edge !== undefined ? 'canvas.search.fitting' : 'canvas.search.all')}
          value={query}
          onValueChange={setQuery}
          autoFocus
        />
        <Command.List className="op-search-list">
          <Command.Empty className="op-search-empty">{t('canvas.search.none')}</Command.Empty>
          {found.map((op) => {
            const korean = i18n.language === 'ko' ? koreanName(op.kind) : undefined
            return (
              <Command.Item key={op.kind} value={op.kind} className="op-search-item" onSelect={() => choose(op)}>
                <OpGlyph op={op} />
                <span className="op-search-name">{op.title}</span>
                {(korean ?? op.kind) !== op.title && <span className="op-search-kind">{korean ?? op.kind}</span>}
              </Command.Item>
            )
          })}
        </Command.List>
      </Command>
    </div>
  )
}
