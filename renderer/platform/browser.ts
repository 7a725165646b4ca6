/** The means of a plain browser: file pickers where they are there, file inputs and downloads elsewhere. */
import type { OpenedFile, PlatformApi, SavedFile, SaveRequest } from '../../electron/ipc.ts'
import { cachedMnist, downloadMnist } from './datasets.ts'
import { chooseDirectory } from './folder.ts'
import { FILE_LIMIT, TooLarge, WEIGHTS_LIMIT } from './limits.ts'
import { cancelled, chooseFiles } from './picking.ts'

interface PickerWindow {
  showOpenFilePicker?: (options: object) => Promise<FileSystemFileHandle[]>
  showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle>
}

const pickers = window as unknown as PickerWindow

/** Files that the person chose, by the path that this page gave them. */
const handles = new Map<string, FileSystemFileHandle>()

async function readFile(file: File, limit: number): Promise<Uint8Array> {
  if (file.size > limit) throw new TooLarge(file.size)
  return new Uint8Array(await file.arrayBuffer())
}

const JSON_FILES = { 'application/json': ['.json'] }
const SVG_FILES = { 'image/svg+xml': ['.svg'] }
const PNG_FILES = { 'image/png': ['.png'] }

/** What the picker offers to save as. */
const SAVED: Readonly<Record<SaveRequest['kind'], { description: string; accept: Record<string, string[]> }>> = {
  graph: { description: 'Chainrule graph', accept: JSON_FILES },
  weights: { description: 'Chainrule weights', accept: JSON_FILES },
  other: { description: 'Chainrule graph', accept: JSON_FILES },
  svg: { description: 'SVG', accept: SVG_FILES },
  png: { description: 'PNG', accept: PNG_FILES }
}

/** A graph can also be opened from a picture that holds it. */
const OPENED = {
  graph: { ...SAVED.graph, accept: { ...JSON_FILES, ...SVG_FILES, ...PNG_FILES } },
  weights: SAVED.weights
}

function keep(handle: FileSystemFileHandle): string {
  const path = `${handle.name}#${handles.size + 1}`
  handles.set(path, handle)
  return path
}

async function openFile(kind: 'graph' | 'weights'): Promise<OpenedFile | null> {
  const limit = kind === 'weights' ? WEIGHTS_LIMIT : FILE_LIMIT
  if (pickers.showOpenFilePicker) {
    const chosen = await pickers.showOpenFilePicker({ types: [OPENED[kind]], id: kind }).catch(cancelled)
    const handle = chosen?.[0]
    if (!handle) return null
    const bytes = await readFile(await handle.getFile(), limit)
    return { path: keep(handle), name: handle.name, bytes }
  }
  const file = (
    await chooseFiles({ accept: kind === 'graph' ? '.json,.svg,.png,application/json' : '.json,application/json' })
  )[0]
  return file ? { path: '', name: file.name, bytes: await readFile(file, limit) } : null
}

async function saveFile({ path, suggestedName, kind, bytes }: SaveRequest): Promise<SavedFile | null> {
  const known = path ? handles.get(path) : undefined
  const options = { suggestedName, types: [SAVED[kind]], id: kind }
  const handle = known ?? (await pickers.showSaveFilePicker?.(options).catch(cancelled))
  if (handle) {
    const writable = await handle.createWritable()
    await writable.write(bytes as Uint8Array<ArrayBuffer>)
    await writable.close()
    return { path: known && path ? path : keep(handle), name: handle.name }
  }
  if (pickers.showSaveFilePicker) return null
  const url = URL.createObjectURL(
    new Blob([bytes as Uint8Array<ArrayBuffer>], { type: Object.keys(SAVED[kind].accept)[0] ?? '' })
  )
  Object.assign(document.createElement('a'), { href: url, download: suggestedName }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  return { path: '', name: suggestedName }
}

export function browserPlatform(): PlatformApi {
  let unsaved = false
  window.addEventListener('beforeunload', (event) => {
    if (unsaved) event.preventDefault()
  })
  const nothing = () => () => {}
  return {
    kind: 'browser',
    openFile,
    saveFile,
    openDataFolder: chooseDirectory,
    downloadDataset: (_, onProgress) => downloadMnist(onProgress),
    cachedDataset: () => cachedMnist(),
    setDocumentState: (state) => {
      unsaved = state.dirty || state.weights
    },
    setMenuModel: () => {},
    onMenu: nothing,
    onSaveBeforeClose: nothing,
    onOpenPath: nothing
  }
}
