import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { app, needReady, openWindows, windowClosed } from './app.ts'
import { clone, fromHttp, host, messageOf, preventable, strict, toHttp } from './host.ts'
import { pageHost } from './page.ts'
import { invokeHandlers, ipcMain, session } from './services.ts'
import { codec } from './wire.ts'

const { encode, decode } = codec()

interface Options {
  x?: number
  y?: number
  width?: number
  height?: number
  minWidth?: number
  minHeight?: number
  show?: boolean
  title?: string
  webPreferences?: {
    preload?: string
    contextIsolation?: boolean
    sandbox?: boolean
    nodeIntegration?: boolean
    spellcheck?: boolean
  }
}

type Message =
  | { kind: 'open'; url: string }
  | { kind: 'preload-error'; message: string }
  | { kind: 'send'; channel: string; args: unknown[] }
  | { kind: 'invoke'; id: number; channel: string; args: unknown[] }

type OpenHandler = (details: { url: string }) => { action: string }

export class WebContents extends EventEmitter {
  id: number
  session = session.defaultSession
  mainFrame = { url: '', origin: '', parent: null }
  _win: BrowserWindow
  _targetId = ''
  _sessionId = ''
  _made: Promise<void>
  _openHandler: OpenHandler = () => ({ action: 'allow' })
  /** Navigations that the page asked for: `will-navigate` is told of these only. */
  _asked = new Set<string>()

  constructor(id: number, win: BrowserWindow, options: Options) {
    super()
    this.id = id
    this._win = win
    this._made = this._open(options)
    this._made.catch((error) => {
      console.error('electron double:', messageOf(error))
      process.exit(1)
    })
  }

  async _open({ webPreferences = {}, width = 800, height = 600 }: Options) {
    const { contextIsolation, sandbox, nodeIntegration, preload } = webPreferences
    if (contextIsolation === false || sandbox === false || nodeIntegration) {
      throw new Error('only sandboxed, context-isolated windows are supported')
    }
    const target = { url: 'about:blank', newWindow: true, width, height }
    this._targetId = (await host.cdp.send<{ targetId: string }>('Target.createTarget', target)).targetId
    const attach = { targetId: this._targetId, flatten: true }
    this._sessionId = (await host.cdp.send<{ sessionId: string }>('Target.attachToTarget', attach)).sessionId
    this._listen()
    const source = preload ? `function(require,module,exports,process){${readFileSync(preload, 'utf8')}\n}` : 'null'
    const versions = JSON.stringify({ electron: process.versions.electron })
    const script = `if (location.href !== 'about:blank') (${pageHost})((${codec})(), ${source}, ${versions})`
    await this._send('Page.enable')
    await this._send('Runtime.enable')
    await this._send('Runtime.addBinding', { name: '__electronDouble' })
    await this._send('Fetch.enable', { patterns: [{ resourceType: 'Document' }] })
    await this._send('Page.addScriptToEvaluateOnNewDocument', { source: script })
  }

