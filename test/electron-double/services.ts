/** Protocols, the network, IPC, dialogs, the shell, the session and the screens. */
import { EventEmitter } from 'node:events'
import { app, needReady } from './app.ts'
import { host, type ProtocolHandler, strict } from './host.ts'

const privileged = new Set<string>()

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: { scheme: string }[]) {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle(scheme: string, handler: ProtocolHandler) {
    needReady('protocol module can not be used')
    if (host.protocols.has(scheme)) throw new Error('The scheme has been registered')
    if (!privileged.has(scheme)) {
      throw new Error(`electron double: ${scheme} was not registered as privileged, so it has no origin`)
    }
    host.protocols.set(scheme, handler)
  }
})

export const net = strict('net', { fetch: (url: string, init?: RequestInit) => fetch(url, init) })

export type InvokeHandler = (event: object, ...args: unknown[]) => unknown
export const invokeHandlers = new Map<string, InvokeHandler>()

export const ipcMain = strict(
  'ipcMain',
  Object.assign(new EventEmitter(), {
    handle(channel: string, handler: InvokeHandler) {
      if (invokeHandlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
      invokeHandlers.set(channel, handler)
    },
    removeHandler: (channel: string) => void invokeHandlers.delete(channel)
  })
)

const nobodyAnswers = (name: string) => async () => {
  throw new Error(`electron double: dialog.${name} has no person to answer it; set dialog.${name} in the test`)
}

export const dialog = strict('dialog', {
  showOpenDialog: nobodyAnswers('showOpenDialog'),
  showSaveDialog: nobodyAnswers('showSaveDialog'),
  showMessageBox: nobodyAnswers('showMessageBox'),
  showErrorBox: (title: string, content: string) => console.error(`${title}: ${content}`)
})

export const shell = strict('shell', { openExternal: async (_url: string) => {} })

const defaultSession = strict('session', {
  setPermissionRequestHandler(_handler: unknown) {},
  setPermissionCheckHandler(_handler: unknown) {},
  setDevicePermissionHandler(_handler: unknown) {}
})
export const session = strict('session', { defaultSession })

export const screen = strict('screen', {
  getAllDisplays: () => [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } }]
})
