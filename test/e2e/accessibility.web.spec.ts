import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { type Served, serve } from '../../scripts/serve.ts'

let served: Served
test.beforeAll(async () => {
  served = await serve({
    cache: { cached: async () => null, get: () => Promise.reject(new Error('no network in tests')) }
  })
})
test.afterAll(() => served.close())

async function violations(page: Page) {
  // what is still fading in has the contrast of half a colour
  await page.waitForTimeout(300)
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme })

    test('the window, its dialogs and panels have no accessibility faults', async ({ page }) => {
      test.slow()
      await page.goto(served.url)
      await expect(page.locator('.react-flow__node')).not.toHaveCount(0)
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Control+k')
      expect(await violations(page)).toEqual([])
      await page.keyboard.type('spiral')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Control+Shift+Enter')
      await expect(page.locator('.outcome')).toBeVisible()
      expect(await violations(page)).toEqual([])
      await page.locator('.palette-item[data-op="MatMul"]').click()
      await expect(page.locator('.inspector-problem').first()).toBeVisible()
      await page.locator('.status-problems').click()
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.keyboard.press('?')
      expect(await violations(page)).toEqual([])
    })
  })
}
