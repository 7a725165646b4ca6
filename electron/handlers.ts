/** What the main process does when the screen asks. Each call checks who asks and what is asked. */
import { join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, Menu, net, type OpenDialogOptions } from 'electron'
import { downloadMnist } from '../engine/data/download.ts'
import { type DatasetCache, datasetCache } from './download.ts'
import { openFile, readDataFolder, saveFile } from './files.ts'
import { CHANNELS, type DocumentState, type Reply, type SaveRequest } from './ipc.ts'
import { menuTemplate } from './menu.ts'
import { documentState, menuModel, oneOf, saveRequest, text } from './validate.ts'
import type { Words } from './words.ts'

export interface Host {
  /** The address of the renderer: no other page is answered. */
  url: string
  words: () => Words
  setLanguage(language: string): void
  setDocument(win: BrowserWindow, state: DocumentState): void
  /** The screen is ready to be handed files. */
  ready(win: BrowserWindow): void
}

export interface Handlers {
  /** Reads a file that the system handed over; from then on the screen may save to it. */
  open(path: string): ReturnType<typeof openFile>
}

type AnyEvent = Electron.IpcMainInvokeEvent | Electron.IpcMainEvent

export function registerHandlers(host: Host): Handlers {
  /** The paths that a person chose. The screen can name no other. */
  const chosen = new Set<string>()
  const home = new URL(host.url)
  const mnist: DatasetCache = datasetCache(join(app.getPath('userData'), 'datasets', 'mnist'), (onProgress) =>
    downloadMnist(net.fetch as typeof fetch, { onProgress })
  )

  function windowOf(event: AnyEvent): BrowserWindow {
    const win = BrowserWindow.fromWebContents(event.sender)
    const frame = event.senderFrame
    const from = frame ? new URL(frame.url) : null
    const ours = from && from.protocol === home.protocol && from.host === home.host
    if (!win || !ours || frame !== event.sender.mainFrame) {
      throw new Error(`Refused: only Chainrule's own page may ask, and this is ${from?.href ?? 'a page that is gone'}.`)
    }
    return win
  }

  function answer<T>(channel: string, work: (win: BrowserWindow, event: AnyEvent, ...args: unknown[]) => Promise<T>) {
    ipcMain.handle(channel, async (event, ...args: unknown[]): Promise<Reply<T>> => {
      try {
        return { ok: true, value: await work(windowOf(event), event, ...args) }
      } catch (error) {
        return { ok: false, message: error instanceof Error ? error.message : String(error) }
      }
    })
  }

  /** For messages that nobody waits for: a refused one is told on the console. */
  function listen(channel: string, work: (win: BrowserWindow, ...args: unknown[]) => void) {
    ipcMain.on(channel, (event, ...args: unknown[]) => {
      try {
        work(windowOf(event), ...args)
      } catch (error) {
        console.error(`${channel}: ${(error as Error).message}`)
      }
    })
  }

  async function open(path: string) {
    const file = await openFile(path, host.words())
    chosen.add(path)
    return file
  }

  answer(CHANNELS.openFile, async (win, _event, kind) => {
    const filters = filtersFor(oneOf('kind', kind, ['graph', 'weights']), host.words(), true)
    const path = await ask(win, { properties: ['openFile'], filters })
    return path === null ? null : open(path)
  })

  answer(CHANNELS.saveFile, async (win, _event, value) => {
    const request = saveRequest(value)
    if (request.path !== null && !chosen.has(request.path)) {
      throw new Error(`Refused: ${request.path} was not chosen in a dialog. Use “Save as”.`)
    }
    const path = request.path ?? (await askWhere(win, request, host.words()))
    if (path === null) return null
    const saved = await saveFile(path, request.bytes, host.words())
    chosen.add(path)
    return saved
  })

  answer(CHANNELS.openDataFolder, async (win) => {
    const folder = await ask(win, { properties: ['openDirectory'] })
    return folder === null ? null : readDataFolder(folder, host.words())
  })

  answer(CHANNELS.cachedDataset, (_win, _event, name) => {
    oneOf('name', name, ['mnist'])
    return mnist.cached()
  })

  answer(CHANNELS.downloadDataset, (_win, event, name, id) => {
    oneOf('name', name, ['mnist'])
    const call = text('id', id, 100)
    return mnist.get((done, total) => {
      if (!event.sender.isDestroyed()) event.sender.send(CHANNELS.downloadProgress, call, done, total)
    })
  })

  listen(CHANNELS.documentState, (win, value) => host.setDocument(win, documentState(value)))
  listen(CHANNELS.openPathReady, (win) => host.ready(win))
  listen(CHANNELS.menuModel, (win, value, language) => {
    const model = menuModel(value)
    host.setLanguage(text('language', language, 20))
    const send = (command: string) => win.webContents.send(CHANNELS.menuCommand, command)
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(model, process.platform, send)))
  })

  return { open }
}

async function ask(win: BrowserWindow, options: OpenDialogOptions): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(win, options)
  return canceled ? null : (filePaths[0] ?? null)
}

async function askWhere(win: BrowserWindow, request: SaveRequest, words: Words): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(win, {
    defaultPath: request.suggestedName,
    filters: filtersFor(request.kind, words)
  })
  return canceled || !filePath ? null : filePath
}

/** A graph can also be opened from a picture that holds it. */
function filtersFor(kind: SaveRequest['kind'], words: Words, opening = false): Electron.FileFilter[] {
  const all = { name: words.allFiles, extensions: ['*'] }
  if (kind === 'graph') return [{ name: words.graphs, extensions: ['json', ...(opening ? ['svg', 'png'] : [])] }, all]
  if (kind === 'svg') return [{ name: 'SVG', extensions: ['svg'] }]
  if (kind === 'png') return [{ name: 'PNG', extensions: ['png'] }]
  if (kind === 'weights') return [{ name: words.weights, extensions: ['json', 'safetensors'] }, all]
  return [all]
}
