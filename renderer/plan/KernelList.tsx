import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { KernelReport, PlanReport } from '../../engine/session/protocol.ts'
import { select } from '../store/editor.ts'
import { reveal } from '../store/flow.ts'
import { KernelRow, ROW } from './KernelRow.tsx'
import { light } from './state.ts'

/** Rows that are drawn above and below what is in view. */
const SPARE = 6

/** Selects what a kernel computes and brings it into view. */
function jump({ nodes }: KernelReport): void {
  if (nodes.length === 0) return
  select({ nodes })
  reveal(nodes[0] as string)
}

const COLUMNS = ['what', 'nodes', 'shape', 'read', 'written', 'time'] as const

/** The place of rows that are not drawn. */
const Space = ({ rows }: { readonly rows: number }) => rows > 0 && <tr style={{ height: rows * ROW }} />

/** All kernels in order. Only those in view are drawn: there may be thousands. */
export function KernelList({ report }: { readonly report: PlanReport }) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 400 })
  const [active, setActive] = useState(0)
  const [following, setFollowing] = useState(false)
  const { kernels, timing } = report
  const first = Math.max(0, Math.floor(view.top / ROW) - SPARE)
  const last = Math.min(kernels.length, Math.ceil((view.top + view.height) / ROW) + SPARE)
  // the tab stop is always a row that is drawn
  const at = active >= first && active < last ? active : Math.min(first + SPARE, last - 1)

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setView((v) => ({ ...v, height: entry.contentRect.height }))
    })
    if (box.current) observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => {
    if (!following) return
    setFollowing(false)
    box.current?.querySelector<HTMLElement>(`[data-kernel="${active}"]`)?.focus({ preventScroll: true })
  }, [following, active])

  const go = (to: number): void => {
    const next = Math.max(0, Math.min(kernels.length - 1, to))
    const list = box.current
    if (!list) return
    // below the head, which stays, and above the lower edge
    if (next * ROW < list.scrollTop) list.scrollTop = next * ROW
    else if ((next + 2) * ROW > list.scrollTop + list.clientHeight)
      list.scrollTop = (next + 2) * ROW - list.clientHeight
    setView((v) => ({ ...v, top: list.scrollTop }))
    setActive(next)
    setFollowing(true)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.height / ROW) - 2)
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -kernels.length,
      End: kernels.length
    }
    const by = steps[event.key as keyof typeof steps]
    if (by !== undefined) go(at + by)
    else if (event.key === 'Enter' && kernels[at]) jump(kernels[at])
    else return
    event.preventDefault()
  }
  const most = Math.max(...(timing?.kernels ?? [0]))
  const total = timing?.kernels?.reduce((a, b) => a + b, 0) ?? 0
  return (
    <div
      ref={box}
      className="kernels"
      onScroll={({ currentTarget: { scrollTop: top } }) => setView((v) => ({ ...v, top }))}
    >
      <table
        aria-label={t('plan.title')}
        aria-rowcount={kernels.length + 1}
        onKeyDown={onKeyDown}
        onBlur={() => light([])}
        onPointerLeave={() => light([])}
      >
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" data-column={column}>
                {t(`plan.columns.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {kernels.slice(first, last).map((kernel, i) => {
            const index = first + i
            const milliseconds = timing?.kernels?.[index] ?? null
            return (
              <KernelRow
                key={index}
                kernel={kernel}
                index={index}
                stop={index === at}
                milliseconds={milliseconds}
                share={milliseconds === null ? null : { ofAll: milliseconds / total, ofMost: milliseconds / most }}
                onPick={() => {
                  setActive(index)
                  jump(kernel)
                }}
              />
            )
          })}
          <Space rows={kernels.length - last} />
        </tbody>
      </table>
    </div>
  )
}
