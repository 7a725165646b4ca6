/**
 * What the screen may ask of the machine, and the names of the channels that carry it.
 * The preload exposes it as `window.platform`; where that is absent (a plain browser) the renderer brings its own.
 *
 * In a browser the same origin may offer (scripts/serve.ts does, a static host answers 404):
 *   GET  /api/datasets/mnist        -> { "files": [{ "name", "size" }] }, none when nothing is cached
 *   GET  /api/datasets/mnist/<name> -> the bytes of one cached file
 *   POST /api/datasets/mnist        -> downloads; lines of JSON: { "done", "total" }…, then { "files" } or { "error" }
 */
export interface OpenedFile {
  path: string
  name: string
  bytes: Uint8Array
}

export interface SaveRequest {
  /** Null asks the person where; a path must have come from this program's own dialogs. */
  path: string | null
  suggestedName: string
  kind: 'graph' | 'weights' | 'svg' | 'png' | 'other'
  bytes: Uint8Array
}

export interface SavedFile {
  path: string
  name: string
}

export interface FolderFile {
  name: string
  bytes: Uint8Array
}

export interface DataFolder {
  name: string
  files: FolderFile[]
}

export interface DocumentState {
  name: string
  path: string | null
  dirty: boolean
  /** There are trained weights that no file has. */
  weights: boolean
}

/** Roles that a menu item may name instead of an id: the system does them itself. */
export const MENU_ROLES = [
  'cut',
  'copy',
  'paste',
  'selectAll',
  'close',
  'quit',
  'minimize',
  'togglefullscreen',
  'toggleDevTools'
] as const
export type MenuRole = (typeof MENU_ROLES)[number]

/** One entry of the native menu, in the language on screen. An entry has an `id`, a `role`, `items` or `separator`. */
export interface MenuItemModel {
  label?: string
  /** Comes back through `onMenu`. */
  id?: string
  role?: MenuRole
  /** Electron's notation, such as `CmdOrCtrl+Shift+S`. */
  accelerator?: string
  enabled?: boolean
  /** A tick beside the entry; absent where the entry is no choice. */
  checked?: boolean
  items?: MenuItemModel[]
  separator?: boolean
}

export interface PlatformApi {
  kind: 'electron' | 'browser'
  /** Null when the person cancelled. */
  openFile(kind: 'graph' | 'weights'): Promise<OpenedFile | null>
  saveFile(request: SaveRequest): Promise<SavedFile | null>
  /** The files at the top level of a folder that look like data (IDX, .gz, .csv), 512 MB at most in all. */
  openDataFolder(): Promise<DataFolder | null>
  /** Only by the person's click. The files are cached: the next time nothing is fetched. */
  downloadDataset(name: 'mnist', onProgress: (done: number, total: number | null) => void): Promise<FolderFile[]>
  cachedDataset(name: 'mnist'): Promise<FolderFile[] | null>
  setDocumentState(state: DocumentState): void
  /**
   * Top-level entries are the menus. Send it again when the language or an entry's state changes.
   * `language` is that of the screen (`en`, `ko`): the program's own dialogs follow it.
   */
  setMenuModel(menus: MenuItemModel[], language: string): void
  onMenu(fn: (command: string) => void): () => void
  /** The window is closing and the person chose "Save": answer true when all that is in no file is saved. */
  onSaveBeforeClose(fn: () => Promise<boolean>): () => void
  /** A file that the system handed over: a double click, the command line, a second start. */
  onOpenPath(fn: (file: OpenedFile) => void): () => void
}

declare global {
  interface Window {
    platform?: PlatformApi
  }
}

export const CHANNELS = {
  openFile: 'file:open',
  saveFile: 'file:save',
  openDataFolder: 'data:open-folder',
  downloadDataset: 'data:download',
  downloadProgress: 'data:download-progress',
  cachedDataset: 'data:cached',
  documentState: 'document:state',
  menuModel: 'menu:model',
  menuCommand: 'menu:command',
  saveBeforeClose: 'close:save',
  savedBeforeClose: 'close:saved',
  openPath: 'open-path:file',
  openPathReady: 'open-path:ready'
} as const

/** Every invoked channel answers so: Electron would wrap a thrown error in words that no person needs. */
export type Reply<T> = { ok: true; value: T } | { ok: false; message: string }
