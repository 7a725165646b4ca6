// npm start: the desktop program; where Electron's binary cannot be had, the same screen in a browser window.
// Usage: npm start [-- FILE.chainrule.json] [--browser] [--no-open] [--retry]
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AS_ROOT, findChromium, QUIET } from './chromium.mjs'
import { isServed, PORT, type Served, serve, userFolder } from './serve.ts'

const root = join(import.meta.dirname, '..')
const electronFolder = join(root, 'node_modules/electron')
const OWN_FLAGS = ['--browser', '--no-open', '--retry']
const flags = new Set(process.argv.slice(2).filter((argument) => OWN_FLAGS.includes(argument)))
const rest = process.argv.slice(2).filter((argument) => !OWN_FLAGS.includes(argument))
const { DISPLAY, WAYLAND_DISPLAY } = process.env
const hasScreen = process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY)

/** A failed download is remembered for a day: the next start does not wait for it again. */
const FAILED = join(root, 'node_modules/.cache/chainrule/electron-failed.json')
const DAY = 24 * 3600 * 1000
const LONGEST_DOWNLOAD = 300_000

function electronBinary(): string | null {
  const named = join(electronFolder, 'path.txt')
  const path = existsSync(named) ? join(electronFolder, 'dist', readFileSync(named, 'utf8')) : null
  return path && existsSync(path) ? path : null
}

function recentFailure(): string | null {
  if (flags.has('--retry') || !existsSync(FAILED)) return null
  const { at, why } = JSON.parse(readFileSync(FAILED, 'utf8')) as { at: number; why: string }
  return Date.now() - at < DAY ? why : null
}

function downloadElectron(): string | null {
  console.log('> Downloading Electron (about 110 MB, once).')
  const { status, stderr } = spawnSync(process.execPath, [join(electronFolder, 'install.js')], {
    encoding: 'utf8',
    timeout: LONGEST_DOWNLOAD
  })
  if (status === 0) {
    rmSync(FAILED, { force: true })
    return null
  }
  const why = /(?:cause\W+|\w*Error): ?([^\n{]+)/.exec(stderr)?.[1]?.trim() ?? `it ended with ${status ?? 'a time-out'}`
  mkdirSync(join(FAILED, '..'), { recursive: true })
  writeFileSync(FAILED, JSON.stringify({ at: Date.now(), why }))
  return why
}

function electron(): string | null {
  if (flags.has('--browser')) return null
  if (!hasScreen) {
    console.log('There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): no window can open.')
    return null
  }
  const known = recentFailure()
  const why = electronBinary() ? null : (known ?? downloadElectron())
  if (why) {
    const again = known ? ' `npm start -- --retry` tries again.' : ''
    console.log(`Electron could not be downloaded (${why}): opening in a browser window instead.${again}`)
  }
  return electronBinary()
}

/** A bare machine lacks some of the libraries that Electron is linked to. */
function ensureLibraries(binary: string): void {
  if (process.platform !== 'linux') return
  const missing = [...(spawnSync('ldd', [binary], { encoding: 'utf8' }).stdout ?? '').matchAll(/(\S+) => not found/g)]
  if (missing.length === 0) return
  const names = missing.map((match) => match[1]).join(', ')
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`Electron needs these libraries, which this system lacks: ${names}. Install them and start again.`)
    process.exit(1)
  }
  console.log(`> Installing the libraries that Electron needs (apt-get): ${names}.`)
  const packages = ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libxtst6']
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: 'inherit' })
}

function ensure(...steps: string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/ensure.mjs'), ...steps], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** The profile is kept: settings and cached data live in it. */
function openWindow(url: string): ChildProcess | null {
  const chromium = findChromium()
  if (!chromium) return null
  const profile = join(userFolder('data'), 'browser')
  mkdirSync(profile, { recursive: true })
  const quietRoot = AS_ROOT.length > 0 ? [...AS_ROOT, '--test-type'] : []
  const own = [`--app=${url}`, `--user-data-dir=${profile}`, '--window-size=1360,860']
  // WebGL in software where there is no GPU; WebGPU, which Linux keeps behind a flag
  const graphics = ['--enable-unsafe-swiftshader', ...(process.platform === 'linux' ? ['--enable-unsafe-webgpu'] : [])]
  return spawn(chromium, [...own, ...graphics, ...QUIET, ...quietRoot], { stdio: 'ignore' })
}

async function serveSteadily(): Promise<Served> {
  const port = Number(process.env.PORT || PORT)
  try {
    return await serve({ port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    console.log(`Port ${port} is taken: using another. Settings kept for the usual address do not show at this one.`)
    return serve()
  }
}

async function startInBrowser(): Promise<void> {
  const opens = hasScreen && !flags.has('--no-open')
  if (rest.length > 0) console.log(`Open ${rest.join(' ')} from the File menu: a browser window takes no file by name.`)
  if (opens) ensure('chromium', 'fonts')
  if (await isServed()) {
    const url = `http://127.0.0.1:${PORT}/`
    console.log(`Chainrule is already running at ${url}`)
    if (opens) openWindow(url)?.unref()
    return
  }
  const { url, close } = await serveSteadily()
  console.log(`Chainrule is at ${url} (Ctrl+C stops it).`)
  const win = opens ? openWindow(url) : null
  const stop = () => {
    close()
    win?.kill()
    process.exit(0)
  }
  win?.once('error', (error) => console.error(`The browser window could not open: ${error.message}`))
  // a profile that is open already takes the address over and ends at once: then the window is not ours to watch
  const opened = Date.now()
  win?.once('exit', (code) => {
    if (Date.now() - opened > 3000) stop()
    else if (code !== 0)
      console.error(`The browser window closed at once (exit ${code}); the address above still works.`)
  })
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

function startElectron(binary: string): void {
  ensure('fonts')
  ensureLibraries(binary)
  const files = rest.map((argument) => (argument.startsWith('-') ? argument : resolve(argument)))
  const child = spawn(binary, [root, ...AS_ROOT, ...files], { stdio: 'inherit' })
  child.on('exit', (code) => process.exit(code ?? 1))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
}

const binary = electron()
if (binary) startElectron(binary)
else await startInBrowser()
