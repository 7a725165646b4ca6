/** Without a pointer: the parts of the window, the palette, the canvas, the fields. */
import { expect, type Page } from '@playwright/test'
import { label, newGraph, node, openExample, wires } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(({ page }) => openProgram(page))

async function times(page: Page, count: number, key: string): Promise<void> {
  for (let i = 0; i < count; i++) await page.keyboard.press(key)
}

async function add(page: Page, op: string, id: string): Promise<void> {
  await page.keyboard.press('Shift+A')
  await page.keyboard.type(op)
  await page.keyboard.press('Enter')
  await expect(node(page, id)).toBeFocused()
}

/** The value in the inspector, and back to the card. */
async function give(page: Page, id: string, value: string): Promise<void> {
  await page.keyboard.press('Enter')
  const values = page.getByLabel('values', { exact: true })
  await expect(page.locator('[data-inspector] :focus')).toHaveCount(1)
  for (let i = 0; i < 8 && !(await values.evaluate((field) => field === document.activeElement)); i++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Control+a')
  await page.keyboard.type(value)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await expect(node(page, id)).toBeFocused()
}

test('builds (x + y) · z by keys alone and reads its gradients', async ({ page }) => {
  test.slow()
  await newGraph(page)
  await times(page, 2, 'F6')
  await expect(page.locator('.canvas')).toBeFocused()
  // three sources in a column on the left, the sum in the middle, the product on the right
  await add(page, 'param', 'w')
  await give(page, 'w', '-2')
  await times(page, 18, 'Shift+ArrowLeft')
  await times(page, 12, 'Shift+ArrowUp')
  await add(page, 'param', 'w2')
  await give(page, 'w2', '5')
  await times(page, 18, 'Shift+ArrowLeft')
  await add(page, 'add', 'add')
  await times(page, 6, 'Shift+ArrowUp')
  await add(page, 'param', 'w3')
  await give(page, 'w3', '-4')
  await times(page, 12, 'Shift+ArrowDown')
  await add(page, 'mul', 'mul')
  await times(page, 20, 'Shift+ArrowRight')

  // from the product back to the sum and to z, from the sum back to x and y
  await page.keyboard.press('Alt+Shift+ArrowLeft')
  await expect(wires(page)).toHaveCount(1)
  await page.keyboard.press('ArrowLeft')
  await expect(node(page, 'add')).toBeFocused()
  await page.keyboard.press('Alt+Shift+ArrowLeft')
  await expect(wires(page)).toHaveCount(2)
  await page.keyboard.press('ArrowLeft')
  await expect(node(page, 'w')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(node(page, 'w2')).toBeFocused()
  await page.keyboard.press('Alt+Shift+ArrowRight')
  await page.keyboard.press('ArrowDown')
  await expect(node(page, 'w3')).toBeFocused()
  await page.keyboard.press('Alt+Shift+ArrowRight')
  await expect(wires(page)).toHaveCount(4)
  await page.keyboard.press('ArrowRight')
  await expect(node(page, 'mul')).toBeFocused()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('objective')
  await page.keyboard.press('Enter')
  for (const [edge, gradient] of [
    ['e2', '-4'],
    ['e3', '-4'],
    ['e4', '3']
  ] as const)
    await expect(label(page, edge, 'gradient')).toContainText(gradient)
  await expect(node(page, 'mul')).toContainText('-12')
})

test('the palette is one stop, which arrows walk through', async ({ page }) => {
  const search = page.getByRole('searchbox', { name: 'Search operators' })
  await page.keyboard.press('F6')
  await expect(search).toBeFocused()
  expect(await page.locator('.palette [data-stop][tabindex="0"]').count()).toBe(1)
  await page.keyboard.press('Tab')
  await expect(page.locator('.palette .family-head').first()).toBeFocused()
  await page.keyboard.press('End')
  await expect(page.locator('.palette-item').last()).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.locator('.palette :focus')).toHaveCount(0)
  await page.keyboard.press('Shift+Tab')
  await expect(page.locator('.palette-item').last()).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('.palette-item').first()).toBeFocused()
  await page.keyboard.type('relu')
  await expect(search).toHaveValue('relu')
  await page.keyboard.press('F6')
  await expect(page.locator('.react-flow__node:focus')).toHaveCount(1)
  await page.keyboard.press('F6')
  await expect(page.locator('[data-inspector] :focus')).toHaveCount(1)
  await page.keyboard.press('F6')
  await expect(page.locator('.training :focus')).toHaveCount(1)
  await page.keyboard.press('Shift+F6')
  await expect(page.locator('[data-inspector] :focus')).toHaveCount(1)
  await page.locator('.canvas').focus()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Double-click or Shift+A')
  await expect(page.getByRole('dialog')).toContainText('Shift+F6')
})

