/** What runs: the panel of the plan, by mouse and by keyboard. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { node, openExample } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await openExample(page, 'Spiral')
})

const panel = (page: Page) => page.getByRole('region', { name: 'What runs' })
const rows = (page: Page) => panel(page).locator('.kernel')

async function open(page: Page): Promise<void> {
  await page.getByRole('menuitem', { name: 'View', exact: true }).click()
  await page.getByRole('menuitem', { name: 'What runs' }).click()
  await expect(rows(page).first()).toBeVisible()
}

test('shows the kernels of a training step, measures them, and leads to their nodes', async ({ page }) => {
  await open(page)
  await expect(rows(page).first()).toContainText('MatMul 100×2×100 + Add · Relu')
  await expect(panel(page)).toContainText(/Memory \d+(\.\d+)? kB/)

  await rows(page).first().hover()
  await expect(node(page, 'hidden')).toHaveAttribute('data-lit', '')
  await expect(node(page, 'scores')).not.toHaveAttribute('data-lit')
  await rows(page).nth(1).click()
  await expect(node(page, 'scores')).toHaveClass(/selected/)

  await expect(rows(page).first().locator('[data-column="time"]')).toHaveText('–')
  await panel(page).getByRole('button', { name: 'Measure' }).click()
  await expect(rows(page).first().locator('[data-column="time"]')).toHaveText(/\d (µs|ms)/)
  // what was measured stays until the graph changes
  await expect(panel(page)).toContainText('a pass')

  await panel(page).getByRole('button', { name: 'Back to the training' }).click()
  await expect(page.getByRole('region', { name: 'Training', exact: true })).toBeVisible()
  await expect(node(page, 'scores')).not.toHaveAttribute('data-lit')
})

test('by keyboard: opened by its keys, walked row by row, a row selects', async ({ page }) => {
  await page.keyboard.press('Control+Alt+4')
  await expect(rows(page).first()).toBeVisible()
  await rows(page).first().focus()
  await page.keyboard.press('ArrowDown')
  await expect(rows(page).nth(1)).toBeFocused()
  await expect(node(page, 'scores')).toHaveAttribute('data-lit', '')
  await page.keyboard.press('Enter')
  await expect(node(page, 'scores')).toHaveClass(/selected/)
  await page.keyboard.press('End')
  const last = page.locator('.kernel:focus')
  await expect(last).toContainText('metrics and sums')
  await page.keyboard.press('Home')
  await expect(page.locator('.kernel:focus')).toContainText('MatMul')
})

test('follows the graph, and has the plan of a run too', async ({ page }) => {
  await open(page)
  const before = await panel(page).locator('.plan-memory b').textContent()
  await panel(page).getByRole('tab', { name: 'Run' }).click()
  await expect(panel(page).locator('.plan-memory b')).not.toHaveText(before ?? '')
  await page.keyboard.press('Control+Alt+n')
  await expect(panel(page)).toContainText('The graph has no nodes')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`has no accessibility faults, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await open(page)
    await panel(page).getByRole('button', { name: 'Measure' }).click()
    await expect(panel(page)).toContainText('a pass')
    await rows(page).nth(1).hover()
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
      .include('.plan')
      .analyze()
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
  })
}
