import { LoaderCircle, Target } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { indexOf } from '../../engine/document/lookup.ts'
import { nameOf } from '../canvas/geometry.ts'
import { useNumbers } from '../i18n/useNumbers.ts'
import { FindingsButton } from '../problems/FindingsButton.tsx'
import { ProblemsButton } from '../problems/ProblemsButton.tsx'
import { select, useEditor } from '../store/editor.ts'
import { reveal, useFlow } from '../store/flow.ts'
import { useRun } from '../store/run.ts'
import { RichText } from '../value/RichText.tsx'
import { BackendStatus } from './BackendStatus.tsx'
import './statusbar.css'
import { useAction } from './useAction.ts'

function Objective() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const id = useEditor((s) => s.document.objective)
  const name = useEditor((s) => {
    const node = id === null ? undefined : indexOf(s.document).nodes.get(id)
    return node ? nameOf(node) : id
  })
  const value = useRun((s) => s.result?.objective ?? null)
  const stale = useRun((s) => s.stale)
  if (id === null) return <span className="status-item muted">{t('status.noObjective')}</span>
  const go = () => {
    select({ nodes: [id] })
    reveal(id)
  }
  return (
    <button type="button" className="status-item" title={t('status.objective')} onClick={go}>
      <Target size={14} aria-hidden="true" />
      <span className="status-name">
        <RichText text={name ?? id} />
      </span>
      {value !== null && (
        <b className="numbers" data-stale={stale}>
          {numbers.value(value)}
        </b>
      )}
    </button>
  )
}

function Parameters() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const parameters = useEditor((s) => s.checked.parameters)
  const count = parameters.reduce((sum, p) => sum + (typeof p.count === 'number' ? p.count : 0), 0)
  if (parameters.length === 0) return null
  return (
    <span className="status-item muted numbers">{t('status.parameters', { count, number: numbers.count(count) })}</span>
  )
}

function RunState() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const status = useRun((s) => s.status)
  const stale = useRun((s) => s.stale)
  const milliseconds = useRun((s) => s.result?.milliseconds)
  const busy = status !== 'idle'
  const text = busy
    ? t(`status.${status}`)
    : stale
      ? t('status.stale')
      : milliseconds === undefined
        ? ''
        : t('status.took', { time: numbers.value(milliseconds, 2) })
  return (
    <span className="status-item muted numbers">
      {busy && <LoaderCircle size={13} className="spin" aria-hidden="true" />}
      {text}
    </span>
  )
}

/** On its own, for it changes with each frame of a zoom. */
function Zoom() {
  const percent = useFlow((s) => Math.round(s.zoom * 100))
  const numbers = useNumbers()
  const reset = useAction('view.zoomReset')
  return (
    <button type="button" className="status-item numbers" title={reset.label} onClick={reset.perform}>
      {numbers.percent(percent / 100, 0)}
    </button>
  )
}

/** What holds of the graph as a whole. */
export function StatusBar() {
  const { t } = useTranslation()
  const numbers = useNumbers()
  const batch = useRun((s) => s.result?.batch ?? null)
  return (
    <footer className="statusbar">
      <ProblemsButton />
      <FindingsButton />
      <BackendStatus />
      <Objective />
      <Parameters />
      {batch !== null && (
        <span className="status-item muted numbers">{t('status.batch', { size: numbers.count(batch) })}</span>
      )}
      <span className="status-fill" />
      <RunState />
      <Zoom />
    </footer>
  )
}
