/** The one thing that the page gets from Electron: `window.platform`. Built into a single CommonJS file. */
import { contextBridge, ipcRenderer } from 'electron'
import { CHANNELS, type OpenedFile, type PlatformApi, type Reply } from './ipc.ts'

async function ask<T>(channel: string, ...args: unknown[]): Promise<T> {
  const reply: Reply<T> = await ipcRenderer.invoke(channel, ...args)
  if (!reply.ok) throw new Error(reply.message)
  return reply.value
}

function on<T extends unknown[]>(channel: string, fn: (...args: T) => void): () => void {
  // on its own: an error in one listener must not keep the others from hearing
  const listener = (_event: Electron.IpcRendererEvent, ...args: unknown[]) => queueMicrotask(() => fn(...(args as T)))
  ipcRenderer.on(channel, listener)
  return () => void ipcRenderer.off(channel, listener)
}

let downloads = 0
const nothingSaves = async () => false
let save: () => Promise<boolean> = nothingSaves

ipcRenderer.on(CHANNELS.saveBeforeClose, () => {
  save().then(
    (ok) => ipcRenderer.send(CHANNELS.savedBeforeClose, ok),
    () => ipcRenderer.send(CHANNELS.savedBeforeClose, false)
  )
})

const api: PlatformApi = {
  kind: 'electron',
  openFile: (kind) => ask(CHANNELS.openFile, kind),
  saveFile: (request) => ask(CHANNELS.saveFile, request),
  openDataFolder: () => ask(CHANNELS.openDataFolder),
  cachedDataset: (name) => ask(CHANNELS.cachedDataset, name),
  async downloadDataset(name, onProgress) {
    const id = String(++downloads)
    const stop = on<[string, number, number | null]>(CHANNELS.downloadProgress, (call, done, total) => {
      if (call === id) onProgress(done, total)
    })
    try {
      return await ask(CHANNELS.downloadDataset, name, id)
    } finally {
      stop()
    }
  },
  setDocumentState: (state) => ipcRenderer.send(CHANNELS.documentState, state),
  setMenuModel: (menus, language) => ipcRenderer.send(CHANNELS.menuModel, menus, language),
  onMenu: (fn) => on<[string]>(CHANNELS.menuCommand, fn),
  // one document, so one answer: the last one that registered gives it
  onSaveBeforeClose(fn) {
    save = fn
    return () => {
      if (save === fn) save = nothingSaves
    }
  },
  onOpenPath(fn) {
    const stop = on<[OpenedFile]>(CHANNELS.openPath, fn)
    ipcRenderer.send(CHANNELS.openPathReady)
    return stop
  }
}

contextBridge.exposeInMainWorld('platform', api)
