import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { countPlaywright, countVitest, summarize } from '../../scripts/count.mjs'
import { removeFolders, temporaryFolder } from '../temporary.ts'

afterAll(removeFolders)

const vitest = (passed: number, failed: number, testResults: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults
})
const playwright = (expected: number, unexpected: number) => ({
  stats: { expected, unexpected, flaky: 1, skipped: 0 },
  errors: []
})

test('reports are counted, with a file that does not load as a failure', () => {
  const broken = { status: 'failed', assertionResults: [] }
  expect(countVitest(vitest(3, 0, [broken]))).toEqual({ passed: 3, failed: 1, skipped: 1 })
  const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] }
  expect(countVitest(vitest(3, 1, [failing]))).toEqual({ passed: 3, failed: 1, skipped: 1 })
  expect(countPlaywright(playwright(2, 1))).toEqual({ passed: 3, failed: 1, skipped: 0 })
})

test('a missing report, an empty one, and a failure that no test tells are problems', () => {
  const folder = temporaryFolder('count')
  const write = (name: string, report: object) => writeFileSync(join(folder, name), JSON.stringify(report))
  write('vitest-unit.json', vitest(5, 0))
  write('vitest-gpu.json', vitest(2, 0))
  expect(summarize(folder, 0).problems).toEqual(['playwright.json: the runner wrote no report.'])
  write('playwright.json', playwright(3, 0))
  expect(summarize(folder, 0)).toEqual({ passed: 11, failed: 0, skipped: 2, problems: [] })
  expect(summarize(folder, 1).problems).toEqual(['npm test ended with 1, though no test failed.'])
  write('vitest-gpu.json', vitest(0, 0))
  expect(summarize(folder, 0).problems).toEqual(['vitest-gpu.json: not one test ran.'])
})
