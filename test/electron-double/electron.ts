#!/usr/bin/env node
// A stand-in for the `electron` executable, where its binary cannot be had: runs the built app (package.json "main")
// under plain Node, with a Chromium of this machine as its window. Playwright's `_electron.launch({ executablePath })`
// drives it as it drives the real one. It cannot show: the operating system's sandbox, `app://` as the page's real
// origin, native dialogs, menus and accelerators, permission handlers, the single-instance lock, asar and fuses.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import inspector from 'node:inspector'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findChromium } from '../../scripts/chromium.mjs'

const args = process.argv.slice(2)
const underPlaywright = args.includes('--inspect=0')
const appDir = resolve(args.find((argument) => !argument.startsWith('-')) ?? '.')
if (underPlaywright) inspector.open(0, '127.0.0.1')

const chromium = findChromium()
if (!chromium) throw new Error('electron double: no Chromium; install one, or name one in the variable CHROMIUM')
const pkg = JSON.parse(readFileSync(join(appDir, 'package.json'), 'utf8'))
const electron = JSON.parse(readFileSync(join(appDir, 'node_modules/electron/package.json'), 'utf8'))
const profile = mkdtempSync(join(tmpdir(), 'electron-double-'))
process.on('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }))
const pairs = args.filter((argument) => argument.startsWith('--')).map((argument) => argument.slice(2).split('='))
const switches = new Map(pairs.map(([name, ...value]) => [name ?? '', value.join('=')]))

const url = pathToFileURL(join(import.meta.dirname, 'module.ts')).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier.startsWith('electron/')
      ? { url, shortCircuit: true }
      : next(specifier, context)
})
const versions = { ...process.versions, electron: electron.version, chrome: 'double' }
Object.defineProperty(process, 'versions', { value: versions })
Object.assign(process, { type: 'browser', resourcesPath: appDir, defaultApp: true })

// whole before Playwright attaches and requires it
await import(url)
const { startHost } = await import('./host.ts')
const { app, step, waitForPlaywright } = await import('./app.ts')
if (underPlaywright) waitForPlaywright()
Object.assign(globalThis, { __playwright_run: step })
process.on('SIGTERM', () => app.quit())
process.on('SIGINT', () => app.quit())
const debugger_ = await startHost({ appDir, pkg, profile, chromium, switches, headless: process.env.HEADED !== '1' })
if (underPlaywright) console.error(`DevTools listening on ${debugger_}`) // what Playwright waits for
await import(pathToFileURL(resolve(appDir, pkg.main)).href)
step()
