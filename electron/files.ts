/** Reading and writing files. Bytes and paths only: nothing here knows what is in them, and nothing imports Electron. */
import { randomBytes } from 'node:crypto'
import { access, constants, open, readdir, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { DataFolder, OpenedFile, SavedFile } from './ipc.ts'
import type { Words } from './words.ts'

const MEGABYTE = 1_000_000
export const FILE_LIMIT = 1024 * MEGABYTE
export const FOLDER_LIMIT = 512 * MEGABYTE
const DATA_FILE = /idx|ubyte|\.gz$|\.csv$/i

const megabytes = (bytes: number) => `${Math.ceil(bytes / MEGABYTE)} MB`
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | null)?.code ?? ''
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

export async function openFile(path: string, words: Words, limit = FILE_LIMIT): Promise<OpenedFile> {
  try {
    const info = await stat(path)
    if (!info.isFile()) throw Object.assign(new Error(words.notAFile), { code: 'NOT_A_FILE' })
    if (info.size > limit) throw new Error(words.tooBig(megabytes(info.size), megabytes(limit)))
    return { path, name: basename(path), bytes: new Uint8Array(await readFile(path)) }
  } catch (error) {
    const known: Record<string, string> = { ENOENT: words.noFile, EACCES: words.mayNotRead, EPERM: words.mayNotRead }
    throw new Error(words.cannotOpen(path, known[codeOf(error)] ?? messageOf(error)))
  }
}

/** The file is either the old one or the whole new one, whatever happens in between. */
export async function saveFile(path: string, bytes: Uint8Array, words: Words): Promise<SavedFile> {
  try {
    await replaceFile(path, bytes, words)
    return { path, name: basename(path) }
  } catch (error) {
    const known: Record<string, string> = {
      ENOSPC: words.noSpace,
      EDQUOT: words.noSpace,
      EACCES: words.notAllowed,
      EPERM: words.notAllowed,
      EROFS: words.notAllowed,
      ENOENT: words.noFolder,
      ENOTDIR: words.noFolder
    }
    throw new Error(words.cannotSave(basename(path), dirname(path), known[codeOf(error)] ?? messageOf(error)))
  }
}

async function replaceFile(path: string, bytes: Uint8Array, words: Words): Promise<void> {
  // a link stays a link: what it points at is replaced
  const target = await realpath(path).catch(() => resolve(path))
  const old = await stat(target).catch((error) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (old && !old.isFile()) throw new Error(words.notAFile)
  // a rename would replace a read-only file without a word
  if (old) await access(target, constants.W_OK).catch(() => Promise.reject(new Error(words.readOnly)))

  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`)
  const file = await open(temporary, 'wx', 0o666)
  try {
    try {
      if (old) await file.chmod(old.mode & 0o777)
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
  // the file is in place: a folder that may be written but not listed cannot be synced, and that undoes nothing
  await syncFolder(dirname(target)).catch(() => {})
}

/** Makes the rename itself last through a power cut. Windows has no such call, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The files at the top level of a folder whose names look like data. */
export async function readDataFolder(folder: string, words: Words, limit = FOLDER_LIMIT): Promise<DataFolder> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile() && DATA_FILE.test(entry.name)).map((entry) => entry.name)
  if (names.length === 0) throw new Error(words.noData(folder))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total > limit) throw new Error(words.folderTooBig(folder, megabytes(total), megabytes(limit)))
  const files = await Promise.all(
    names.sort().map(async (name) => ({ name, bytes: new Uint8Array(await readFile(join(folder, name))) }))
  )
  return { name: basename(folder), files }
}

/** The graph file that a command line names, if any: the last argument that looks like one. */
export function fileArgument(argv: string[], cwd: string): string | null {
  const path = argv.filter((argument) => !argument.startsWith('-') && argument.endsWith('.json')).at(-1)
  return path ? resolve(cwd, path) : null
}
