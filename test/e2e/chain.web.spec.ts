/** The chain rule along paths: a product of Jacobians for each, and their sum, by mouse and by keyboard. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { node, openExample, showAll } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(({ page }) => openProgram(page))

const panel = (page: Page) => page.getByRole('region', { name: 'Chain rule along paths' })
const row = (page: Page, i: number) => panel(page).locator('.chain-table tr').nth(i).locator('.chain-numbers')

test('by mouse: factors, running products in both orders, and the path on the canvas', async ({ page }) => {
  await openExample(page, 'Buying apples and oranges')
  await showAll(page)
  await node(page, 'apple').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Chain rule along paths' }).click()
  // total = subtotal · tax, subtotal = apples + oranges, apples = number · price
  await expect(row(page, 0)).toHaveText(['1.1', '1', '2'])
  await expect(row(page, 1)).toHaveText(['1.1', '1.1', '2.2'])
  await expect(panel(page)).toContainText('The sum over the paths is what backprop gives')
  await expect(page.locator('.wire[data-way]')).toHaveCount(3)
  await panel(page).getByRole('radio', { name: 'From the input' }).click()
  await expect(row(page, 1)).toHaveText(['2.2', '2', '2'])
  await panel(page).getByRole('combobox', { name: 'What changes' }).click()
  await page.getByRole('option', { name: 'Add · subtotal' }).click()
  await expect(row(page, 0)).toHaveText(['1', '2'])
  await panel(page).getByRole('button', { name: 'price of apples' }).click()
  await expect(node(page, 'apple_price')).toHaveClass(/selected/)
  await panel(page).getByRole('button', { name: 'Back to the training' }).click()
  await expect(node(page, 'apple_price')).toBeFocused()
  await expect(page.locator('.wire[data-way]')).toHaveCount(0)
})

test('by keyboard: two tensors, every number of a matrix, no accessibility faults', async ({ page }) => {
  test.slow()
  await openExample(page, 'Softmax with cross-entropy')
  await showAll(page)
  await page.keyboard.press('Alt+Shift+J')
  await expect(panel(page)).toBeVisible()
  const matrix = panel(page).locator('.chain-open').first()
  await matrix.focus()
  await page.keyboard.press('Enter')
  const whole = page.locator('.chain-whole')
  await expect(whole.getByRole('region', { name: /^Jacobian, / })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(whole).toHaveCount(0)
  const found = await new AxeBuilder({ page }).include('.chain').withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
  // stepping takes the place of the panel
  await page.keyboard.press('F10')
  await expect(panel(page)).toHaveCount(0)
})
