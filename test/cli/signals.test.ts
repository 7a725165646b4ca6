/** Ctrl+C and its kin: they reach the one that works, and how it ends is how the command ends. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'

// several programs are started one after the other, on a machine that may be busy
vi.setConfig({ testTimeout: 30_000 })

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'chainrule-signals-'))
afterAll(() => rmSync(folder, { recursive: true }))
const spiral = 'examples/spiral-mlp.chainrule.json'

interface End {
  readonly status: number | null
  readonly signal: string | null
  readonly err: string
}

/** Starts an endless training through the launcher and sends a signal when it runs. Ends when nobody writes any more. */
function interrupted(signals: readonly NodeJS.Signals[]): Promise<End> {
  const args = ['cli/chainrule.mjs', 'train', spiral, '--epochs', '1000000', '--backend', 'cpu', '--json']
  const run = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
  let err = ''
  run.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!err.includes('epoch 1 ') && `${err}${text}`.includes('epoch 1 ')) for (const s of signals) run.kill(s)
    err += text
  })
  return new Promise((done) => run.on('close', (status, signal) => done({ status, signal, err })))
}

const posix = test.runIf(process.platform !== 'win32')

posix('SIGINT at the launcher cancels the training, twice within a moment as well', async () => {
  for (const signals of [['SIGINT'], ['SIGINT', 'SIGINT']] as const) {
    const { status, signal, err } = await interrupted(signals)
    expect([status, signal]).toEqual([1, null])
    expect(err).toContain('cancelled')
  }
})

posix('SIGTERM at the launcher ends the training, and the launcher with it', async () => {
  expect(await interrupted(['SIGTERM'])).toMatchObject({ status: null, signal: 'SIGTERM' })
})

test('a gradient check and an evaluation that were cancelled say so, without a stack', () => {
  const weights = join(folder, 'w.json')
  const cli = (before: readonly string[], ...args: string[]) =>
    spawnSync(process.execPath, [...before, 'cli/main.ts', ...args], { cwd: root, encoding: 'utf8' })
  expect(cli([], 'train', spiral, '--epochs', '1', '--backend', 'cpu', '--export', weights).status).toBe(0)
  // Ctrl+C as soon as somebody hears it
  const signal = `process.on('newListener', (name) => name === 'SIGINT' && setImmediate(() => process.emit('SIGINT')))`
  const before = ['--import', `data:text/javascript,${encodeURIComponent(signal)}`]
  for (const args of [
    ['gradcheck', spiral],
    ['evaluate', spiral, '--weights', weights, '--backend', 'cpu']
  ]) {
    const { status, stdout, stderr } = cli(before, ...args)
    expect([status, stdout, stderr.trim()]).toEqual([1, '', 'cancelled'])
  }
})
