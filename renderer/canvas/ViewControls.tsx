import { Panel } from '@xyflow/react'
import { Map as MapIcon, Maximize, Minus, Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useT } from '../i18n/useT.ts'
import { useFlow } from '../store/flow.ts'
import { setSettings, useSettings } from '../store/settings.ts'
import { IconButton } from '../ui/Button.tsx'
import { fitView, zoomIn, zoomOut, zoomTo } from './commands.ts'
import { Overview } from './Overview.tsx'

/** On its own, for it changes with each frame of a zoom. */
function ZoomLevel() {
  const t = useT()
  const zoom = useFlow((s) => Math.round(s.zoom * 100))
  return (
    <button
      type="button"
      className="zoom-level numbers"
      onClick={() => zoomTo(1)}
      aria-label={t('canvas.zoomReset', { percent: zoom })}
    >
      {zoom}%
    </button>
  )
}

/** Zoom and overview, in the corner of the canvas. */
export function ViewControls() {
  const { t } = useTranslation()
  const minimap = useSettings((s) => s.minimap)
  return (
    <>
      <Panel position="bottom-left" className="view-controls" aria-label={t('canvas.view')}>
        <IconButton icon={Minus} label={t('canvas.zoomOut')} onClick={zoomOut} />
        <ZoomLevel />
        <IconButton icon={Plus} label={t('canvas.zoomIn')} onClick={zoomIn} />
        <IconButton icon={Maximize} label={t('canvas.fit')} shortcut="Shift+1" size={15} onClick={() => fitView()} />
        <IconButton
          icon={MapIcon}
          label={t('canvas.minimap')}
          size={15}
          pressed={minimap}
          onClick={() => setSettings({ minimap: !minimap })}
        />
      </Panel>
      {minimap && <Overview />}
    </>
  )
}