test('undo in a field whose text was taken means the document', async ({ page }) => {
  await openExample(page, '(x + y)')
  await node(page, 'x').click()
  const field = page.getByLabel('values', { exact: true })
  await field.focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('7')
  await page.keyboard.press('Enter')
  await expect(node(page, 'x')).toContainText('7')
  await page.keyboard.press('Control+z')
  await expect(field).toHaveValue('-2')
  await expect(node(page, 'x')).toContainText('-2')
  await page.keyboard.press('Control+z')
  await expect(field).toHaveValue('-2')
  for (const redo of ['Control+Shift+z', 'Control+y']) {
    await page.keyboard.press(redo)
    await expect(field).toHaveValue('7')
    await expect(node(page, 'x')).toContainText('7')
    await page.keyboard.press('Control+z')
    await expect(field).toHaveValue('-2')
  }
  // what is not taken yet is the text's own
  await page.keyboard.press('Control+a')
  await page.keyboard.type('3')
  await page.keyboard.press('Control+z')
  await expect(node(page, 'x')).toContainText('-2')
  await expect(label(page, 'e1', 'value')).toHaveText('-2')
})

test('fields say what they expect', async ({ page }) => {
  await openExample(page, '(x + y)')
  await node(page, 'x').click()
  await page.getByLabel('values', { exact: true }).fill('1,000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('“1,000” reads as 2: 1 and 0')
  await page.keyboard.press('Escape')

  const rate = page.getByRole('textbox', { name: 'Learning rate' })
  const before = await rate.inputValue()
  const alert = page.locator('.training-form [role="alert"]')
  for (const typed of ['abc', '-1', '1,000', '']) {
    await rate.fill(typed)
    await rate.press('Enter')
    await expect(rate).toHaveValue(typed)
    await expect(alert).toHaveText('Expected: a number, 0 or more.')
    await rate.press('Escape')
    await expect(rate).toHaveValue(before)
    await expect(alert).toHaveCount(0)
  }
  await rate.fill('abc')
  await rate.blur()
  await expect(rate).toHaveValue(before)
  await expect(alert).toBeVisible()
  await rate.fill('0')
  await rate.press('Enter')
  await expect(alert).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await expect(rate).toHaveValue(before)
})

test('Escape that closes something does not stop a training run', async ({ page }) => {
  test.slow()
  await page.getByRole('button', { name: 'Train on drawn digits instead' }).click()
  const epochs = page.getByRole('textbox', { name: 'Epochs' })
  await epochs.fill('5000')
  await epochs.press('Enter')
  await page.keyboard.press('Control+Shift+Enter')
  await expect(page.locator('.progress-text')).toContainText('Epoch')
  const running = page.locator('.training-buttons').getByRole('button', { name: 'Stop' })
  for (const open of ['Control+k', '?']) {
    await page.locator('.canvas').focus()
    await page.keyboard.press(open)
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(running).toBeVisible()
  }
  await page.getByRole('searchbox').focus()
  await page.keyboard.press('Escape')
  await expect(running).toBeVisible()
  await page.locator('.wire-label[data-which="value"]').first().click()
  await expect(page.locator('.viewer')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.locator('.viewer')).toHaveCount(0)
  await expect(running).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Control+.')
  await expect(running).toHaveCount(0)
})
