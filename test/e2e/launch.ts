import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication } from '@playwright/test'
import { AS_ROOT } from '../../scripts/chromium.mjs'
import { temporaryFolder as newFolder, removeFolders } from '../temporary.ts'

export const root = resolve(import.meta.dirname, '../..')

/** `require('electron')` would try to download it. */
function realBinary(): string | null {
  const folder = join(root, 'node_modules/electron')
  const named = join(folder, 'path.txt')
  const path = existsSync(named) ? join(folder, 'dist', readFileSync(named, 'utf8')) : null
  return path && existsSync(path) ? path : null
}

/** The real binary where it is, the double where it is not. `ELECTRON_DOUBLE=1` asks for the double. */
export const isReal = process.env.ELECTRON_DOUBLE !== '1' && realBinary() !== null

export interface LaunchOptions {
  /** Where the program keeps what it remembers; a new folder unless told. */
  userData?: string
  /** What stands behind the program's name on the command line. */
  args?: string[]
}

export function launch({ userData = temporaryFolder(), args = [] }: LaunchOptions = {}): Promise<ElectronApplication> {
  return _electron.launch({
    ...(isReal ? {} : { executablePath: join(root, 'test/electron-double/electron.ts') }),
    args: [...(isReal ? AS_ROOT : []), '.', `--user-data-dir=${userData}`, ...args],
    cwd: root
  })
}

export const temporaryFolder = () => newFolder('test')
process.on('exit', removeFolders)
