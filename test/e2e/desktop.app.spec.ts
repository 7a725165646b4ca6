import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ElectronApplication, expect, type Page, test } from '@playwright/test'
import type { MenuItemModel, OpenedFile, PlatformApi } from '../../electron/ipc.ts'
import { isReal, launch, root, temporaryFolder } from './launch.ts'

declare global {
  interface Window {
    seen: unknown[]
  }
}

let app: ElectronApplication
let page: Page
let folder: string

async function open(options: Parameters<typeof launch>[0] = {}): Promise<void> {
  app = await launch(options)
  page = await app.firstWindow()
  await page.waitForFunction(() => window.platform !== undefined)
  await page.waitForLoadState()
}

/** A click's worth: what the page may ask of the machine. */
const platform = <T>(fn: (api: PlatformApi) => Promise<T>) =>
  page.evaluate(`(${fn})(window.platform).catch((e) => ({ error: e.message }))`) as Promise<T & { error?: string }>

const dialogs = {
  open: (path: string | null) =>
    app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = (async () => ({ canceled: path === null, filePaths: path ? [path] : [] })) as never
    }, path),
  save: (path: string | null) =>
    app.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = (async () => ({ canceled: path === null, filePath: path ?? '' })) as never
    }, path),
  /** Answers the question by the number of the button, and keeps what was asked. */
  message: (response: number) =>
    app.evaluate(({ dialog }, response) => {
      const asked: string[] = []
      Object.assign(globalThis, { asked })
      dialog.showMessageBox = (async (_win: unknown, options: { message: string; buttons: string[] }) => {
        asked.push(`${options.message} ${options.buttons.join('|')}`)
        return { response, checkboxChecked: false }
      }) as never
    }, response)
}
const asked = () => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)
const windows = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
const closeWindow = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())

const setDocument = (name: string, dirty: boolean, weights = false) =>
  page.evaluate((state) => window.platform?.setDocumentState({ ...state, path: null }), { name, dirty, weights })
const title = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle())

test.beforeEach(async () => {
  folder = temporaryFolder()
  await open()
})

test.afterEach(async () => {
  // a test that left unsaved work must not be asked about it
  await app.evaluate(({ app }) => app.exit(0)).catch(() => {})
  await app.close().catch(() => {})
})

test(`starts in one visible, isolated window (${isReal ? 'Electron' : 'the double'})`, async () => {
  expect(await app.evaluate(({ app }) => app.getName())).toBe('Chainrule')
  const visible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((w) => w.isVisible()))
  await expect.poll(visible).toEqual([true])
  const seen = await page.evaluate(() => ({
    kind: window.platform?.kind,
    frozen: Object.isFrozen(window.platform),
    node: ['require', 'process', 'module', 'Buffer', 'ipcRenderer'].filter((name) => name in window),
    isolated: crossOriginIsolated
  }))
  expect(seen).toEqual({ kind: 'electron', frozen: true, node: [], isolated: true })
})

test('the page and the worker each have their own content security policy', async () => {
  const policy = (path: string) =>
    page.evaluate(async (path) => (await fetch(path)).headers.get('content-security-policy') ?? '', path)
  expect(await policy('/index.html')).toContain("script-src 'self';")
  const worker = readdirSync(join(root, 'out/renderer/assets')).find((name) => /^worker-.*\.js$/.test(name))
  expect(worker, 'the built engine worker').toBeDefined()
  expect(await policy(`/assets/${worker}`)).toContain("script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval';")
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.seen = [1]'
    document.head.append(script)
    return window.seen
  })
  expect(ran).toBeUndefined()
})

test('navigation is blocked, and a link to the world opens outside', async () => {
  const before = page.url()
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = async (url: string) => void opened.push(url)
  })
  await page.evaluate(() => {
    location.href = 'https://example.com/'
  })
  await page.evaluate(() => {
    window.open('file:///etc/passwd')
    window.open('https://example.com/page')
  })
  const opened = () => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
  await expect.poll(opened).toEqual(['https://example.com/page'])
  expect(page.url()).toBe(before)
  expect(app.windows()).toHaveLength(1)
})

test('a page of another origin is refused, though it has the preload', async () => {
  const preload = join(root, 'out/preload/index.cjs')
  const second = app.waitForEvent('window')
  await app.evaluate(async ({ BrowserWindow }, preload) => {
    const win = new BrowserWindow({ show: false, webPreferences: { preload } })
    await win.loadURL('data:text/html,<title>other</title>')
  }, preload)
  page = await second
  await page.waitForFunction(() => window.platform !== undefined)
  expect((await platform((api) => api.openFile('graph')))?.error).toContain("only Chainrule's own page may ask")
})

