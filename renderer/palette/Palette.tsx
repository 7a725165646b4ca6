import { ChevronDown, Search, X } from 'lucide-react'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Op } from '../../engine/ir/op.ts'
import { familyColour, familyIcons } from '../app/families.ts'
import { centre } from '../store/flow.ts'
import { DragGhost } from './DragGhost.tsx'
import { PaletteItem } from './PaletteItem.tsx'
import './palette.css'
import { place } from './place.ts'
import { families, findOps, paletteOps, type ShownFamily } from './search.ts'
import { useDrag } from './useDrag.ts'

const add = (op: Op) => place(op, centre())

/** Arrow keys walk through the list, as in a menu. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || event.nativeEvent.isComposing) return
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, .family-head, .palette-item')]
  const next = stops[stops.indexOf(document.activeElement as HTMLElement) + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}

interface FamilyListProps {
  readonly family: ShownFamily
  readonly closed: boolean
  readonly onToggle: () => void
  readonly onDrag: ReturnType<typeof useDrag>['start']
}

function FamilyList({ family, closed, onToggle, onDrag }: FamilyListProps) {
  const { t } = useTranslation()
  const Icon = familyIcons[family]
  return (
    <section className="family" aria-label={t(`families.${family}`)}>
      <h3>
        <button type="button" className="family-head" aria-expanded={!closed} onClick={onToggle}>
          <Icon size={14} color={familyColour(family)} aria-hidden="true" />
          {t(`families.${family}`)}
          <ChevronDown className="family-arrow" size={14} aria-hidden="true" />
        </button>
      </h3>
      {!closed &&
        paletteOps
          .filter((op) => op.family === family)
          .map((op) => <PaletteItem key={op.kind} op={op} onAdd={add} onDrag={onDrag} />)}
    </section>
  )
}

/** All operators by family, to be dragged onto the canvas or added by a press. */
export function Palette() {
  const { t } = useTranslation()
  const [query, setQuery] = useState('')
  const [closed, setClosed] = useState<ReadonlySet<ShownFamily>>(new Set())
  const field = useRef<HTMLInputElement>(null)
  const drag = useDrag()
  const found = useMemo(() => (query.trim() === '' ? null : findOps(query)), [query])

  const toggle = (family: ShownFamily) =>
    setClosed((old) => (old.has(family) ? new Set([...old].filter((f) => f !== family)) : new Set([...old, family])))
  const clear = () => {
    setQuery('')
    field.current?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys only move the focus between the controls inside
    <div className="palette" onKeyDown={walk}>
      <div className="palette-search">
        <Search size={14} aria-hidden="true" />
        <input
          ref={field}
          type="search"
          className="field"
          aria-label={t('palette.search')}
          placeholder={t('palette.search')}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return
            if (event.key === 'Enter' && found?.[0]) add(found[0])
            if (event.key === 'Escape' && query !== '') clear()
          }}
        />
        {query !== '' && (
          <button type="button" className="palette-clear" aria-label={t('palette.clear')} onClick={clear}>
            <X size={13} aria-hidden="true" />
          </button>
        )}
      </div>
      <div className="palette-list">
        {found
          ? found.map((op) => <PaletteItem key={op.kind} op={op} onAdd={add} onDrag={drag.start} />)
          : families.map((family) => (
              <FamilyList
                key={family}
                family={family}
                closed={closed.has(family)}
                onToggle={() => toggle(family)}
                onDrag={drag.start}
              />
            ))}
        {found?.length === 0 && <p className="palette-none">{t('palette.none', { query })}</p>}
      </div>
      <p className="visually-hidden" aria-live="polite">
        {found ? t('palette.found', { count: found.length }) : ''}
      </p>
      {drag.dragged && (
        <DragGhost op={drag.dragged.op} x={drag.dragged.x} y={drag.dragged.y} fits={drag.dragged.over} />
      )}
    </div>
  )
}
