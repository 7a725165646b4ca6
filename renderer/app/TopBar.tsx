import {
  Footprints,
  Languages,
  Moon,
  PanelBottom,
  PanelLeft,
  PanelRight,
  Play,
  Redo2,
  Search,
  Square,
  Sun,
  SunMoon,
  Undo2,
  Zap
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { languageOf } from '../i18n/index.ts'
import { platform } from '../platform.ts'
import { useRun } from '../store/run.ts'
import { setSettings, useSettings } from '../store/settings.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Hint } from '../ui/Hint.tsx'
import { DocumentName } from './DocumentName.tsx'
import { Logo } from './Logo.tsx'
import { MenuBar } from './MenuBar.tsx'
import './topbar.css'
import { useAction } from './useAction.ts'

function ActionIcon({
  id,
  icon,
  pressed
}: {
  readonly id: string
  readonly icon: typeof Undo2
  readonly pressed?: boolean
}) {
  const action = useAction(id)
  return (
    <IconButton
      icon={icon}
      label={action.label}
      shortcut={action.shortcut}
      disabled={!action.enabled}
      pressed={pressed ? action.checked : undefined}
      onClick={action.perform}
    />
  )
}

function RunButtons() {
  const run = useAction('run.run')
  const train = useAction('run.train')
  const stop = useAction('run.stop')
  const training = useRun((s) => s.status === 'training')
  const running = useRun((s) => s.status === 'running')
  return (
    <>
      <ActionIcon id="run.step" icon={Footprints} />
      <Hint text={run.label} shortcut={run.shortcut}>
        <Button icon={Play} disabled={!run.enabled} aria-busy={running} onClick={run.perform}>
          {run.label}
        </Button>
      </Hint>
      {training ? (
        <Hint text={stop.label} shortcut={stop.shortcut}>
          <Button icon={Square} look="danger" onClick={stop.perform}>
            {stop.label}
          </Button>
        </Hint>
      ) : (
        <Hint text={train.label} shortcut={train.shortcut}>
          <Button icon={Zap} look="primary" disabled={!train.enabled} onClick={train.perform}>
            {train.label}
          </Button>
        </Hint>
      )}
    </>
  )
}

const NEXT_THEME = { system: 'light', light: 'dark', dark: 'system' } as const
const THEME_ICONS = { system: SunMoon, light: Sun, dark: Moon } as const

function Preferences() {
  const { t } = useTranslation()
  const theme = useSettings((s) => s.theme)
  const choice = useSettings((s) => s.language)
  const language = languageOf(choice)
  return (
    <>
      <IconButton
        icon={THEME_ICONS[theme]}
        label={`${t('menus.theme')}: ${t(`actions.theme.${theme}`)}`}
        onClick={() => setSettings({ theme: NEXT_THEME[theme] })}
      />
      <IconButton
        icon={Languages}
        label={language === 'ko' ? t('actions.language.en') : t('actions.language.ko')}
        onClick={() => setSettings({ language: language === 'ko' ? 'en' : 'ko' })}
      />
    </>
  )
}

export function TopBar() {
  return (
    <header className="topbar">
      <div className="topbar-side">
        <Logo />
        {platform.kind === 'browser' && <MenuBar />}
      </div>
      <DocumentName />
      <div className="topbar-side topbar-end">
        <div className="topbar-group">
          <ActionIcon id="edit.undo" icon={Undo2} />
          <ActionIcon id="edit.redo" icon={Redo2} />
          <ActionIcon id="help.commands" icon={Search} />
        </div>
        <div className="topbar-group">
          <ActionIcon id="view.panel.palette" icon={PanelLeft} pressed />
          <ActionIcon id="view.panel.training" icon={PanelBottom} pressed />
          <ActionIcon id="view.panel.inspector" icon={PanelRight} pressed />
        </div>
        <div className="topbar-group">
          <Preferences />
        </div>
        <RunButtons />
      </div>
    </header>
  )
}
