/** `app://bundle`: the built renderer as a secure origin of its own, with headers that file: pages cannot have. */
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'
import { headersFor } from './headers.ts'

export const ORIGIN = 'app://bundle'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2'
}

/** Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true }
    }
  ])
}

/** Once the app is ready. */
export function serveRenderer(folder: string): void {
  protocol.handle('app', async (request) => {
    const { pathname, host } = new URL(request.url)
    const wanted = normalize(join(folder, decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    const known = request.method === 'GET' && host === 'bundle' && wanted.startsWith(folder + sep)
    const bytes = known ? await readFile(wanted).catch(() => null) : null
    if (!bytes) return new Response('not found', { status: 404, headers: headersFor('') })
    const type = TYPES[extname(wanted)] ?? 'application/octet-stream'
    return new Response(new Uint8Array(bytes), { headers: { ...headersFor(pathname), 'Content-Type': type } })
  })
}
