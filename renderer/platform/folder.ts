/** A folder of data files, chosen by the person. */
import type { DataFolder, FolderFile } from '../../electron/ipc.ts'
import { cancelled, chooseFiles } from './picking.ts'

type DirectoryPicker = (options: object) => Promise<{
  readonly name: string
  values(): AsyncIterable<FileSystemHandle>
}>

/** All files of a data set together. */
const FOLDER_LIMIT = 512 * 1024 * 1024
const LOOKS_LIKE_DATA = /(idx|ubyte|\.gz$|\.csv$)/i

export async function chooseDirectory(): Promise<DataFolder | null> {
  const picker = (window as unknown as { showDirectoryPicker?: DirectoryPicker }).showDirectoryPicker
  if (!picker) {
    const files = await chooseFiles({ webkitdirectory: true, multiple: true })
    const first = files[0]
    return first ? { name: first.webkitRelativePath.split('/')[0] ?? '', files: await read(topLevel(files)) } : null
  }
  const folder = await picker({ id: 'data' }).catch(cancelled)
  if (!folder) return null
  const files: File[] = []
  for await (const handle of folder.values()) {
    if (handle.kind === 'file') files.push(await (handle as FileSystemFileHandle).getFile())
  }
  return { name: folder.name, files: await read(files) }
}

const topLevel = (files: readonly File[]) => files.filter((f) => f.webkitRelativePath.split('/').length <= 2)

async function read(files: readonly File[]): Promise<FolderFile[]> {
  const chosen: FolderFile[] = []
  let total = 0
  for (const file of files.filter((f) => LOOKS_LIKE_DATA.test(f.name))) {
    total += file.size
    if (total > FOLDER_LIMIT) break
    chosen.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })
  }
  return chosen
}
