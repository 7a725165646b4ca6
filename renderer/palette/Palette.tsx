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

const headOf = (family: ShownFamily): string => `family ${family}`
const kindsOf = (family: ShownFamily): string[] => paletteOps.filter((op) => op.family === family).map((op) => op.kind)

const add = (op: Op) => place(op, centre())

/** Keys walk through the list, as in a menu; a letter goes to the search. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const { key, ctrlKey, metaKey, altKey } = event
  if (event.nativeEvent.isComposing || ctrlKey || metaKey || altKey) return
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, [data-stop]')]
  const at = stops.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, ...(at > 0 && { Home: 1, End: stops.length - 1 }) }[key]
  if (at > 0 && /^\p{L}$/u.test(key)) stops[0]?.focus()
  const next = at >= 0 && to !== undefined ? stops[to] : undefined
  if (!next) return
  event.preventDefault()
  next.focus()
}

interface FamilyListProps {
  readonly family: ShownFamily
  readonly closed: boolean
  readonly stop: string | undefined
  readonly onToggle: () => void
  readonly onDrag: ReturnType<typeof useDrag>['start']
}

function FamilyList({ family, closed, stop, onToggle, onDrag }: FamilyListProps) {
  const { t } = useTranslation()
  const Icon = familyIcons[family]
  return (
    <section className="family" aria-label={t(`families.${family}`)}>
      <h3>
        <button
          type="button"
          className="family-head"
          aria-expanded={!closed}
          data-stop={headOf(family)}
          tabIndex={stop === headOf(family) ? 0 : -1}
          onClick={onToggle}
        >
          <Icon size={14} color={familyColour(family)} aria-hidden="true" />
          {t(`families.${family}`)}
          <ChevronDown className="family-arrow" size={14} aria-hidden="true" />
        </button>
      </h3>
      {!closed &&
        paletteOps
          .filter((op) => op.family === family)
          .map((op) => <PaletteItem key={op.kind} op={op} stop={stop === op.kind} onAdd={add} onDrag={onDrag} />)}
    </section>
  )
}

/** All operators by family, to be dragged onto the canvas or added by a press. */
export function Palette() {
  const { t } = useTranslation()
  const [query, setQuery] = useState('')
  const [closed, setClosed] = useState<ReadonlySet<ShownFamily>>(new Set())
  /** The entry of the list that had the focus last: there Tab stops again. */
  const [last, setLast] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const drag = useDrag()
  const found = useMemo(() => (query.trim() === '' ? null : findOps(query)), [query])

  const stops = found
    ? found.map((op) => op.kind)
    : families.flatMap((family) => [headOf(family), ...(closed.has(family) ? [] : kindsOf(family))])
  const stop = last !== null && stops.includes(last) ? last : stops[0]

  const toggle = (family: ShownFamily) =>
    setClosed((old) => (old.has(family) ? new Set([...old].filter((f) => f !== family)) : new Set([...old, family])))
  const clear = () => {
    setQuery('')
    field.current?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys only move the focus between the controls inside
    <div className="palette" onKeyDown={walk} onFocus={(event) => setLast((was) => event.target.dataset.stop ?? was)}>
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
          ? found.map((op) => (
              <PaletteItem key={op.kind} op={op} stop={stop === op.kind} onAdd={add} onDrag={drag.start} />
            ))
          : families.map((family) => (
              <FamilyList
                key={family}
                family={family}
                closed={closed.has(family)}
                stop={stop}
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
