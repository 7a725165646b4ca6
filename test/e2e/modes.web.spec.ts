import { expect } from '@playwright/test'
import { label, middle, node, openExample, showAll } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await page.keyboard.press('Control+Alt+3')
  await openExample(page, '(x + y)')
  await showAll(page)
})

test('Ctrl+B passes the first input on; the same key takes it back; one step', async ({ page }) => {
  await expect(node(page, 'product')).toContainText('-12')
  await node(page, 'sum').click()
  await page.keyboard.press('Control+b')
  await expect(node(page, 'sum')).toContainText('bypassed')
  // x · z = -2 · -4
  await expect(node(page, 'product')).toContainText('8')
  await expect(label(page, 'e1', 'gradient')).toContainText('-4')
  await page.keyboard.press('Control+b')
  await expect(node(page, 'product')).toContainText('-12')
  await page.keyboard.press('Control+z')
  await expect(node(page, 'product')).toContainText('8')
})

test('Ctrl+M leaves a node out with what follows, and says so at the objective', async ({ page }) => {
  await node(page, 'sum').click()
  await page.keyboard.press('Control+m')
  await expect(node(page, 'sum')).toContainText('muted')
  await expect(node(page, 'product')).toContainText('left out')
  await expect(node(page, 'product').locator('.node-state')).toHaveAttribute('aria-label', /"sum" is muted/)
  await page.getByRole('menuitem', { name: 'Structure' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Mute' }).click()
  await expect(node(page, 'product')).toContainText('-12')
})

test('a source cannot be bypassed, and says why; the inspector sets the mode too', async ({ page }) => {
  await node(page, 'x').click()
  await page.getByRole('combobox', { name: 'In a run' }).click()
  await page.getByRole('option', { name: /Bypassed/ }).click()
  await expect(node(page, 'x').locator('.node-state')).toHaveAttribute('aria-label', /cannot be bypassed/)
  await page.keyboard.press('Control+z')
  await expect(node(page, 'x').locator('.node-state')).toHaveCount(0)
})

test('Alt+C shows a card as its title; wires stay, and it is aligned as it is', async ({ page }) => {
  const tall = (await node(page, 'sum').boundingBox())?.height ?? 0
  await node(page, 'sum').click()
  await page.keyboard.press('Alt+c')
  await expect(node(page, 'sum').locator('[data-collapsed]')).toHaveCount(1)
  const small = await node(page, 'sum').boundingBox()
  expect(small?.height ?? 0).toBeLessThan(tall * 0.7)
  await expect(page.locator('.react-flow__edge')).toHaveCount(4)
  await expect(node(page, 'product')).toContainText('-12')

  await node(page, 'product').click({ modifiers: ['Shift'] })
  await page.keyboard.press('Alt+s')
  const [a, b] = [await node(page, 'sum').boundingBox(), await node(page, 'product').boundingBox()]
  expect(Math.abs((a?.y ?? 0) + (a?.height ?? 0) - (b?.y ?? 0) - (b?.height ?? 0))).toBeLessThan(1.5)
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Alt+v')
  expect(Math.abs((await middle(node(page, 'sum'))).y - (await middle(node(page, 'product'))).y)).toBeLessThan(1.5)
})

test('by mouse: the menu of a card bypasses, mutes and collapses it', async ({ page }) => {
  const choose = async (entry: string) => {
    await node(page, 'sum').click({ button: 'right' })
    await page.getByRole('menuitemcheckbox', { name: entry }).click()
  }
  await choose('Bypass')
  await expect(node(page, 'sum')).toContainText('bypassed')
  await choose('Mute')
  await expect(node(page, 'sum')).toContainText('muted')
  await choose('Mute')
  await choose('Collapse to the title')
  await expect(node(page, 'sum').locator('[data-collapsed]')).toHaveCount(1)
})
