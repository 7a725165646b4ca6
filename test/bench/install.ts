/** The peers are dependencies of this folder alone; the first run installs them here. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')

function isInstalled(): boolean {
  const locked = JSON.parse(read(join(here, 'package-lock.json'))).packages as Record<string, { version?: string }>
  const installed = JSON.parse(read(join(here, 'node_modules/.package-lock.json')) || '{"packages":{}}').packages
  return Object.entries(locked).every(([path, { version }]) => path === '' || installed[path]?.version === version)
}

/** True where the peers are there. Without a network they may not be: then only Chainrule and PyTorch are measured. */
export function installPeers(): boolean {
  if (isInstalled()) return true
  console.error('Installing the peers into test/bench (npm ci): about 20 seconds.')
  // no scripts: none of the peers needs one
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32'
  })
  return status === 0
}

/** Versions of the peers, as package.json pins them. */
export function versions(): Readonly<Record<string, string>> {
  return JSON.parse(read(join(here, 'package.json'))).dependencies
}
