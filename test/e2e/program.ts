/** Playwright's `test`, to which the built program is served: once for each of its workers, at '/'. */
import { test as base, expect, type Page } from '@playwright/test'
import { serve } from '../../scripts/serve.ts'

export const test = base.extend<object, { served: string }>({
  served: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures are asked for
    async ({}, use) => {
      const cache = { cached: async () => null, get: () => Promise.reject(new Error('no network in tests')) }
      const served = await serve({ cache })
      await use(served.url)
      await served.close()
    },
    { scope: 'worker' }
  ],
  baseURL: ({ served }, use) => use(served)
})

/** Opens the program and waits for the graph that it starts with: from then on it hears keys. */
export async function openProgram(page: Page): Promise<void> {
  await page.goto('/')
  await expect(page.locator('.react-flow__node')).not.toHaveCount(0)
}
