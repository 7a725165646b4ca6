import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { openExample } from './canvas.ts'
import { openProgram, test } from './program.ts'

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
      await openProgram(page)
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

    test('what explains the numbers has no accessibility faults', async ({ page }) => {
      test.slow()
      await openProgram(page)
      await openExample(page, 'Softmax with cross-entropy')
      await page.keyboard.press('Alt+g')
      await expect(page.locator('.check-line')).toHaveCount(2)
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('F10')
      await expect(page.locator('.step-card')).toBeVisible()
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Shift+F8')
      await page.keyboard.press('Control+Alt+4')
      await expect(page.locator('.kernel').first()).toBeVisible()
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Control+Shift+o')
      expect(await violations(page)).toEqual([])
      await page.locator('.react-flow__node', { hasText: 'Softmax' }).first().click()
      await page.keyboard.press('Alt+j')
      await expect(page.locator('.matrix-table')).toBeVisible()
      expect(await violations(page)).toEqual([])
    })
  })
}