test('arguments of the wrong kind are refused in words', async () => {
  const wrong = { path: null, suggestedName: 'x', kind: 'graph', bytes: 'text' }
  const calls = [
    ['openFile', 'picture', 'kind must be one of graph, weights, and is string picture.'],
    ['saveFile', wrong, 'bytes must be a Uint8Array, and is string text.'],
    ['saveFile', null, 'The request must be an object, and is null.'],
    ['cachedDataset', '../secrets', 'name must be one of mnist, and is string ../secrets.']
  ]
  for (const [method, argument, message] of calls) {
    const call = `window.platform.${method}(${JSON.stringify(argument)}).catch((e) => e.message)`
    expect(await page.evaluate(call)).toBe(message)
  }
})

test('opens a file by the dialog, and null when it is cancelled', async () => {
  const path = join(folder, 'two apples.chainrule.json')
  writeFileSync(path, '{"name":"사과"}')
  await dialogs.open(null)
  expect(await platform((api) => api.openFile('graph'))).toBeNull()
  await dialogs.open(path)
  const opened = await platform(async (api) => {
    const file = (await api.openFile('graph')) as OpenedFile
    return { ...file, bytes: new TextDecoder().decode(file.bytes), typed: file.bytes instanceof Uint8Array }
  })
  expect(opened).toEqual({ path, name: 'two apples.chainrule.json', bytes: '{"name":"사과"}', typed: true })
  await dialogs.open(join(folder, 'gone.json'))
  expect((await platform((api) => api.openFile('graph')))?.error).toContain('there is no such file')
})

const save = (path: string | null, text: string) =>
  page.evaluate(
    ({ path, text }) =>
      window.platform
        ?.saveFile({ path, suggestedName: 'a.chainrule.json', kind: 'graph', bytes: new TextEncoder().encode(text) })
        .catch((e: Error) => ({ error: e.message, name: '' })),
    { path, text }
  )

test('saves whole files only: to the chosen path, with its mode, and nothing beside it', async () => {
  const path = join(folder, 'a.chainrule.json')
  await dialogs.save(null)
  expect(await save(null, 'one')).toBeNull()
  await dialogs.save(path)
  expect(await save(null, 'one')).toEqual({ path, name: 'a.chainrule.json' })
  if (process.platform !== 'win32') chmodSync(path, 0o640)
  expect(await save(path, 'two')).toEqual({ path, name: 'a.chainrule.json' })
  expect(readFileSync(path, 'utf8')).toBe('two')
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o640)
  expect(readdirSync(folder)).toEqual(['a.chainrule.json'])
})

test('a save that fails leaves the old file and says why', async () => {
  const taken = join(folder, 'taken')
  mkdirSync(taken)
  await dialogs.save(taken)
  expect(await save(null, 'x')).toMatchObject({ error: expect.stringContaining('it is a folder or a device') })
  await dialogs.save(join(folder, 'no/such/folder.json'))
  expect(await save(null, 'x')).toMatchObject({ error: expect.stringContaining('the folder does not exist') })
  expect(readdirSync(folder)).toEqual(['taken'])
})

test('the page cannot name a path that no person chose', async () => {
  const path = join(folder, 'mine.json')
  writeFileSync(path, 'old')
  expect(await save(path, 'new')).toMatchObject({ error: expect.stringContaining('was not chosen in a dialog') })
  expect(readFileSync(path, 'utf8')).toBe('old')
})

test('reads the data files of a folder', async () => {
  writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), Uint8Array.of(1, 2, 3))
  writeFileSync(join(folder, 'notes.txt'), 'no data')
  await dialogs.open(folder)
  const read = await platform(async (api) => {
    const data = await api.openDataFolder()
    return data?.files.map((file) => [file.name, [...file.bytes]])
  })
  expect(read).toEqual([['train-images-idx3-ubyte.gz', [1, 2, 3]]])
})

test('the title and the edited mark follow the document', async () => {
  await setDocument('Two apples', true)
  await expect.poll(title).toBe('• Two apples - Chainrule')
  const edited = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isDocumentEdited())
  if (!isReal || process.platform === 'darwin') expect(await edited()).toBe(true)
  await setDocument('Two apples', false)
  await expect.poll(title).toBe('Two apples - Chainrule')
})

test('unsaved work: Cancel keeps the window, Don’t Save closes it', async () => {
  await setDocument('Two apples', true)
  await expect.poll(title).toContain('•')
  await dialogs.message(2)
  await closeWindow()
  await expect.poll(asked).toEqual(["Save the changes to “Two apples” before closing? Save|Don't Save|Cancel"])
  expect(await windows()).toBe(1)
  await dialogs.message(1)
  const gone = app.waitForEvent('close')
  await closeWindow()
  await gone
})

test('unsaved work: Save closes only when the screen has saved', async () => {
  await page.evaluate(() => {
    window.seen = []
    window.platform?.onSaveBeforeClose(async () => {
      window.seen.push('asked')
      return window.seen.length > 1
    })
  })
  await setDocument('Two apples', true)
  await expect.poll(title).toContain('•')
  await dialogs.message(0)
  await closeWindow()
  await expect.poll(() => page.evaluate(() => window.seen)).toEqual(['asked'])
  expect(await windows()).toBe(1)
  const gone = app.waitForEvent('close')
  await closeWindow()
  await gone
})

