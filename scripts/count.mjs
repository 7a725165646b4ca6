// Counts what the runners' own reports say, for `.ci/run`. Plain JavaScript for any Node from 18 on.
// Usage: node scripts/count.mjs STATUS - the exit status of `npm test`. The last line is `N passed, N failed`.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @param {any} report @returns {Count} */
export function countVitest(report) {
  // a file that does not load has no tests to count, and is a failure all the same
  const broken = report.testResults.filter(
    (/** @type {any} */ file) => file.status === 'failed' && !file.assertionResults.some(failedTest)
  ).length
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report
  return { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests + numTodoTests }
}

const failedTest = (/** @type {any} */ test) => test.status === 'failed'

/** @param {any} report @returns {Count} */
export function countPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats
  return { passed: expected + flaky, failed: unexpected + report.errors.length, skipped }
}

/** @type {[file: string, count: (report: any) => Count][]} */
const REPORTS = [
  ['vitest-unit.json', countVitest],
  ['vitest-gpu.json', countVitest],
  ['playwright.json', countPlaywright]
]

/**
 * @param {string} folder
 * @param {number} status
 * @returns {Count & { problems: string[] }}
 */
export function summarize(folder, status) {
  const sum = { passed: 0, failed: 0, skipped: 0, problems: /** @type {string[]} */ ([]) }
  for (const [file, count] of REPORTS) {
    const path = join(folder, file)
    if (!existsSync(path)) {
      sum.problems.push(`${file}: the runner wrote no report.`)
      continue
    }
    const { passed, failed, skipped } = count(JSON.parse(readFileSync(path, 'utf8')))
    if (passed + failed === 0) sum.problems.push(`${file}: not one test ran.`)
    sum.passed += passed
    sum.failed += failed
    sum.skipped += skipped
  }
  if (status !== 0 && sum.failed === 0) sum.problems.push(`npm test ended with ${status}, though no test failed.`)
  return sum
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '../test-results')
  const { passed, failed, skipped, problems } = summarize(folder, Number(process.argv[2] ?? 1))
  for (const problem of problems) console.log(problem)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed > 0 || problems.length > 0 ? 1 : 0
}
