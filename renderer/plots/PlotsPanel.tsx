import { ChartSpline, ImageDown, Maximize2, Minimize2, Table2 } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../ui/Button.tsx'
import { CopyButton } from '../ui/CopyButton.tsx'
import { PanelHead } from '../ui/PanelHead.tsx'
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
      <PanelHead
        icon={ChartSpline}
        title={t('plots.title')}
        about={
          <Tabs.List className="segments" aria-label={t('plots.title')}>
            {TABS.map((one) => (
              <Tabs.Trigger key={one} value={one} className="segment">
                {t(`plots.tabs.${one}`)}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        }
        closing={t('plots.close')}
        onClose={closePlots}
      >
        <IconButton icon={Table2} label={t('plots.table')} pressed={table} onClick={() => showTable(!table)} />
        <CopyNumbers />
        <SaveButton body={body} disabled={table} />
        <IconButton
          icon={large ? Minimize2 : Maximize2}
          label={t(large ? 'plots.smaller' : 'plots.larger')}
          onClick={() => enlarge(!large)}
        />
      </PanelHead>
      {TABS.map((one) => (
        <Tabs.Content key={one} value={one} className="plots-body" tabIndex={-1} {...(one === tab && { ref: body })}>
          {BODIES[one]}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}

function CopyNumbers() {
  const { t } = useTranslation()
  const make = useOffered((s) => s.make)
  return <CopyButton label={t('plots.copy')} copiedLabel={t('plots.copied')} text={make && (() => csvOf(make()))} />
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
