// Serves the built renderer on the loopback with the headers of the app's own origin, and the data sets that a person
// asked for (the routes are in electron/ipc.ts). Only this machine's own page is answered.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import sirv from 'sirv'
import { type DatasetCache, datasetCache } from '../electron/download.ts'
import { headersFor } from '../electron/headers.ts'
import type { FolderFile } from '../electron/ipc.ts'
import { downloadMnist } from '../engine/data/download.ts'

/** A fixed port gives a fixed origin: what the browser keeps for it (settings, the last graph) is there next time. */
export const PORT = 47613
const WHO = '/api/chainrule'
const MNIST = '/api/datasets/mnist'

export interface Served {
  url: string
  close(): void
}

export interface ServeOptions {
  /** Zero takes any free one. */
  port?: number
  cache?: DatasetCache
  /** The built renderer. */
  folder?: string
}

const BUILT = join(import.meta.dirname, '../out/renderer')

export async function serve({ port = 0, cache = userCache(), folder = BUILT }: ServeOptions = {}): Promise<Served> {
  const files = sirv(folder, {
    // a later start may build anew while this one serves: what lies there is looked up, not what lay there
    dev: true,
    etag: true,
    setHeaders: (response, pathname) => {
      for (const [name, value] of Object.entries(headersFor(pathname))) response.setHeader(name, value)
      // the origin stays the same over rebuilds: without a question to the server the page could be an old one
      response.setHeader('Cache-Control', 'no-cache')
    }
  })
  const server = createServer((request, response) => {
    if (!isOwn(request)) return refuse(response, 403, 'only pages of this machine are answered')
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === WHO) return json(response, 200, { program: 'chainrule' })
    if (pathname === MNIST || pathname.startsWith(`${MNIST}/`)) return void dataset(request, response, pathname, cache)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'only GET and HEAD')
    files(request, response, () => refuse(response, 404, 'not found'))
  })
  await listen(server, port)
  const address = server.address()
  const at = typeof address === 'object' && address ? address.port : port
  return {
    url: `http://127.0.0.1:${at}/`,
    close() {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** Whether another start of this program holds the fixed port. */
export async function isServed(port = PORT): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${WHO}`, { signal: AbortSignal.timeout(1000) })
    return ((await response.json()) as { program?: string }).program === 'chainrule'
  } catch {
    return false
  }
}

/** A foreign Host is DNS rebinding; a foreign Origin is another page's script. */
function isOwn({ headers }: IncomingMessage): boolean {
  const host = headers.host ?? ''
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return false
  return headers.origin === undefined || headers.origin === `http://${host}`
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...headersFor(''), 'Content-Type': 'text/plain' }).end(why)
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...headersFor(''), 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}

const listing = (files: FolderFile[]) => ({ files: files.map(({ name, bytes }) => ({ name, size: bytes.length })) })

async function dataset(request: IncomingMessage, response: ServerResponse, pathname: string, cache: DatasetCache) {
  if (request.method === 'POST' && pathname === MNIST) return download(response, cache)
  if (request.method !== 'GET') return refuse(response, 405, 'GET, or POST to download')
  const files = (await cache.cached()) ?? []
  if (pathname === MNIST) return json(response, 200, listing(files))
  const file = files.find(({ name }) => pathname === `${MNIST}/${encodeURIComponent(name)}`)
  if (!file) return refuse(response, 404, 'no such file in this data set')
  response.writeHead(200, { ...headersFor(''), 'Content-Type': 'application/octet-stream' }).end(file.bytes)
}

async function download(response: ServerResponse, cache: DatasetCache): Promise<void> {
  response.writeHead(200, { ...headersFor(''), 'Content-Type': 'application/x-ndjson' })
  const line = (value: unknown) => response.write(`${JSON.stringify(value)}\n`)
  try {
    line(listing(await cache.get((done, total) => line({ done, total }))))
  } catch (error) {
    line({ error: (error as Error).message })
  }
  response.end()
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', done)
  })
}

function userCache(): DatasetCache {
  const folder = join(userFolder('cache'), 'datasets', 'mnist')
  return datasetCache(folder, (onProgress) => downloadMnist(fetch, { onProgress }))
}

/** Where this system keeps a program's files of a person. */
export function userFolder(kind: 'cache' | 'data'): string {
  const { env, platform } = process
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Chainrule', kind)
  if (platform === 'darwin') {
    return join(homedir(), 'Library', kind === 'cache' ? 'Caches' : 'Application Support', 'Chainrule')
  }
  if (kind === 'cache') return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'chainrule')
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'chainrule')
}
