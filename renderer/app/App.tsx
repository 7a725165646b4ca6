import { Tooltip } from 'radix-ui'
import './base.css'
import './app.css'
import { DropTarget } from './DropTarget.tsx'
import { Dialogs } from './dialogs/Dialogs.tsx'
import { Guard } from './Guard.tsx'
import { StatusBar } from './StatusBar.tsx'
import { Toasts } from './Toasts.tsx'
import { TopBar } from './TopBar.tsx'
import { useAppLife } from './useAppLife.ts'
import { Workspace } from './Workspace.tsx'

export function App() {
  useAppLife()
  return (
    <Tooltip.Provider delayDuration={500} skipDelayDuration={200}>
      <div className="app">
        <Guard>
          <TopBar />
        </Guard>
        <Workspace />
        <Guard>
          <StatusBar />
        </Guard>
      </div>
      <DropTarget />
      <Guard>
        <Dialogs />
      </Guard>
      <Toasts />
    </Tooltip.Provider>
  )
}