test('trained weights that are in no file are asked about too', async () => {
  await setDocument('Two apples', false, true)
  await expect.poll(title).toBe('Two apples - Chainrule')
  await dialogs.message(2)
  await closeWindow()
  await expect
    .poll(asked)
    .toEqual(["Export the trained weights of “Two apples” before closing? Export…|Don't Export|Cancel"])
  expect(await windows()).toBe(1)
  await dialogs.message(1)
  const gone = app.waitForEvent('close')
  await closeWindow()
  await gone
})

test('a screen that hangs while saving holds nothing: closing again asks again', async () => {
  await page.evaluate(() => {
    window.platform?.onSaveBeforeClose(() => new Promise(() => {}))
  })
  await setDocument('Two apples', true)
  await expect.poll(title).toContain('•')
  await dialogs.message(0)
  await closeWindow()
  await expect.poll(asked).toHaveLength(1)
  await dialogs.message(1)
  const gone = app.waitForEvent('close')
  await closeWindow()
  await gone
})

test('a screen that crashed starts again, and leaves nothing to ask about', async () => {
  await setDocument('Two apples', true)
  await expect.poll(title).toContain('•')
  await page.evaluate(() => {
    window.seen = ['before']
  })
  const told = await app.evaluate(({ BrowserWindow, dialog }) => {
    const told: string[] = []
    dialog.showErrorBox = (_title, content) => void told.push(content)
    BrowserWindow.getAllWindows()[0]?.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 })
    return told
  })
  expect(told).toEqual([expect.stringContaining('stopped working (crashed)')])
  await page.waitForFunction(() => window.seen === undefined && window.platform !== undefined)
  const gone = app.waitForEvent('close')
  await closeWindow()
  await gone
})

test('quitting goes on after the question', async () => {
  await setDocument('Two apples', true)
  await expect.poll(title).toContain('•')
  await dialogs.message(1)
  const gone = app.waitForEvent('close')
  await app.evaluate(({ app }) => void setTimeout(() => app.quit(), 0))
  await gone
})

test('closing a window without unsaved work asks nothing and quits', async () => {
  const gone = app.waitForEvent('close')
  await closeWindow()
  await gone
})

test('the native menu is the screen’s, and its commands come back', async () => {
  const menus: MenuItemModel[] = [
    {
      label: '파일',
      items: [
        { label: '열기…', id: 'file.open', accelerator: 'CmdOrCtrl+O' },
        { separator: true },
        { label: '예제', items: [{ label: '사과 두 개', id: 'example.two-apples' }] },
        { label: '끝내기', role: 'quit' }
      ]
    }
  ]
  await page.evaluate((menus) => {
    window.seen = []
    window.platform?.onMenu((command) => window.seen.push(command))
    window.platform?.setMenuModel(menus, 'ko')
  }, menus)
  const click = (id: string) =>
    app.evaluate(({ Menu }, id) => {
      const item = Menu.getApplicationMenu()?.getMenuItemById(id)
      item?.click()
      return item?.label
    }, id)
  await expect.poll(() => click('example.two-apples')).toBe('사과 두 개')
  await expect.poll(() => page.evaluate(() => window.seen)).toContain('example.two-apples')
  // the program's own words follow
  await setDocument('사과', true)
  await expect.poll(title).toContain('•')
  await dialogs.message(2)
  await closeWindow()
  await expect.poll(asked).toEqual([expect.stringContaining('저장|저장 안 함|취소')])
})

test('a file of the command line, and one of a second start, reach the screen', async () => {
  const path = join(folder, 'later.chainrule.json')
  writeFileSync(path, 'later')
  await page.evaluate(() => {
    window.seen = []
    window.platform?.onOpenPath((file) => window.seen.push(file.path, new TextDecoder().decode(file.bytes)))
  })
  await app.evaluate(({ app }, path) => void app.emit('second-instance', {}, ['chainrule', path], '/'), path)
  await expect.poll(() => page.evaluate(() => window.seen)).toEqual([path, 'later'])
  // it was handed over by the system: saving to it is allowed
  expect(await save(path, 'changed')).toMatchObject({ path })
})

test('the window comes back in the size that it had', async () => {
  await app.evaluate(({ app }) => app.exit(0)).catch(() => {})
  const userData = temporaryFolder()
  await open({ userData })
  const bounds = { x: 40, y: 50, width: 1000, height: 700 }
  await app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds), bounds)
  const gone = app.waitForEvent('close')
  await closeWindow()
  await gone
  await open({ userData })
  const now = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
  expect(now).toMatchObject(isReal ? { width: bounds.width, height: bounds.height } : bounds)
})
