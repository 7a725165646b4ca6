import { expect } from '@playwright/test'
import { node, openExample, showAll } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await openExample(page, 'Spiral')
  await showAll(page)
})

test('a parameter of a layer is looked at: its gradient, and all of it in the viewer', async ({ page }) => {
  await page.getByRole('button', { name: 'hidden.kernel' }).click()
  const kernel = page.locator('[data-parameter="hidden.kernel"]')
  await expect(kernel).toBeInViewport()
  const gradient = kernel.locator('.tensor-block[data-which="gradient"]')
  await expect(gradient.locator('.fact', { hasText: 'norm' }).locator('dd')).toHaveText(/^\d/)
  await gradient.getByRole('button', { name: 'Open the whole tensor' }).click()
  await expect(page.getByRole('dialog')).toContainText('hidden.kernel')
  await expect(page.getByRole('tab', { name: 'Gradient', exact: true })).toHaveAttribute('aria-selected', 'true')
})

test('a loss that is no number ends the training with its reason', async ({ page }) => {
  await page.getByLabel('Learning rate').fill('1e30')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Train', exact: true }).first().click()
  await expect(page.locator('.outcome')).toHaveAttribute('data-state', 'failed', { timeout: 20_000 })
  await expect(page.locator('.outcome')).toContainText('Lower the learning rate')
  // the graph moves on, and what failed before is not listed any more
  // the loss, and where the first number that is none arose
  await expect(page.locator('.status-problems')).toContainText('2 errors')
  await node(page, 'hidden').click()
  await page.getByLabel('units', { exact: true }).fill('20')
  await page.keyboard.press('Enter')
  await expect(page.locator('.status-problems')).toContainText('No problems')
})

test('what is no number is marked on its wires and cards', async ({ page }) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  await node(page, 'x').click()
  await page.getByLabel('values', { exact: true }).fill('1e38')
  await page.keyboard.press('Enter')
  await node(page, 'z').click()
  await page.getByLabel('values', { exact: true }).fill('1e38')
  await page.keyboard.press('Enter')
  await node(page, 'product').click()
  await expect(page.locator('[data-inspector] .tensor-broken')).toHaveCount(1)
  await expect(page.locator('[data-inspector] .tensor-number').first()).toHaveText('∞')
})
