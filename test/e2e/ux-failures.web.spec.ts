/** What users of other node editors report (the list below the table of UX.md): each may not happen here. */
import { readFile, writeFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { dragTo, middle, node, openExample, showAll, undo, wires } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(window, { showSaveFilePicker: undefined, showOpenFilePicker: undefined })
  })
  // from now on Playwright holds file choosers: asked for at the moment of the key, it may come too late
  page.on('filechooser', () => {})
  await openProgram(page)
  await page.keyboard.press('Control+Alt+3')
  await openExample(page, '(x + y)')
  await showAll(page)
})

const undoButton = (page: Page) => page.getByRole('button', { name: 'Undo', exact: true })

test('undo right after a fresh open leaves the graph as it is', async ({ page }) => {
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(page.locator('.react-flow__node')).toHaveCount(5)
  await expect(wires(page)).toHaveCount(4)
  await expect(undoButton(page)).toBeDisabled()
})

test('wires survive saving and loading, their points with them', async ({ page }, info) => {
  await node(page, 'x').focus()
  await page.keyboard.press('Alt+ArrowRight')
  await page.keyboard.press('Alt+r')
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')])
  const path = info.outputPath('saved.chainrule.json')
  await writeFile(path, await readFile(await download.path()))
  await openExample(page, 'Buying apples and oranges')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')])
  await chooser.setFiles(path)
  await expect(wires(page)).toHaveCount(4)
  await expect(page.locator('.wire-point')).toHaveCount(1)
})

test('moves by keys are undone, a series of them as one step', async ({ page }) => {
  const before = await middle(node(page, 'x'))
  await node(page, 'x').focus()
  await page.keyboard.press(' ')
  for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowDown')
  await expect.poll(async () => (await middle(node(page, 'x'))).y - before.y).toBeGreaterThan(10)
  await page.keyboard.press('Control+z')
  await expect.poll(async () => Math.abs((await middle(node(page, 'x'))).y - before.y)).toBeLessThan(1)
  await expect(undoButton(page)).toBeDisabled()
})

test('deleting a connected node takes one undo', async ({ page }) => {
  await node(page, 'sum').click()
  await page.keyboard.press('Delete')
  await expect(wires(page)).toHaveCount(1)
  await undo(page)
  await expect(wires(page)).toHaveCount(4)
  await expect(undoButton(page)).toBeDisabled()
})

test('a drag of several cards is one step', async ({ page }) => {
  await page.keyboard.press('Control+a')
  const before = await middle(node(page, 'x'))
  await dragTo(page, before, { x: before.x + 50, y: before.y + 30 })
  await expect.poll(async () => Math.abs((await middle(node(page, 'x'))).x - before.x - 50)).toBeLessThan(2)
  await undo(page)
  await expect.poll(async () => Math.abs((await middle(node(page, 'x'))).x - before.x)).toBeLessThan(1)
  await expect(undoButton(page)).toBeDisabled()
})

test('a click that trembles is no drag and no step', async ({ page }) => {
  const at = await middle(node(page, 'x'))
  await page.mouse.move(at.x, at.y)
  await page.mouse.down()
  await page.mouse.move(at.x + 1, at.y + 1)
  await page.mouse.up()
  await expect(undoButton(page)).toBeDisabled()
})

test('collapsed cards align by what is seen of them', async ({ page }) => {
  await node(page, 'x').click()
  await page.keyboard.press('Alt+c')
  await node(page, 'y').click({ modifiers: ['Shift'] })
  await page.keyboard.press('Alt+s')
  const bottom = async (id: string) => {
    const box = await node(page, id).boundingBox()
    return (box?.y ?? 0) + (box?.height ?? 0)
  }
  await expect.poll(async () => Math.abs((await bottom('x')) - (await bottom('y')))).toBeLessThan(1.5)
})
