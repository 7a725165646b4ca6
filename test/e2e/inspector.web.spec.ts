import { expect } from '@playwright/test'
import { node, openExample, showAll, wires } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await openExample(page, '(x + y)')
  await showAll(page)
})

test('a value is taken on Enter, given back on Escape, and refused in words', async ({ page }) => {
  await node(page, 'x').click()
  const field = page.getByLabel('values', { exact: true })
  await field.fill('7')
  await page.keyboard.press('Escape')
  await expect(field).toHaveValue('-2')
  await field.fill('seven')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('“seven”')
  await expect(node(page, 'x')).toContainText('-2')
  await field.fill('7')
  await page.keyboard.press('Enter')
  await expect(node(page, 'sum')).toContainText('12')
  await page.keyboard.press('Tab')
  await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } })
  await page.keyboard.press('Control+z')
  await expect(node(page, 'sum')).toContainText('3')
})

test('renames a node, and its wires stay', async ({ page }) => {
  await node(page, 'x').click()
  await page.getByLabel('Id', { exact: true }).fill('1x')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('1x')
  await page.getByLabel('Id', { exact: true }).fill('speed')
  await page.keyboard.press('Enter')
  await expect(node(page, 'speed')).toBeVisible()
  await expect(wires(page)).toHaveCount(4)
})

test('shows formulas and how the gradient goes back', async ({ page }) => {
  await node(page, 'product').click()
  await expect(page.locator('[data-inspector]')).toContainText('swaps the inputs')
  await expect(page.locator('[data-inspector] .katex').first()).toBeVisible()
  await page.getByRole('button', { name: 'Remove as objective' }).click()
  await expect(page.locator('.node-objective')).toHaveCount(0)
  await expect(page.locator('.wire-label[data-which="gradient"]').first()).toContainText('–')
})

test('a wire shows its ends, value and gradient', async ({ page }) => {
  await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } })
  await page.locator('.react-flow__edge .react-flow__edge-interaction').first().click({ force: true })
  await expect(page.getByRole('heading', { name: 'Wire', exact: true })).toBeVisible()
  await expect(page.locator('[data-inspector] .tensor-block')).toHaveCount(2)
})
