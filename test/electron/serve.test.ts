import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { datasetCache } from '../../electron/download.ts'
import { isServed, type Served, serve } from '../../scripts/serve.ts'
import { removeFolders, temporaryFolder } from '../temporary.ts'

const temporary = () => temporaryFolder('serve')
afterAll(removeFolders)
let served: Served
afterEach(() => served?.close())

/** `fetch` lets nobody set Host. */
function status(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((done, fail) => {
    const call = request(new URL(path, served.url), { headers, method }, (response) => {
      response.resume()
      done(response.statusCode ?? 0)
    })
    call.on('error', fail)
    call.end()
  })
}

test('only this machine’s own page is answered, and only what it may ask', async () => {
  const cache = datasetCache(temporary(), async () => [])
  served = await serve({ cache, folder: temporary() })
  expect(await status('/api/chainrule', {})).toBe(200)
  expect(await status('/api/chainrule', { host: 'evil.example' })).toBe(403)
  expect(await status('/api/datasets/mnist', { origin: 'https://evil.example' }, 'POST')).toBe(403)
  expect(await status('/', {}, 'DELETE')).toBe(405)
  expect(await status('/api/datasets/mnist', {}, 'PUT')).toBe(405)
  expect(await status('/../package.json', {})).toBe(404)
  expect(await status('/no-such-file.js', {})).toBe(404)
  expect(await isServed(Number(new URL(served.url).port))).toBe(true)
})

test('a page that was built anew meanwhile is served as it is now', async () => {
  const folder = temporary()
  writeFileSync(join(folder, 'index.html'), 'old')
  served = await serve({ cache: datasetCache(temporary(), async () => []), folder })
  expect(await (await fetch(served.url)).text()).toBe('old')
  writeFileSync(join(folder, 'index.html'), 'longer than before')
  writeFileSync(join(folder, 'new.js'), 'new')
  expect(await (await fetch(served.url)).text()).toBe('longer than before')
  expect(await status('/new.js', {})).toBe(200)
})

test('the data set is downloaded with progress and then served', async () => {
  const bytes = Uint8Array.of(7, 8, 9)
  const cache = datasetCache(temporary(), async (onProgress) => {
    onProgress(2, 3)
    return [{ name: 'train-idx', bytes }]
  })
  served = await serve({ cache, folder: temporary() })
  const url = new URL('/api/datasets/mnist', served.url)
  expect(await (await fetch(url)).json()).toEqual({ files: [] })
  const lines = (await (await fetch(url, { method: 'POST' })).text()).trim().split('\n')
  const listing = { files: [{ name: 'train-idx', size: 3 }] }
  expect(lines.map((line) => JSON.parse(line))).toEqual([{ done: 2, total: 3 }, listing])
  expect(await (await fetch(url)).json()).toEqual(listing)
  expect(new Uint8Array(await (await fetch(`${url}/train-idx`)).arrayBuffer())).toEqual(bytes)
  expect((await fetch(`${url}/other`)).status).toBe(404)
})

test('a failed download ends with its reason', async () => {
  const cache = datasetCache(temporary(), async () => {
    throw new Error('no mirror answers')
  })
  served = await serve({ cache, folder: temporary() })
  const answer = await fetch(new URL('/api/datasets/mnist', served.url), { method: 'POST' })
  expect(JSON.parse(await answer.text())).toEqual({ error: 'no mirror answers' })
})
