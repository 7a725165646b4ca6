/** The one window: how it is made, what it may show, its title, and the question before it closes on unsaved work. */
import { join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, screen, shell } from 'electron'
import { MINIMUM, readBounds, writeBounds } from './bounds.ts'
import { CHANNELS, type DocumentState } from './ipc.ts'
import type { Words } from './words.ts'

export interface EditorWindow {
  win: BrowserWindow
  setDocument(state: DocumentState): void
}

export interface WindowOptions {
  preload: string
  url: string
  /** The words of the language on screen at the time of asking. */
  words: () => Words
}

export function createWindow({ preload, url, words }: WindowOptions): EditorWindow {
  const boundsFile = join(app.getPath('userData'), 'window.json')
  const screens = screen.getAllDisplays().map((display) => display.workArea)
  const { bounds, maximized } = readBounds(boundsFile, screens)
  const win = new BrowserWindow({
    ...bounds,
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    show: false,
    title: app.name,
    webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, spellcheck: false }
  })
  if (maximized) win.maximize()
  win.once('ready-to-show', () => win.show())
  // the title is the document's, not the page's
  win.on('page-title-updated', (event) => event.preventDefault())
  keepToOrigin(win, url)

  let document: DocumentState = { name: '', path: null, dirty: false, weights: false }
  askBeforeClose(win, () => document, words)
  win.on('close', (event) => {
    if (!event.defaultPrevented)
      writeBounds(boundsFile, { bounds: win.getNormalBounds(), maximized: win.isMaximized() })
  })
  win.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return
    // what was unsaved is gone with it: there is nothing left to ask about
    document = { ...document, dirty: false, weights: false }
    dialog.showErrorBox(app.name, words().screenGone(details.reason))
    win.webContents.reload()
  })
  win.loadURL(url).catch((error: Error) => dialog.showErrorBox(app.name, `${url}: ${error.message}`))

  return {
    win,
    setDocument(state) {
      document = state
      win.setTitle(state.name ? `${state.dirty ? '• ' : ''}${state.name} - ${app.name}` : app.name)
      win.setDocumentEdited(state.dirty)
      win.setRepresentedFilename(state.path ?? '')
    }
  }
}

function keepToOrigin(win: BrowserWindow, url: string): void {
  const { protocol, host } = new URL(url)
  const stay = (event: { preventDefault(): void }, target: string) => {
    const to = new URL(target)
    if (to.protocol !== protocol || to.host !== host) event.preventDefault()
  }
  win.webContents.on('will-navigate', (event) => stay(event, event.url))
  win.webContents.on('will-frame-navigate', (event) => stay(event, event.url))
  win.webContents.on('will-redirect', (event) => stay(event, event.url))
  win.webContents.on('will-attach-webview', (event) => event.preventDefault())
  win.webContents.setWindowOpenHandler((details) => {
    // links to the world open in the person's own browser
    if (details.url.startsWith('https://')) void shell.openExternal(details.url)
    return { action: 'deny' }
  })
}

function askBeforeClose(win: BrowserWindow, document: () => DocumentState, words: () => Words): void {
  let asking = false
  let mayClose = false
  let quitting = false
  const quit = () => {
    quitting = true
  }
  app.on('before-quit', quit)
  win.once('closed', () => app.off('before-quit', quit))

  win.on('close', (event) => {
    if (mayClose || !(document().dirty || document().weights)) return
    event.preventDefault()
    if (asking) return
    void ask().then((answer) => {
      if (answer) {
        mayClose = true
        // the question stopped the quitting too: go on with it
        if (quitting) app.quit()
        else win.close()
      }
      quitting = false
    })
  })

  async function ask(): Promise<boolean> {
    const w = words()
    const { name, dirty, weights } = document()
    asking = true
    const { response } = await dialog.showMessageBox(win, {
      type: 'warning',
      message: dirty ? w.saveChanges(name) : w.exportWeights(name),
      detail: [dirty && w.changesLost, weights && w.weightsLost].filter(Boolean).join(' '),
      buttons: dirty ? [w.save, w.dontSave, w.cancel] : [w.export, w.dontExport, w.cancel],
      defaultId: 0,
      cancelId: 2,
      noLink: true
    })
    // a screen that hangs while it saves must not hold the window: closing again asks again
    asking = false
    return response === 0 ? saved(win) : response === 1
  }
}

/** Asks the screen to save. A window that is gone meanwhile has nothing left to keep open. */
function saved(win: BrowserWindow): Promise<boolean> {
  return new Promise((done) => {
    const answer = (event: Electron.IpcMainEvent, ok: unknown) => {
      if (event.sender !== win.webContents) return
      finish(ok === true)
    }
    const finish = (ok: boolean) => {
      ipcMain.off(CHANNELS.savedBeforeClose, answer)
      done(ok)
    }
    ipcMain.on(CHANNELS.savedBeforeClose, answer)
    win.once('closed', () => finish(false))
    win.webContents.send(CHANNELS.saveBeforeClose)
  })
}
