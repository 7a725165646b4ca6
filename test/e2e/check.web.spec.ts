/** Verify gradients: marks on the edges, the step h and the list, by mouse and by keyboard. */
import { expect, type Page, test } from '@playwright/test'
import { type Served, serve } from '../../scripts/serve.ts'
import { label, node, openExample, showAll, wires } from './canvas.ts'

let served: Served
test.beforeAll(async () => {
  served = await serve({
    cache: { cached: async () => null, get: () => Promise.reject(new Error('no network in tests')) }
  })
})
test.afterAll(() => served.close())
test.beforeEach(async ({ page }) => {
  await page.goto(served.url)
  await expect(page.locator('.react-flow__node')).not.toHaveCount(0)
})

const badges = (page: Page) => page.locator('.check-badge')
const panel = (page: Page) => page.getByRole('region', { name: 'Verify gradients' })

test('by mouse: every edge is marked, a row leads to its place, and the panel closes', async ({ page }) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
  await page.getByRole('menuitem', { name: /^Verify gradients/ }).click()
  await expect(badges(page)).toHaveCount(await wires(page).count())
  await expect(page.locator('.check-badge[data-good]')).toHaveCount(await wires(page).count())
  await expect(panel(page)).toContainText('All 7 agree')
  const row = panel(page).getByRole('row').filter({ hasText: 'z' }).first()
  await expect(row).toContainText('3')
  await row.click()
  await expect(node(page, 'z')).toHaveClass(/selected/)
  await page.getByRole('button', { name: 'Back to the training' }).click()
  await expect(badges(page)).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Reset weights' })).toBeVisible()
})

test('by keyboard: a large step cuts the series off, the best one agrees again', async ({ page }) => {
  await openExample(page, 'A sigmoid neuron of gates')
  await showAll(page)
  await page.keyboard.press('Alt+g')
  await expect(panel(page)).toContainText(/All \d+ agree/)
  const step = page.getByRole('slider', { name: 'Step h' })
  await expect(step).toHaveAttribute('aria-valuetext', 'h = 1e-5')
  await step.focus()
  await page.keyboard.press('End')
  await expect(step).toHaveAttribute('aria-valuetext', 'h = 0.1')
  await expect(panel(page)).toContainText(/\d+ of \d+ differ/)
  await expect(page.locator('.check-badge:not([data-good])').first()).toBeVisible()
  await page.getByRole('button', { name: 'Best h' }).press('Enter')
  await expect(panel(page)).toContainText(/All \d+ agree/)
  await page.getByRole('radio', { name: 'Forward difference' }).press('Enter')
  await expect(step).toHaveAttribute('aria-valuetext', 'h = 1e-7')
  await expect(panel(page)).toContainText(/All \d+ agree/)
  await page.locator('.check-table tbody tr[tabindex="0"]').focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect(page.locator('.check-table tbody tr').last()).toHaveAttribute('aria-selected', 'true')
  await expect(page.locator('.check-line')).toHaveCount(2)
})

test('it follows an edit, and says what is missing', async ({ page }) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  await page.keyboard.press('Alt+g')
  await expect(panel(page)).toContainText('All 7 agree')
  await node(page, 'x').click()
  await page.getByLabel('values', { exact: true }).fill('7')
  await page.keyboard.press('Enter')
  await expect(label(page, 'e1', 'value')).toContainText('7')
  await expect(panel(page).getByRole('row').filter({ hasText: 'z' }).first()).toContainText('12')
  await node(page, 'product').click()
  await page.keyboard.press('Delete')
  await expect(panel(page).getByRole('row')).toHaveCount(0)
  await expect(panel(page).locator('.problem')).toBeVisible()
})

test('marks follow the graph behind a walk; a new graph and a training have the place of the panel', async ({
  page
}) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  await page.keyboard.press('Alt+g')
  await expect(badges(page)).not.toHaveCount(0)
  await page.keyboard.press('F10')
  await expect(badges(page)).not.toHaveCount(0)
  await node(page, 'z').click()
  await page.keyboard.press('Delete')
  await expect(badges(page)).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await expect(badges(page)).toHaveCount(await wires(page).count())
  await openExample(page, 'Spiral')
  await expect(panel(page)).toBeHidden()
  await page.keyboard.press('Alt+g')
  await expect(panel(page)).toBeVisible()
  await page.keyboard.press('Control+Shift+Enter')
  await expect(panel(page)).toBeHidden()
  await expect(page.getByRole('region', { name: 'Training' })).toBeVisible()
})
