/** Find in the graph (Ctrl+F): a field and what it finds, over the corner of the canvas. */
import { ArrowDown, ArrowUp, BoxSelect, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { OpGlyph } from '../app/OpGlyph.tsx'
import { titleOf } from '../canvas/geometry.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { koreanName } from '../palette/search.ts'
import { useEditor } from '../store/editor.ts'
import { IconButton } from '../ui/Button.tsx'
import { formatShape } from '../value/format.ts'
import { RichText } from '../value/RichText.tsx'
import './find.css'
import { closeFind, search, selectFound, show, showNext, useFind } from './state.ts'

/** Entries that are listed at a time, around the one that is shown. */
const LISTED = 60

export function FindBar() {
  const open = useFind((s) => s.open)
  return open && <Bar />
}

const optionId = (at: number): string => `find-option-${at}`

function Bar() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const { query, found, at } = useFind()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.select(), [])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return
    const keys: Readonly<Record<string, () => void>> = {
      Enter: () =>
        useEditor.getState().selection.nodes.has(found[at] ?? '') ? showNext(event.shiftKey ? -1 : 1) : show(at),
      ArrowDown: () => showNext(1),
      ArrowUp: () => showNext(-1),
      Escape: closeFind
    }
    const act = event.target === field.current || event.key === 'Escape' ? keys[event.key] : undefined
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  const count =
    query.trim() === ''
      ? ''
      : found.length === 0
        ? t('find.none')
        : t('find.place', { at: numbers.count(at + 1), all: numbers.count(found.length) })
  return (
    <search className="find nowheel" aria-label={t('find.title')} onKeyDown={onKeyDown}>
      <div className="find-head">
        <input
          ref={field}
          className="find-input"
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls="find-results"
          aria-activedescendant={found.length > 0 ? optionId(at) : undefined}
          aria-label={t('find.title')}
          placeholder={t('find.placeholder')}
          spellCheck={false}
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: the field appears because the person asked to type into it
          autoFocus
          value={query}
          onChange={(event) => search(event.target.value)}
        />
        <span className="find-count numbers" role="status">
          {count}
        </span>
        <IconButton
          icon={ArrowUp}
          size={14}
          label={t('find.previous')}
          shortcut="Shift+Enter"
          onClick={() => showNext(-1)}
        />
        <IconButton icon={ArrowDown} size={14} label={t('find.next')} shortcut="Enter" onClick={() => showNext(1)} />
        <IconButton icon={BoxSelect} size={14} label={t('find.selectAll')} onClick={selectFound} />
        <IconButton icon={X} size={14} label={t('app.close')} onClick={closeFind} />
      </div>
      {found.length > 0 && <Results found={found} at={at} />}
    </search>
  )
}

function Results({ found, at }: { readonly found: readonly string[]; readonly at: number }) {
  const { t } = useTranslation()
  const from = Math.max(0, Math.min(at - LISTED / 2, found.length - LISTED))
  const listed = found.slice(from, from + LISTED)
  return (
    <div id="find-results" className="find-results" role="listbox" aria-label={t('find.results')}>
      {listed.map((id, i) => (
        <Result key={id} id={id} at={from + i} of={found.length} current={from + i === at} />
      ))}
      {found.length > LISTED && <p className="find-more">{t('find.more', { count: found.length - listed.length })}</p>}
    </div>
  )
}

interface ResultProps {
  readonly id: string
  readonly at: number
  readonly of: number
  readonly current: boolean
}

function Result({ id, at, of, current }: ResultProps) {
  const { i18n } = useTranslation()
  const node = useEditor((s) => indexOf(s.document).nodes.get(id))
  const type = useEditor((s) => Object.values(s.checked.types.get(id) ?? {})[0])
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (current) row.current?.scrollIntoView({ block: 'nearest' })
  }, [current])
  if (!node) return null
  const op = opOf(node.op)
  const title = titleOf(node, op)
  const kind = (i18n.language === 'ko' && koreanName(node.op)) || op?.title || node.op
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the keys belong to the field, which names the option that is active
    <div
      ref={row}
      id={optionId(at)}
      className="find-result"
      role="option"
      aria-selected={current}
      aria-posinset={at + 1}
      aria-setsize={of}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => show(at)}
    >
      {op && <OpGlyph op={op} />}
      <span className="find-title">
        <RichText text={title} />
      </span>
      <span className="find-kind">
        {[title === id ? null : id, kind === title ? null : kind].filter(Boolean).join(' · ')}
      </span>
      {type && type.shape.length > 0 && <span className="find-shape numbers">{formatShape(type.shape)}</span>}
    </div>
  )
}
