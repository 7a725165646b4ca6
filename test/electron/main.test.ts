import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { readBounds, writeBounds } from '../../electron/bounds.ts'
import { datasetCache } from '../../electron/download.ts'
import { headersFor } from '../../electron/headers.ts'
import type { MenuItemModel } from '../../electron/ipc.ts'
import { menuTemplate } from '../../electron/menu.ts'
import { documentState, menuModel, saveRequest } from '../../electron/validate.ts'
import { removeFolders, temporaryFolder } from '../temporary.ts'

const temporary = () => temporaryFolder('main')
afterAll(removeFolders)

test('only the engine worker may compile source', () => {
  const csp = (path: string) => headersFor(path)['Content-Security-Policy'] ?? ''
  expect(csp('/assets/worker-BxT_9-a.js')).toContain("'unsafe-eval'")
  for (const path of ['/', '/index.html', '/assets/index-Bx.js', '/worker-a.js', '/assets/elk-worker-Bx.js']) {
    expect(csp(path)).not.toContain('unsafe-eval')
    expect(csp(path)).toContain("script-src 'self';")
  }
})

test('window bounds come back, unless no screen shows them', () => {
  const file = join(temporary(), 'window.json')
  const screen = { x: 0, y: 0, width: 1920, height: 1080 }
  const first = readBounds(file, [screen])
  expect(first.maximized).toBe(false)
  const bounds = { x: 100, y: 50, width: 1000, height: 700 }
  writeBounds(file, { bounds, maximized: true })
  expect(readBounds(file, [screen])).toEqual({ bounds, maximized: true })
  // the second screen, where it was, is gone
  writeBounds(file, { bounds: { ...bounds, x: 2500 }, maximized: false })
  expect(readBounds(file, [screen]).bounds).toEqual({ width: 1000, height: 700 })
  expect(readBounds(file, [screen, { ...screen, x: 1920 }]).bounds.x).toBe(2500)
  writeFileSync(file, '{"bounds":{"x":"1"}}')
  expect(readBounds(file, [screen])).toEqual(first)
})

test('the menu carries labels, keys, ticks and roles, and sends ids', () => {
  const model: MenuItemModel[] = [
    {
      label: 'View',
      items: [
        { label: 'Grid', id: 'view.grid', accelerator: 'CmdOrCtrl+G', checked: true },
        { separator: true },
        { label: 'Run', id: 'run', enabled: false },
        { label: 'Quit', role: 'quit' }
      ]
    }
  ]
  const send = vi.fn()
  const [view] = menuTemplate(model, 'linux', send)
  const items = view?.submenu as Electron.MenuItemConstructorOptions[]
  expect(items).toMatchObject([
    { label: 'Grid', accelerator: 'CmdOrCtrl+G', type: 'checkbox', checked: true },
    { type: 'separator' },
    { label: 'Run', enabled: false },
    { label: 'Quit', role: 'quit' }
  ])
  items[0]?.click?.(null as never, undefined, null as never)
  expect(send.mock.calls).toEqual([['view.grid']])
  expect(menuTemplate(model, 'darwin', send)[0]).toEqual({ role: 'appMenu' })
  expect(menuTemplate(null, 'linux', send).length).toBeGreaterThan(0)
})

test('what comes over IPC is checked', () => {
  const bytes = new Uint8Array(2)
  const request = { path: null, suggestedName: 'a.json', kind: 'graph', bytes }
  expect(saveRequest({ ...request, extra: 1 })).toEqual(request)
  expect(() => saveRequest({ ...request, kind: 'exe' })).toThrow('kind must be one of graph, weights, svg, png, other')
  expect(() => saveRequest({ ...request, path: 5 })).toThrow('path must be a string, and is number 5.')
  expect(() => saveRequest([])).toThrow('The request must be an object')
  expect(() => documentState({ name: 'x', path: null, dirty: 'yes' })).toThrow('dirty must be true or false')
  expect(() => documentState({ name: 5, path: null, dirty: true })).toThrow('name must be a string')
  expect(() => documentState({ name: 'x', path: null, dirty: true })).toThrow('weights must be true or false')
  // refused, the window would close without asking
  const long = { name: 'x'.repeat(100_000), path: null, dirty: true, weights: false }
  expect(documentState(long)).toEqual({ ...long, name: 'x'.repeat(1000) })
  expect(menuModel([{ label: 'File', items: [{ separator: true, label: 'x' }], sneaky: 1 }])).toEqual([
    { label: 'File', items: [{ separator: true }] }
  ])
  expect(() => menuModel([{ label: 'x', role: 'reload' }])).toThrow('role must be one of')
  expect(() => menuModel([{ items: [] }])).toThrow('one with a label')
  expect(() => menuModel(Array.from({ length: 2001 }, () => ({ separator: true })))).toThrow('at most 2000 entries')
  const nested = (depth: number): unknown => ({ label: 'x', ...(depth > 1 ? { items: [nested(depth - 1)] } : {}) })
  expect(menuModel([nested(4)])).toHaveLength(1)
  expect(() => menuModel([nested(5)])).toThrow('at most 4 levels deep')
})

test('a data set is downloaded once, by one download for all who ask, and then read from its folder', async () => {
  const folder = join(temporary(), 'mnist')
  const files = [{ name: 'a-idx', bytes: Uint8Array.of(1, 2, 3) }]
  const download = vi.fn(async (onProgress: (done: number, total: number | null) => void) => {
    onProgress(1, 3)
    return files
  })
  const cache = datasetCache(folder, download)
  expect(await cache.cached()).toBeNull()
  const progress = vi.fn()
  const both = await Promise.all([cache.get(progress), cache.get(progress)])
  expect(both).toEqual([files, files])
  expect(download).toHaveBeenCalledTimes(1)
  expect(progress).toHaveBeenCalledWith(1, 3)
  expect(await cache.cached()).toEqual(files)
  expect(await datasetCache(folder, download).get(progress)).toEqual(files)
  expect(download).toHaveBeenCalledTimes(1)
})

test('a shortened file is no cached one, and a failed download leaves none', async () => {
  const folder = temporary()
  const bytes = Uint8Array.of(1, 2, 3)
  await datasetCache(folder, async () => [{ name: 'a-idx', bytes }]).get(() => {})
  truncateSync(join(folder, 'a-idx'), 2)
  const broken = datasetCache(folder, async () => {
    throw new Error('no mirror answers')
  })
  expect(await broken.cached()).toBeNull()
  await expect(broken.get(() => {})).rejects.toThrow('no mirror answers')
  // the next try starts anew
  await expect(broken.get(() => {})).rejects.toThrow('no mirror answers')
  expect(readdirSync(folder).sort()).toEqual(['a-idx', 'complete.json'])
  expect(readFileSync(join(folder, 'a-idx'))).toHaveLength(2)
})
