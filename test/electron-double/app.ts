import { EventEmitter } from 'node:events'
import { host, type Preventable, preventable, strict } from './host.ts'

let becomeReady!: () => void
const ready = new Promise<void>((done) => {
  becomeReady = done
})
let isReady = false
let quitting = false
const paths = new Map<string, string>()

/** The windows, as far as quitting goes; window.ts fills it. */
export const openWindows: { close(): void }[] = []

const nameOf = () => host.env.pkg.productName ?? host.env.pkg.name

const implementation = Object.assign(new EventEmitter(), {
  isPackaged: false,
  whenReady: () => ready,
  isReady: () => isReady,
  getName: nameOf,
  getVersion: () => host.env.pkg.version,
  getAppPath: () => host.env.appDir,
  getLocale: () => 'en-US',
  getPath(name: string) {
    return paths.get(name) ?? (name === 'userData' ? host.env.profile : `${host.env.profile}/${name}`)
  },
  setPath: (name: string, path: string) => void paths.set(name, path),
  enableSandbox() {},
  requestSingleInstanceLock: () => true,
  commandLine: strict('commandLine', {
    appendSwitch: (name: string, value = '') => void host.env.switches.set(name, value),
    getSwitchValue: (name: string) => host.env.switches.get(name) ?? ''
  }),
  quit() {
    if (quitting) return
    const event = preventable()
    app.emit('before-quit', event)
    if (event.defaultPrevented) return
    quitting = true
    for (const window of [...openWindows]) window.close()
    if (openWindows.length > 0) {
      quitting = false
      return
    }
    app.emit('will-quit', preventable())
    app.emit('quit', preventable(), 0)
    app.exit(0)
  },
  exit(code = 0) {
    host.server.close()
    const end = () => process.exit(code)
    if (host.browser.exitCode !== null) return end()
    host.browser.once('exit', end)
    host.cdp.send('Browser.close').catch(() => host.browser.kill())
    setTimeout(() => host.browser.kill('SIGKILL'), 3000).unref()
  }
})
Object.defineProperty(implementation, 'name', { get: nameOf })

export const app = strict('app', implementation as typeof implementation & { readonly name: string })

/** Called by window.ts when a window is gone. */
export function windowClosed(window: { close(): void }): void {
  openWindows.splice(openWindows.indexOf(window), 1)
  if (openWindows.length === 0 && !quitting && !app.emit('window-all-closed')) app.quit()
}

export function needReady(what: string): void {
  if (!isReady) throw new Error(`${what} before app is ready`)
}

let waits = 1
/** Under Playwright the app becomes ready when its main module has run and Playwright has attached, as there. */
export function waitForPlaywright(): void {
  waits = 2
}

export function step(): void {
  if (--waits > 0) return
  isReady = true
  app.emit('will-finish-launching')
  app.emit('ready', {} as Preventable, {})
  becomeReady()
}