  _listen() {
    const on = <T>(method: string, listener: (params: T) => void) => host.cdp.on(this._sessionId, method, listener)
    on<{ payload: string }>('Runtime.bindingCalled', ({ payload }) => void this._message(JSON.parse(payload)))
    on('Page.loadEventFired', () => {
      this._win.emit('ready-to-show')
      this.emit('did-finish-load', preventable())
    })
    on<{ frame: { url: string; parentId?: string } }>('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId) return
      this.mainFrame.url = fromHttp(frame.url)
      this.mainFrame.origin = new URL(this.mainFrame.url).origin
    })
    on<{ url: string }>('Page.frameRequestedNavigation', ({ url }) => this._asked.add(url.replace(/#.*/, '')))
    on<{ requestId: string; request: { url: string } }>('Fetch.requestPaused', (paused) => void this._request(paused))
  }

  _send<T>(method: string, params = {}) {
    return host.cdp.send<T>(method, params, this._sessionId)
  }

  async _deliver(message: object) {
    const expression = `__electronDoubleIn(${JSON.stringify(message)})`
    // a page that is gone meanwhile has nothing to receive it with
    await this._send('Runtime.evaluate', { expression }).catch(() => {})
  }

  async _message(message: Message) {
    const event = { sender: this._win.webContents, senderFrame: this.mainFrame, processId: this.id, frameId: 1 }
    if (message.kind === 'open') {
      if (this._openHandler({ url: message.url }).action === 'deny') return
      throw new Error('electron double: child windows are not implemented')
    }
    if (message.kind === 'preload-error') {
      console.error('preload:', message.message)
      return
    }
    if (message.kind === 'send') {
      ipcMain.emit(message.channel, event, ...decode(message.args))
      return
    }
    const { id, channel, args } = message
    try {
      const handler = invokeHandlers.get(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      await this._deliver({ kind: 'reply', id, value: encode(clone(await handler(event, ...decode(args)))) })
    } catch (error) {
      const words = `Error invoking remote method '${channel}': ${error instanceof Error ? error : String(error)}`
      await this._deliver({ kind: 'reply', id, error: words })
    }
  }

  async _request({ requestId, request }: { requestId: string; request: { url: string } }) {
    const url = fromHttp(request.url)
    const event = preventable({ url, isMainFrame: true, frame: this.mainFrame, initiator: this.mainFrame })
    if (this._asked.delete(request.url.replace(/#.*/, ''))) {
      this.emit('will-frame-navigate', event)
      this.emit('will-navigate', event, url)
    }
    if (event.defaultPrevented) await this._send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
    else await this._send('Fetch.continueRequest', { requestId })
  }

  async loadURL(url: string) {
    await this._made
    const { errorText } = await this._send<{ errorText?: string }>('Page.navigate', { url: toHttp(url) })
    if (errorText) throw new Error(`${errorText} loading '${url}'`)
  }

  send(channel: string, ...args: unknown[]) {
    void this._deliver({ kind: 'event', channel, args: encode(clone(args)) })
  }

  reload() {
    void this._send('Page.reload')
  }

  setWindowOpenHandler(handler: OpenHandler) {
    this._openHandler = handler
  }

  getURL() {
    return this.mainFrame.url
  }

  isDestroyed() {
    return this._win.isDestroyed()
  }
}

const windows = new Map<number, BrowserWindow>()
let lastId = 0

export class BrowserWindow extends EventEmitter {
  static getAllWindows = () => [...windows.values()]
  static fromWebContents = (contents: WebContents) => windows.get(contents.id) ?? null

  id = ++lastId
  webContents: WebContents
  _state = { title: '', visible: true, edited: false, file: '', maximized: false, destroyed: false }
  _bounds: { x: number; y: number; width: number; height: number }

  constructor(options: Options = {}) {
    super()
    needReady('Cannot create BrowserWindow')
    this._state.title = options.title ?? app.name
    this._state.visible = options.show !== false
    this._bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 }
    this.webContents = strict('webContents', new WebContents(this.id, this, options))
    const self = strict('BrowserWindow', this)
    windows.set(this.id, self)
    openWindows.push(this)
    // biome-ignore lint/correctness/noConstructorReturn: a class that throws on what it lacks
    return self
  }

  loadURL(url: string) {
    return this.webContents.loadURL(url)
  }
  show() {
    this._state.visible = true
  }
  focus() {}
  restore() {}
  maximize() {
    this._state.maximized = true
  }
  isVisible() {
    return this._state.visible
  }
  isDestroyed() {
    return this._state.destroyed
  }
  isMinimized() {
    return false
  }
  isMaximized() {
    return this._state.maximized
  }
  setTitle(title: string) {
    this._state.title = title
  }
  getTitle() {
    return this._state.title
  }
  setDocumentEdited(edited: boolean) {
    this._state.edited = edited
  }
  isDocumentEdited() {
    return this._state.edited
  }
  setRepresentedFilename(file: string) {
    this._state.file = file
  }
  getRepresentedFilename() {
    return this._state.file
  }
  getBounds() {
    return this._bounds
  }
  getNormalBounds() {
    return this._bounds
  }
  setBounds(bounds: Partial<BrowserWindow['_bounds']>) {
    Object.assign(this._bounds, bounds)
  }
  close() {
    if (this._state.destroyed) return
    const event = preventable()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy() {
    if (this._state.destroyed) return
    this._state.destroyed = true
    windows.delete(this.id)
    // the browser may be gone already
    host.cdp.send('Target.closeTarget', { targetId: this.webContents._targetId }).catch(() => {})
    this.emit('closed')
    windowClosed(this)
  }
}

/** Playwright finds the window of a page by it. */
export const webContents = strict('webContents', {
  fromDevToolsTargetId: (id: string) =>
    BrowserWindow.getAllWindows().find((window) => window.webContents._targetId === id)?.webContents
})
