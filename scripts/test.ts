// npm test: every check in turn. A failing one does not hide the others; the last lines say which failed.
// The runners leave their reports in test-results/*.json, which `.ci/run` counts.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = (path: string) => join(root, 'node_modules', path)

const VITEST = [bin('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json']
const STEPS: [name: string, args: string[]][] = [
  ['types', [bin('typescript/bin/tsc'), '--noEmit']],
  ['lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings']],
  ['boundaries', [join(root, 'scripts/boundaries.ts')]],
  ['build', [bin('electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn']],
  ['unit tests', [...VITEST, '--project=unit', '--outputFile.json=test-results/vitest-unit.json']],
  ['GPU tests', [...VITEST, '--project=gpu', '--outputFile.json=test-results/vitest-gpu.json']],
  ['end to end', [bin('@playwright/test/cli.js'), 'test']]
]
/** `npm run check` stops at the unit tests: no browser. */
const QUICK = ['types', 'lint', 'boundaries', 'unit tests']

const quick = process.argv.includes('--quick')
rmSync(join(root, 'test-results'), { recursive: true, force: true })
mkdirSync(join(root, 'test-results'), { recursive: true })

const failed: string[] = []
const began = Date.now()
for (const [name, args] of STEPS.filter(([name]) => !quick || QUICK.includes(name))) {
  if (name === 'end to end' && failed.includes('build')) {
    console.log('SKIPPED end to end: what was built before is not what is here now.')
    continue
  }
  const start = Date.now()
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  const seconds = ((Date.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  if (status !== 0) failed.push(name)
}
const seconds = ((Date.now() - began) / 1000).toFixed(0)
console.log(
  failed.length === 0 ? `All checks passed in ${seconds} s.` : `Failed in ${seconds} s: ${failed.join(', ')}.`
)
process.exitCode = failed.length === 0 ? 0 : 1
