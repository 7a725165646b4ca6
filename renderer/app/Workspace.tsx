import { type KeyboardEvent, type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Group, Panel, Separator, usePanelRef } from 'react-resizable-panels'
import { Canvas } from '../canvas/Canvas.tsx'
import { focusSelected } from '../canvas/state.ts'
import { ChainPanel } from '../chain/ChainPanel.tsx'
import { useChain } from '../chain/state.ts'
import { CheckPanel } from '../check/CheckPanel.tsx'
import { useCheck } from '../check/state.ts'
import { PastBanner } from '../history/PastBanner.tsx'
import { Inspector } from '../inspector/Inspector.tsx'
import { PlanPanel } from '../plan/PlanPanel.tsx'
import { usePlan } from '../plan/state.ts'
import { PlotsPanel } from '../plots/PlotsPanel.tsx'
import { usePlots } from '../plots/state.ts'
import { SampleChip } from '../sample/SampleChip.tsx'
import { SamplePanel } from '../sample/SamplePanel.tsx'
import { useSample } from '../sample/state.ts'
import { Stepper } from '../stepper/Stepper.tsx'
import { type PanelName, setPanelSize, togglePanel, useSettings } from '../store/settings.ts'
import { useStepper } from '../store/stepper.ts'
import { TrainingPanel } from '../training/TrainingPanel.tsx'
import { leaveBelow } from './below.ts'
import { DataBanner } from './DataBanner.tsx'
import { Guard } from './Guard.tsx'
import { LeftPanel } from './LeftPanel.tsx'

interface SideProps {
  readonly name: PanelName
  /** What it is called, where it is not the panel's own name. */
  readonly label?: PanelName | 'steps' | 'plan' | 'check' | 'chain' | 'sample' | 'plots'
  readonly min: number
  readonly max: number
  /** What is shown now needs so much; afterwards the panel is as it was. */
  readonly least?: number
  readonly onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
  readonly children: ReactNode
}

/** A panel at the edge: its size and whether it is open are remembered. */
function Side({ name, label = name, min, max, least, onKeyDown, children }: SideProps) {
  const { t } = useTranslation()
  const open = useSettings((s) => s.panels[name])
  const size = useSettings.getState().sizes[name]
  const panel = usePanelRef()
  useEffect(() => {
    const at = panel.current
    if (!at || at.isCollapsed() === !open) return
    if (!open) at.collapse()
    else {
      at.expand()
      if (at.getSize().inPixels < min) at.resize(useSettings.getState().sizes[name])
    }
  }, [open, panel, min, name])
  useEffect(() => {
    const at = panel.current
    if (!at || least === undefined) return
    const before = at.getSize().inPixels
    if (before >= least) return
    at.resize(least)
    return () => panel.current?.resize(useSettings.getState().panels[name] ? before : 0)
  }, [least, panel, name])
  return (
    <Panel
      id={name}
      panelRef={panel}
      className="side"
      collapsible
      defaultSize={open ? size : 0}
      minSize={min}
      maxSize={max}
      groupResizeBehavior="preserve-pixel-size"
      onResize={({ inPixels }, _id, before) => {
        if (before === undefined) return
        const shown = inPixels > 0
        if (shown !== useSettings.getState().panels[name]) togglePanel(name, shown)
        // what is needed for a while is nobody's choice
        if (shown && least === undefined) setPanelSize(name, Math.round(inPixels))
      }}
    >
      <section
        className="side-content"
        aria-label={t(`panels.${label}`)}
        inert={!open}
        {...(onKeyDown && { onKeyDown })}
      >
        <Guard>{children}</Guard>
      </section>
    </Panel>
  )
}

/** A sentence with its formula, while the canvas keeps more than half of a small window. */
const stepsHeight = (): number => Math.round(Math.min(330, window.innerHeight * 0.4))

/** What the canvas keeps, with what stands above and below the panels. */
const REST = 240

/** A picture that is worth looking at, while the graph stays in sight. */
const plotsHeight = (large: boolean): number =>
  Math.round(large ? window.innerHeight - REST : Math.min(440, window.innerHeight * 0.52))

/** Escape that no field needs closes what stands below the canvas. */
function onKeyBelow(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'Escape' || event.nativeEvent.isComposing || event.defaultPrevented) return
  // what floats above the page is a child of this one only for React
  if (!event.currentTarget.contains(event.target as Node) || !leaveBelow()) return
  event.preventDefault()
  focusSelected()
}

const panels = {
  steps: <Stepper />,
  sample: <SamplePanel />,
  plots: <PlotsPanel />,
  check: <CheckPanel />,
  chain: <ChainPanel />,
  plan: <PlanPanel />,
  training: <TrainingPanel />
}

/** Below the canvas is the first of these that is open. */
const BOTTOM = ['steps', 'sample', 'plots', 'check', 'chain', 'plan', 'training'] as const

export function Workspace() {
  const walking = useStepper((s) => s.status !== 'off')
  const planned = usePlan((s) => s.open)
  const checking = useCheck((s) => s.open)
  const chained = useChain((s) => s.open)
  const sampling = useSample((s) => s.open)
  const plotting = usePlots((s) => s.open)
  const large = usePlots((s) => s.large)
  const open = {
    steps: walking,
    sample: sampling,
    plots: plotting,
    check: checking,
    chain: chained,
    plan: planned,
    training: true
  }
  const bottom = BOTTOM.find((panel) => open[panel]) ?? 'training'
  const tall = bottom === 'steps' || bottom === 'sample' || bottom === 'chain'
  useEffect(() => {
    if (bottom === 'training') return
    // closed by a button that went with it: the focus would be nowhere
    return () => {
      if (document.activeElement === document.body) focusSelected()
    }
  }, [bottom])
  const least = bottom === 'plots' ? plotsHeight(large) : tall ? stepsHeight() : undefined
  return (
    <Group className="workspace" id="columns" orientation="horizontal">
      <Side name="palette" min={168} max={420}>
        <LeftPanel />
      </Side>
      <Separator className="separator" />
      <Panel id="middle" minSize={280}>
        <Group id="rows" orientation="vertical">
          <Panel id="canvas" minSize={160}>
            <main className="canvas-area">
              <DataBanner />
              <PastBanner />
              <SampleChip />
              <Guard>
                <Canvas />
              </Guard>
            </main>
          </Panel>
          <Separator className="separator" />
          <Side
            name="training"
            label={bottom}
            min={172}
            max={Math.max(520, window.innerHeight - REST)}
            {...(least !== undefined && { least })}
            onKeyDown={onKeyBelow}
          >
            {panels[bottom]}
          </Side>
        </Group>
      </Panel>
      <Separator className="separator" />
      <Side name="inspector" min={260} max={560}>
        <Inspector />
      </Side>
    </Group>
  )
}
