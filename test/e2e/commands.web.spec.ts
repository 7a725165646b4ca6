/** The command palette: what Enter does is what was typed. */
import { expect, type Page } from '@playwright/test'
import { newGraph } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await newGraph(page)
  await page.keyboard.press('Control+k')
})

const input = (page: Page) => page.getByRole('dialog').getByRole('combobox')

test('the first hit, on an empty canvas', async ({ page }) => {
  for (const [typed, first] of [
    ['add', 'op Add'],
    ['mul', 'op Mul'],
    ['multiply', 'op Mul'],
    ['곱', 'op Mul'],
    ['더하기', 'op Add'],
    ['relu', 'op Relu'],
    ['matmul', 'op MatMul'],
    ['param', 'op Parameter'],
    ['korean', 'view.language.ko'],
    ['dark', 'view.theme.dark'],
    ['apples', 'example.apples'],
    ['save', 'file.save'],
    ['handwritten', 'example.mnist-mlp'],
    // not possible without a graph, and nothing else stands in for them
    ['train', 'run.train'],
    ['tidy', 'edit.tidy']
  ] as const) {
    await input(page).fill(typed)
    await expect(page.getByRole('option').first(), typed).toHaveAttribute('data-value', first)
    await expect(page.locator('[cmdk-item][data-selected="true"]'), typed).toHaveAttribute('data-value', first)
  }
  await page.keyboard.press('Enter')
  await expect(input(page)).toBeVisible()
  await expect(page.getByRole('option').first()).toContainText('not possible now')
  await input(page).fill('add')
  await page.keyboard.press('Enter')
  await expect(page.locator('.react-flow__node[data-id="add"]')).toBeVisible()
})

test('a composition keeps Enter and Escape', async ({ page }) => {
  await input(page).fill('곱')
  for (const key of ['Escape', 'Enter']) {
    await input(page).evaluate((field, key) => {
      field.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true }))
    }, key)
    await expect(input(page)).toHaveValue('곱')
    await expect(page.locator('.react-flow__node')).toHaveCount(0)
  }
  await page.keyboard.press('Escape')
  await expect(input(page)).toHaveCount(0)

  await page.locator('.canvas').focus()
  await page.keyboard.press('Shift+A')
  const search = page.locator('.op-search input')
  await search.fill('곱')
  for (const key of ['Escape', 'Enter']) {
    await search.evaluate((field, key) => {
      field.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true }))
    }, key)
    await expect(search).toHaveValue('곱')
    await expect(page.locator('.react-flow__node')).toHaveCount(0)
  }
  await page.keyboard.press('Enter')
  await expect(page.locator('.react-flow__node[data-id="mul"]')).toBeVisible()
})
