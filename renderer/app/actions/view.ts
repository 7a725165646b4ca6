import { fitSelection, fitView, zoomIn, zoomOut, zoomTo } from '../../canvas/commands.ts'
import { openPlan } from '../../plan/state.ts'
import { LANGUAGES, PANELS, setSettings, THEMES, togglePanel, useSettings } from '../../store/settings.ts'
import type { Action } from '../action.ts'
import { toggleBelow } from '../below.ts'
import { focusOutline, goToPane } from '../panes.ts'

export const viewActions: readonly Action[] = [
  {
    id: 'view.fit',
    label: 'actions.fit',
    keywords: ['fit', 'centre', 'center'],
    shortcuts: ['Shift+1'],
    yieldsToText: true,
    perform: () => fitView()
  },
  {
    id: 'view.fitSelection',
    label: 'actions.fitSelection',
    shortcuts: ['Shift+2'],
    yieldsToText: true,
    when: ({ editor }) => editor.selection.nodes.size > 0,
    perform: fitSelection
  },
  { id: 'view.zoomIn', label: 'actions.zoomIn', shortcuts: ['Mod+=', 'Mod++'], perform: zoomIn },
  { id: 'view.zoomOut', label: 'actions.zoomOut', shortcuts: ['Mod+-'], perform: zoomOut },
  { id: 'view.zoomReset', label: 'actions.zoomReset', shortcuts: ['Mod+0'], perform: () => zoomTo(1) },
  { id: 'view.nextPane', label: 'actions.nextPane', shortcuts: ['F6'], hidden: true, perform: () => goToPane(1) },
  {
    id: 'view.previousPane',
    label: 'actions.previousPane',
    shortcuts: ['Shift+F6'],
    hidden: true,
    perform: () => goToPane(-1)
  },
  {
    id: 'view.outline',
    label: 'actions.outline',
    keywords: ['tree', 'list', 'text', '개요'],
    shortcuts: ['Mod+Shift+O'],
    checked: ({ settings }) => settings.panels.palette && settings.left === 'outline',
    perform: () => {
      const { panels, left } = useSettings.getState()
      const shown = panels.palette && left === 'outline'
      setSettings({ left: shown ? 'palette' : 'outline' })
      togglePanel('palette', true)
      if (!shown) focusOutline()
    }
  },
  ...PANELS.map(
    (panel, i): Action => ({
      id: `view.panel.${panel}`,
      label: `actions.panel.${panel}`,
      group: 'menus.panels',
      shortcuts: [`Mod+Alt+${i + 1}`],
      checked: ({ settings }) => settings.panels[panel],
      perform: () => togglePanel(panel)
    })
  ),
  {
    id: 'view.plan',
    label: 'actions.plan',
    keywords: ['plan', 'kernels', 'memory', 'profile', 'compiler', '커널', '메모리', '컴파일러'],
    shortcuts: ['Mod+Alt+4'],
    perform: () => toggleBelow('plan', openPlan)
  },
  {
    id: 'view.minimap',
    label: 'actions.minimap',
    shortcuts: ['Shift+M'],
    yieldsToText: true,
    checked: ({ settings }) => settings.minimap,
    perform: () => setSettings({ minimap: !useSettings.getState().minimap })
  },
  {
    id: 'view.wheelScrolls',
    label: 'actions.wheelScrolls',
    keywords: ['pan', 'trackpad', 'mouse'],
    checked: ({ settings }) => settings.wheelScrolls,
    perform: () => setSettings({ wheelScrolls: !useSettings.getState().wheelScrolls })
  },
  ...THEMES.map(
    (theme): Action => ({
      id: `view.theme.${theme}`,
      label: `actions.theme.${theme}`,
      group: 'menus.theme',
      checked: ({ settings }) => settings.theme === theme,
      perform: () => setSettings({ theme })
    })
  ),
  ...LANGUAGES.map(
    (language): Action => ({
      id: `view.language.${language}`,
      label: `actions.language.${language}`,
      group: 'menus.language',
      keywords: { system: [], en: ['english', '영어'], ko: ['korean', '한글'] }[language],
      checked: ({ settings }) => settings.language === language,
      perform: () => setSettings({ language })
    })
  )
]
