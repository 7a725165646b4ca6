/** The graph as text: the same document, to read, to walk through and to edit without the canvas. */
import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEditor } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import { jump, removeRow, reorderBy, reorderTo, selectRow } from './edits.ts'
import { OutlineRow, optionId, ROW_HEIGHT } from './OutlineRow.tsx'
import './outline.css'
import { type Opened, type Row, rowKey, rowsOf } from './rows.ts'
import { useRowDrag } from './useRowDrag.ts'
import { useTypeAhead } from './useTypeAhead.ts'

/** Rows that are drawn beyond what is seen. */
const MARGIN = 10

const toggled = (set: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  set.has(id) ? new Set([...set].filter((other) => other !== id)) : new Set([...set, id])

export function Outline() {
  const { t } = useTranslation()
  const document = useEditor((s) => s.document)
  const selection = useEditor((s) => s.selection.nodes)
  const [opened, setOpened] = useState<Opened>({ nodes: new Set(), closedGroups: new Set() })
  const [active, setActive] = useState<string | null>(null)
  const [renaming, setRenaming] = useState<string | null>(null)
  const [view, setView] = useState({ top: 0, height: 600 })
  const tree = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => rowsOf(document, opened), [document, opened])
  const at = Math.max(
    0,
    rows.findIndex((row) => row.key === active)
  )
  const current = rows[at]

  useLayoutEffect(() => {
    const box = tree.current
    if (!box) return
    const watcher = new ResizeObserver(() => setView((v) => ({ ...v, height: box.clientHeight })))
    watcher.observe(box)
    return () => watcher.disconnect()
  }, [])

  const goTo = (index: number, selects = true) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (!row) return
    setActive(row.key)
    if (selects) selectRow(row)
    scrollTo(tree.current, rows.indexOf(row))
  }

  // the line of what is selected elsewhere
  const [only] = selection.size === 1 ? selection : []
  useEffect(() => {
    if (only === undefined) return
    const { rows: now, current: shown } = latest.current
    if (shown?.id === only) return
    const index = now.findIndex((row) => row.key === rowKey(only))
    if (index < 0) return
    setActive(rowKey(only))
    scrollTo(tree.current, index)
  }, [only])
  const latest = useRef({ rows, current })
  latest.current = { rows, current }

  const toggle = (row: Row) =>
    setOpened((o) =>
      row.kind === 'group'
        ? { ...o, closedGroups: toggled(o.closedGroups, row.id) }
        : { ...o, nodes: toggled(o.nodes, row.id) }
    )
  const drag = useRowDrag(tree, rows, reorderTo)
  const typeAhead = useTypeAhead(rows, at, goTo)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || !current) return
    const act = keyOf(event, { rows, at, current, goTo, toggle, rename: () => setRenaming(current.key) })
    if (!act && typeAhead(event)) return
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  const press = (row: Row, event: PointerEvent) => {
    if (event.button !== 0) return
    setActive(row.key)
    reveal(row.id)
    selectRow(row)
    if (row.kind === 'node') drag.start(row, event)
  }
  const renamed = () => {
    setRenaming(null)
    tree.current?.focus()
  }

  const from = Math.max(0, Math.floor(view.top / ROW_HEIGHT) - MARGIN)
  const to = Math.ceil((view.top + view.height) / ROW_HEIGHT) + MARGIN
  const shown = rows.slice(from, to)
  // the active line is always there, for who reads the tree by its name
  const extra = current && (at < from || at >= to) ? [{ row: current, index: at }] : []
  if (rows.length === 0) return <p className="outline-empty">{t('outline.empty')}</p>
  return (
    <div
      ref={tree}
      className="outline"
      role="tree"
      aria-label={t('outline.title')}
      aria-activedescendant={current && optionId(current.key)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        const { scrollTop: top, clientHeight: height } = event.currentTarget
        setView({ top, height })
      }}
    >
      <div className="outline-rows" role="none" style={{ height: rows.length * ROW_HEIGHT }}>
        {[...shown.map((row, i) => ({ row, index: from + i })), ...extra].map(({ row, index }) => (
          <OutlineRow
            key={row.key}
            row={row}
            index={index}
            active={row === current}
            selected={(row.kind === 'node' || row.kind === 'group') && selection.has(row.id)}
            renaming={renaming === row.key}
            drop={drag.over?.key === row.key ? drag.over.side : undefined}
            onPress={press}
            onJump={jump}
            onToggle={toggle}
            onRenamed={renamed}
          />
        ))}
      </div>
    </div>
  )
}

function scrollTo(box: HTMLElement | null, index: number): void {
  if (!box) return
  const top = index * ROW_HEIGHT
  if (top < box.scrollTop) box.scrollTop = top
  else if (top + ROW_HEIGHT > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW_HEIGHT - box.clientHeight
}

interface KeyContext {
  readonly rows: readonly Row[]
  readonly at: number
  readonly current: Row
  readonly goTo: (index: number) => void
  readonly toggle: (row: Row) => void
  readonly rename: () => void
}

/** What a key does; the keys are those of every tree (ARIA Authoring Practices), and F2, Delete, Alt with arrows. */
function keyOf(
  event: KeyboardEvent,
  { rows, at, current, goTo, toggle, rename }: KeyContext
): (() => void) | undefined {
  const parent = () => rows.findLastIndex((row, i) => i < at && row.level < current.level)
  const canRename = current.kind === 'node' || current.kind === 'group'
  if (event.altKey) {
    return { ArrowUp: () => reorderBy(current, -1), ArrowDown: () => reorderBy(current, 1) }[event.key]
  }
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => goTo(at + 1),
    ArrowUp: () => goTo(at - 1),
    Home: () => goTo(0),
    End: () => goTo(rows.length - 1),
    ArrowRight: () => (current.open === false ? toggle(current) : current.open ? goTo(at + 1) : undefined),
    ArrowLeft: () => (current.open ? toggle(current) : parent() >= 0 ? goTo(parent()) : undefined),
    Enter: () => jump(current),
    ...(canRename && { F2: rename }),
    Delete: () => removeRow(current),
    Backspace: () => removeRow(current)
  }
  return keys[event.key]
}
