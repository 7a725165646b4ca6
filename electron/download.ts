/** Data sets that a person asked for, kept in a folder so that they are fetched once. Nothing here imports Electron. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { saveFile } from './files.ts'
import type { FolderFile } from './ipc.ts'
import { wordsFor } from './words.ts'

export type Progress = (done: number, total: number | null) => void
/** Fetches and verifies the files of one data set. */
export type Download = (onProgress: Progress) => Promise<FolderFile[]>

export interface DatasetCache {
  /** Null unless every file is there in the size that it was written with. */
  cached(): Promise<FolderFile[] | null>
  /** The cached files, or else the downloaded ones; callers at the same time share one download. */
  get(onProgress: Progress): Promise<FolderFile[]>
}

/** Written last: a folder without it is a download that did not end. */
const MANIFEST = 'complete.json'

export function datasetCache(folder: string, download: Download): DatasetCache {
  const words = wordsFor('en')
  const listeners = new Set<Progress>()
  let running: Promise<FolderFile[]> | null = null

  async function cached(): Promise<FolderFile[] | null> {
    try {
      const manifest: { name: string; size: number }[] = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'))
      const files = await Promise.all(
        manifest.map(async ({ name }) => ({ name, bytes: new Uint8Array(await readFile(join(folder, name))) }))
      )
      return files.every((file, i) => file.bytes.length === manifest[i]?.size) ? files : null
    } catch {
      return null
    }
  }

  async function fetchAndKeep(): Promise<FolderFile[]> {
    const files = await download((done, total) => {
      for (const listener of listeners) listener(done, total)
    })
    await mkdir(folder, { recursive: true })
    await rm(join(folder, MANIFEST), { force: true })
    for (const file of files) await saveFile(join(folder, file.name), file.bytes, words)
    const manifest = files.map((file) => ({ name: file.name, size: file.bytes.length }))
    await saveFile(join(folder, MANIFEST), new TextEncoder().encode(JSON.stringify(manifest)), words)
    return files
  }

  async function get(onProgress: Progress): Promise<FolderFile[]> {
    const kept = await cached()
    if (kept) return kept
    listeners.add(onProgress)
    running ??= fetchAndKeep().finally(() => {
      running = null
    })
    try {
      return await running
    } finally {
      listeners.delete(onProgress)
    }
  }

  return { cached, get }
}
