/** Data sets by way of the program that serves this page; the routes are described in electron/ipc.ts. */
import type { FolderFile } from '../../electron/ipc.ts'

const ROUTE = '/api/datasets/mnist'

type Line = { files: { name: string }[] } | { error: string } | { done: number; total: number | null }

async function fetchFiles(names: readonly { readonly name: string }[]): Promise<FolderFile[]> {
  return Promise.all(
    names.map(async ({ name }) => {
      const response = await fetch(`${ROUTE}/${encodeURIComponent(name)}`)
      if (!response.ok) throw new Error(`${name}: ${response.status}`)
      return { name, bytes: new Uint8Array(await response.arrayBuffer()) }
    })
  )
}

const isJson = (response: Response) => response.headers.get('content-type')?.includes('json') ?? false

/** Null where they were never downloaded, and where the page comes from a server that has none. */
export async function cachedMnist(): Promise<FolderFile[] | null> {
  const response = await fetch(ROUTE).catch(() => null)
  if (!response?.ok || !isJson(response)) return null
  const { files } = (await response.json()) as { files: { name: string }[] }
  return files.length === 0 ? null : fetchFiles(files)
}

export async function downloadMnist(onProgress: (done: number, total: number | null) => void): Promise<FolderFile[]> {
  const response = await fetch(ROUTE, { method: 'POST' })
  if (!response.ok || !response.body || !isJson(response)) throw new Error(`${response.status} ${response.statusText}`)
  let rest = ''
  let files: { name: string }[] | null = null
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = `${rest}${read.value}`.split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines.filter((l) => l !== '')) {
      const line = JSON.parse(text) as Line
      if ('error' in line) throw new Error(line.error)
      if ('files' in line) files = line.files
      else onProgress(line.done, line.total)
    }
  }
  if (!files) throw new Error('the answer ended early')
  return fetchFiles(files)
}
