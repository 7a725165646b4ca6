// Plain JavaScript for any Node from 18 on: brings a checkout up to date before `npm start` and `npm test`.
// Usage: node scripts/ensure.mjs [deps] [build] [chromium] [fonts]
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const isRootOnDebian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

/** @param {string} why @param {string} command @param {string[]} args */
function run(why, command, args) {
  console.log(`> ${why}`)
  const options = { cwd: root, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const { status } = spawnSync(command, args, {
    ...options,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32'
  })
  return status === 0
}

/** @param {string} message @returns {never} */
function stop(message) {
  console.error(message)
  process.exit(1)
}

/** @param {string} path */
const time = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)

/** The time of the newest file or folder below; a removed file shows in its folder. @param {string} path @returns {number} */
function newest(path) {
  if (!existsSync(path)) return 0
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

/** @param {string} path @returns {Record<string, { version?: string }>} */
function lockedPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {}
}

/** npm keeps its own record of what is installed; an optional package may be absent (another system's). */
function depsAreInstalled() {
  const installed = lockedPackages(join(root, 'node_modules/.package-lock.json'))
  const locked = Object.entries(lockedPackages(join(root, 'package-lock.json'))).filter(([path]) => path !== '')
  return locked.every(([path, wanted]) => {
    const optional = 'optional' in wanted || 'devOptional' in wanted || 'peer' in wanted
    return installed[path] ? installed[path].version === wanted.version : optional
  })
}

function ensureDeps() {
  if (!depsAreInstalled()) {
    const done = run('Installing the npm packages (npm ci): about half a minute.', 'npm', [
      'ci',
      '--no-audit',
      '--no-fund'
    ])
    if (!done) stop('npm ci failed: see the lines above. Check the network, then run the same command again.')
  }
  const packaged = existsSync(join(root, 'node_modules/.bin/node'))
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (!packaged && (major < 22 || (major === 22 && minor < 18))) {
    stop(`Chainrule needs Node 22.18 or newer, and this is ${process.version}: install it from https://nodejs.org.`)
  }
}

const SOURCES = ['electron', 'renderer', 'engine', 'examples', 'package-lock.json', 'electron.vite.config.ts']

function ensureBuild() {
  const built = time(join(root, 'out/renderer/index.html'))
  if (built > Math.max(...SOURCES.map((path) => newest(join(root, path))))) return
  if (!run('Building.', 'npm', ['run', '--silent', 'build'])) stop('The build failed: see the lines above.')
}

let listsAreFresh = false
/** @param {string} why @param {string[]} packages */
function apt(why, packages) {
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'APT::Color=0']
  if (!listsAreFresh) run('Reading the package lists (apt-get update).', 'apt-get', ['update', ...quiet])
  listsAreFresh = true
  return run(why, 'apt-get', ['install', '-y', '--no-install-recommends', ...quiet, ...packages])
}

function ensureChromium() {
  if (findChromium()) return
  if (isRootOnDebian) apt('Installing Chromium (apt-get): about a minute.', ['chromium'])
  else run("Fetching Playwright's Chromium.", 'npx', ['playwright', 'install', 'chromium'])
  if (!findChromium())
    stop('No Chromium: install one, or name one in the variable CHROMIUM, and run the same command again.')
}

/** Without them the screen shows boxes for Korean, and for Latin on a bare machine. Other systems bring their own. */
const FONTS = {
  'fonts-dejavu-core': '/usr/share/fonts/truetype/dejavu',
  'fonts-noto-cjk': '/usr/share/fonts/opentype/noto'
}

function ensureFonts() {
  const missing = Object.entries(FONTS).flatMap(([name, folder]) => (existsSync(folder) ? [] : [name]))
  if (!isRootOnDebian || missing.length === 0) return
  const done = apt(`Installing fonts (apt-get): ${missing.join(', ')}.`, missing)
  if (!done) console.error(`The fonts could not be installed; Korean text may show as boxes.`)
}

/** @type {Record<string, () => void>} */
const STEPS = { deps: ensureDeps, build: ensureBuild, chromium: ensureChromium, fonts: ensureFonts }
for (const name of process.argv.slice(2)) {
  const step = STEPS[name]
  if (!step) stop(`ensure.mjs: no step is named ${name}; there are ${Object.keys(STEPS).join(', ')}.`)
  step()
}
