/** The Jacobian of a node, by mouse and by keyboard. */
import { expect } from '@playwright/test'
import { node, openExample, showAll } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(({ page }) => openProgram(page))

test('by mouse: a product is the other factor, and another input is chosen', async ({ page }) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  await node(page, 'product').click({ button: 'right' })
  await page.getByRole('menuitem', { name: /^Jacobian/ }).click()
  const dialog = page.getByRole('dialog', { name: /^Jacobian of/ })
  await expect(dialog.locator('tbody td')).toHaveText(['-4'])
  await expect(dialog).toContainText('the Jacobian is the derivative')
  await dialog.getByRole('combobox').click()
  await page.getByRole('option', { name: /^b ←/ }).click()
  await expect(dialog.locator('tbody td')).toHaveText(['3'])
  await dialog.locator('tbody td').hover()
  await expect(dialog.getByRole('status')).toContainText('∂out[] / ∂in[] = 3')
})

test('by keyboard: softmax has s(1 − s) on its diagonal and rows that add up to 0', async ({ page }) => {
  await openExample(page, 'Softmax with cross-entropy')
  await showAll(page)
  const softmax = page.locator('.react-flow__node', { hasText: 'Softmax' }).first()
  await softmax.click()
  await page.keyboard.press('Alt+j')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  const cells = dialog.locator('tbody td')
  await expect(cells).not.toHaveCount(0)
  const numbers = (await cells.allTextContents()).map(Number)
  const size = Math.sqrt(numbers.length)
  for (let i = 0; i < size; i++) {
    const row = numbers.slice(i * size, (i + 1) * size)
    expect(row[i]).toBeGreaterThan(0)
    expect(row.filter((x, j) => j !== i && x >= 0)).toEqual([])
    expect(Math.abs(row.reduce((sum, x) => sum + x, 0))).toBeLessThan(1e-3)
  }
  await expect(dialog).toContainText('sᵢ(1 − sᵢ)')
  await page.getByRole('region', { name: /^Jacobian, / }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(dialog.getByRole('status')).toContainText('∂out[')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
})
