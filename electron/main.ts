/** Starts the program and joins the parts: one window, its menu, files and security. */
import { join, resolve } from 'node:path'
import { app, BrowserWindow, dialog, Menu, session } from 'electron'
import { fileArgument } from './files.ts'
import { type Handlers, registerHandlers } from './handlers.ts'
import { CHANNELS } from './ipc.ts'
import { menuTemplate } from './menu.ts'
import { ORIGIN, registerScheme, serveRenderer } from './protocol.ts'
import { createWindow, type EditorWindow } from './window.ts'
import { wordsFor } from './words.ts'

const OUT = join(import.meta.dirname, '..')
/** Only while developing: the address of Vite's server. */
const developed = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
const url = developed ?? `${ORIGIN}/index.html`

let editor: EditorWindow | null = null
let handlers: Handlers | null = null
let language = app.getLocale()
/** A file that came before the screen was ready for it. */
let waiting: string | null = null
let screenReady = false

const words = () => wordsFor(language)

const userData = app.commandLine.getSwitchValue('user-data-dir')
if (userData) app.setPath('userData', resolve(userData))
app.enableSandbox()
registerScheme()
// where there is no GPU, WebGL in software is slow but right; the screen says which device ran
app.commandLine.appendSwitch('enable-unsafe-swiftshader')
if (process.platform === 'linux') app.commandLine.appendSwitch('enable-unsafe-webgpu')

function showWindow(): void {
  screenReady = false
  editor = createWindow({ preload: join(OUT, 'preload/index.cjs'), url, words })
  editor.win.once('closed', () => {
    editor = null
  })
}

/** Hands a file to the screen, now or as soon as it is ready. */
async function openPath(path: string): Promise<void> {
  const win = editor?.win
  if (!win || !handlers || !screenReady) {
    waiting = path
    return
  }
  try {
    win.webContents.send(CHANNELS.openPath, await handlers.open(path))
  } catch (error) {
    dialog.showErrorBox(app.name, (error as Error).message)
  }
}

function start(): void {
  if (!developed) serveRenderer(join(OUT, 'renderer'))
  guardPermissions()
  handlers = registerHandlers({
    url,
    words,
    setLanguage(next) {
      language = next
    },
    setDocument(win, state) {
      if (editor?.win === win) editor.setDocument(state)
    },
    ready(win) {
      if (editor?.win !== win) return
      screenReady = true
      const path = waiting
      waiting = null
      if (path) void openPath(path)
    }
  })
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(null, process.platform, () => {})))
  waiting ??= fileArgument(process.argv.slice(1), process.cwd())
  showWindow()
}

/** The page may put text on the clipboard, by a click. It may nothing else. */
function guardPermissions(): void {
  const allowed = (permission: string) => permission === 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((_contents, permission, done) => done(allowed(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed(permission))
  session.defaultSession.setDevicePermissionHandler(() => false)
}

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', (_event, argv, cwd) => {
    const path = fileArgument(argv.slice(1), cwd)
    const win = editor?.win
    if (win?.isMinimized()) win.restore()
    win?.focus()
    if (path) void openPath(path)
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    void openPath(path)
    if (app.isReady() && !editor) showWindow()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', () => {
    if (app.isReady() && BrowserWindow.getAllWindows().length === 0) showWindow()
  })
  // no top-level await: in an ES module it would hold back `ready` itself
  void app.whenReady().then(start)
} else {
  app.quit()
}
