import { Tabs } from 'radix-ui'
import { useTranslation } from 'react-i18next'
import { Outline } from '../outline/Outline.tsx'
import { Palette } from '../palette/Palette.tsx'
import { type LeftView, setSettings, useSettings } from '../store/settings.ts'

/** On the left: what can be added, or what is there. */
export function LeftPanel() {
  const { t } = useTranslation()
  const view = useSettings((s) => s.left)
  return (
    <Tabs.Root className="left-panel" value={view} onValueChange={(left) => setSettings({ left: left as LeftView })}>
      <Tabs.List className="left-tabs" aria-label={t('panels.left')}>
        <Tabs.Trigger className="left-tab" value="palette">
          {t('panels.palette')}
        </Tabs.Trigger>
        <Tabs.Trigger className="left-tab" value="outline">
          {t('outline.title')}
        </Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content className="left-content" value="palette" tabIndex={-1}>
        <Palette />
      </Tabs.Content>
      <Tabs.Content className="left-content" value="outline" tabIndex={-1}>
        <Outline />
      </Tabs.Content>
    </Tabs.Root>
  )
}
