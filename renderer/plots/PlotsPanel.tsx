import { ChartSpline, Check, Copy, ImageDown, Maximize2, Minimize2, Table2, X } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../ui/Button.tsx'
import { CurveTab } from './curve/CurveTab.tsx'
import { PlaneTab } from './plane/PlaneTab.tsx'
import { savePlot } from './save.ts'
import { closePlots, enlarge, showTab, showTable, TABS, type Tab, usePlots } from './state.ts'
import { SurfaceTab } from './surface/SurfaceTab.tsx'
import { csvOf, useOffered } from './useOffer.ts'
import './plots.css'

const BODIES = { curve: <CurveTab />, surface: <SurfaceTab />, plane: <PlaneTab /> }

/** Curves, surfaces and planes of the functions in the graph. */
export function PlotsPanel() {
  const { t } = useTranslation()
  const tab = usePlots((s) => s.tab)
  const table = usePlots((s) => s.table)
  const large = usePlots((s) => s.large)
  const body = useRef<HTMLDivElement>(null)
  return (
    <Tabs.Root className="plots" value={tab} onValueChange={(next) => showTab(next as Tab)}>
      <div className="plots-head">
        <h2>
          <ChartSpline size={15} aria-hidden="true" />
          {t('plots.title')}
        </h2>
        <Tabs.List className="segments" aria-label={t('plots.title')}>
          {TABS.map((one) => (
            <Tabs.Trigger key={one} value={one} className="segment">
              {t(`plots.tabs.${one}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <span className="plots-fill" />
        <IconButton icon={Table2} label={t('plots.table')} pressed={table} onClick={() => showTable(!table)} />
        <CopyButton />
        <SaveButton body={body} disabled={table} />
        <IconButton
          icon={large ? Minimize2 : Maximize2}
          label={t(large ? 'plots.smaller' : 'plots.larger')}
          onClick={() => enlarge(!large)}
        />
        <IconButton icon={X} label={t('plots.close')} onClick={closePlots} />
      </div>
      {TABS.map((one) => (
        <Tabs.Content key={one} value={one} className="plots-body" tabIndex={-1} {...(one === tab && { ref: body })}>
          {BODIES[one]}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}

function CopyButton() {
  const { t } = useTranslation()
  const there = useOffered((s) => s.make !== null)
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    const { make } = useOffered.getState()
    if (!make) return
    await navigator.clipboard.writeText(csvOf(make()))
    setCopied(true)
  }
  return (
    <IconButton
      icon={copied ? Check : Copy}
      label={t(copied ? 'plots.copied' : 'plots.copy')}
      disabled={!there}
      onClick={() => void copy()}
    />
  )
}

function SaveButton({
  body,
  disabled
}: {
  readonly body: React.RefObject<HTMLDivElement | null>
  readonly disabled: boolean
}) {
  const { t } = useTranslation()
  const there = useOffered((s) => s.make !== null)
  return (
    <IconButton
      icon={ImageDown}
      label={t('plots.save')}
      disabled={!there || disabled}
      onClick={() => body.current && void savePlot(body.current)}
    />
  )
}
