/** Checked by the compiler alone: every name that the double has is one of Electron's. */
import type * as Real from 'electron'
import type * as Double from './module.ts'
import type { WebContents } from './window.ts'

type Extra<Mine, Theirs> = Exclude<keyof Mine, keyof Theirs | `_${string}`>
type None<T extends never> = T

export type Check = [
  None<Extra<typeof Double, typeof Real>>,
  None<Extra<typeof Double.app, Real.App>>,
  None<Extra<typeof Double.ipcMain, Real.IpcMain>>,
  None<Extra<typeof Double.protocol, Real.Protocol>>,
  None<Extra<typeof Double.net, Real.Net>>,
  None<Extra<typeof Double.dialog, Real.Dialog>>,
  None<Extra<typeof Double.shell, Real.Shell>>,
  None<Extra<typeof Double.session.defaultSession, Real.Session>>,
  None<Extra<typeof Double.screen, Real.Screen>>,
  None<Extra<typeof Double.webContents, typeof Real.webContents>>,
  None<Extra<WebContents, Real.WebContents>>,
  None<Extra<Double.BrowserWindow, Real.BrowserWindow>>,
  None<Extra<typeof Double.BrowserWindow, typeof Real.BrowserWindow>>,
  None<Extra<Double.Menu, Real.Menu>>,
  None<Extra<Double.MenuItem, Real.MenuItem>>
]
