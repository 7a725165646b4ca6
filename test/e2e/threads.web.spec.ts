/** In the built program, under its own content policy, the engine's worker has threads of its own. */
import { expect } from '@playwright/test'
import { openExample } from './canvas.ts'
import { openProgram, test } from './program.ts'

test('the CPU computes on as many threads as there are cores, and says so', async ({ page }) => {
  const refused: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') refused.push(message.text())
  })
  const workers: string[] = []
  page.on('worker', (worker) => workers.push(new URL(worker.url()).pathname))
  await openProgram(page)
  await openExample(page, 'Spiral')
  const threads = await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency))
  const status = page.getByRole('button', { name: /WebAssembly/ })
  await status.click()
  await expect(page.locator('.status-popover')).toContainText(threads === 1 ? ', 1 thread.' : `, ${threads} threads.`)
  // the engine and its threads beside the one that it is itself
  expect(new Set(workers).size).toBe(threads === 1 ? 1 : 2)
  expect(workers.length).toBe(threads)
  expect(refused).toEqual([])
})
