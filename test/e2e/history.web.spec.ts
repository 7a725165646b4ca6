/** Looking back at a training: by mouse, by keys, and what ends it. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { dragTo, label, middle, node, openExample, undo } from './canvas.ts'
import { openProgram, test } from './program.ts'

const line = (page: Page) => page.getByRole('slider', { name: 'Step of the training that is looked at' })
const banner = (page: Page) => page.getByRole('complementary', { name: 'History of the training' })
const bar = (page: Page) => page.getByRole('region', { name: 'History of the training' })
const at = async (page: Page) => Number(await line(page).getAttribute('aria-valuenow'))

test('every step of a training can be looked at as it was', async ({ page }) => {
  // many looks, one after the other: on a busy machine each waits for the engine
  test.slow()
  await openProgram(page)
  await openExample(page, 'Spiral')
  await page.getByRole('button', { name: 'Train', exact: true }).first().click()
  await expect(page.locator('.outcome[data-state="done"]')).toBeVisible()
  await expect(line(page)).toHaveAttribute('aria-valuetext', 'Now')
  await expect(banner(page)).toHaveCount(0)

  // by keys: along the kept steps, by epochs, to the ends
  await line(page).focus()
  await page.keyboard.press('Home')
  await expect(banner(page)).toContainText('Step 1 of 300, epoch 1')
  await expect(label(page, 'e2', 'value')).toContainText('41.4')
  await expect(bar(page)).toContainText('loss 1.266')
  await page.keyboard.press('PageDown')
  await expect(line(page)).toHaveAttribute('aria-valuetext', 'Step 4 of 300, epoch 2')
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(banner(page)).toContainText('Step 3 of 300, epoch 1')

  // by mouse: the line is dragged, and the chart is clicked
  const box = await page.locator('.history-layer').boundingBox()
  if (!box) throw new Error('no line')
  await dragTo(page, await middle(line(page)), { x: box.x + box.width / 2, y: box.y + 20 })
  await expect.poll(() => at(page)).toBeGreaterThan(90)
  expect(await at(page)).toBeLessThan(210)
  await page.mouse.click(box.x + box.width / 4, box.y + box.height / 2)
  await expect.poll(() => at(page)).toBeLessThan(120)
  await expect(banner(page)).toContainText(`Step ${await at(page)} of 300`)

  // a step by its number
  const field = bar(page).getByRole('textbox', { name: 'Step to look at' })
  await field.fill('2')
  await field.press('Enter')
  await expect(banner(page)).toContainText('Step 2 of 300')
  await page.keyboard.press('Alt+Shift+PageUp')
  await expect(banner(page)).toContainText('Step 1 of 300')
  const axe = new AxeBuilder({ page }).include('.chart').include('.past-banner').include('.inspector')
  expect((await axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()).violations).toEqual([])

  // whole tensors are of that step, and say so; keys go on to the next one
  await label(page, 'e2', 'gradient').click()
  const viewer = page.getByRole('dialog')
  await expect(viewer).toContainText('Step 1')
  await page.keyboard.press('Alt+Shift+PageDown')
  // how close the kept steps lie depends on how busy the machine was
  await expect(viewer.locator('.past-mark')).toHaveText(/^Step ([2-9]|\d\d)$/)
  await viewer.getByRole('button', { name: 'Over the training' }).click()
  await viewer.getByRole('slider').press('End')
  await expect(viewer.locator('.past-mark')).toHaveText('Step 300')
  await page.keyboard.press('Escape')

  // the walk goes through that step, and is one step later where the line is
  await page.keyboard.press('Alt+Shift+Home')
  await expect(banner(page)).toContainText('Step 1 of 300')
  await page.keyboard.press('F10')
  await expect(page.locator('.step-place')).toContainText('Step 1 of')
  await expect(banner(page)).toContainText('Step 1 of 300')
  await page.keyboard.press('Shift+F8')

  // one example alone has the numbers of that step too; the key that opens it closes it
  await page.keyboard.press('Alt+i')
  await expect(page.locator('.sample-verdict')).toContainText('loss')
  await expect(page.getByText('Batch 1', { exact: true })).toBeVisible()
  await expect(banner(page)).toContainText('Step 1 of 300')
  await page.keyboard.press('Alt+i')
  await expect(page.locator('.sample')).toHaveCount(0)
  await expect(page.getByText('Batch 100')).toBeVisible()
  await expect(banner(page)).toContainText('Step 1 of 300')
  await page.keyboard.press('Alt+Shift+p')
  const plots = page.getByRole('region', { name: 'Function plots' })
  await plots.getByRole('tab', { selected: true }).focus()
  await page.keyboard.press('Escape')
  await expect(plots).toBeHidden()

  // an edit ends it with a word; taken back, the training is there again
  await node(page, 'hidden').click()
  await page.keyboard.press('Control+b')
  await expect(page.locator('.toast', { hasText: 'The graph has changed' })).toBeVisible()
  await expect(banner(page)).toHaveCount(0)
  await expect(line(page)).toHaveCount(0)
  await expect(bar(page)).toContainText('The graph has changed since this training')
  await undo(page)
  await page.keyboard.press('Alt+Shift+Home')
  await expect(banner(page)).toContainText('Step 1 of 300')

  // its weights can be taken up again; else those that were learned are still there
  await page.keyboard.press('Alt+Shift+End')
  await expect(banner(page)).toHaveCount(0)
  await expect(label(page, 'e2', 'value')).toContainText('66')
  await page.keyboard.press('Alt+Shift+Home')
  await banner(page).getByRole('button', { name: 'Use these weights' }).click()
  await expect(page.locator('.toast', { hasText: 'those of step 1' })).toBeVisible()
  await expect(banner(page)).toHaveCount(0)
  await expect(label(page, 'e2', 'value')).not.toContainText('66')
})

test('a training that breaks leads to the node and the step', async ({ page }) => {
  await openProgram(page)
  await openExample(page, 'Spiral')
  await page.getByLabel('Learning rate').fill('1e30')
  await page.getByLabel('Learning rate').press('Control+Shift+Enter')
  const outcome = page.locator('.outcome[data-state="failed"]')
  await expect(outcome).toContainText(/In step \d+ \(epoch \d+\) .* made (NaN|Infinity) first/)
  await expect(outcome).toContainText('Lower the learning rate')
  await page.getByRole('button', { name: 'Show where' }).click()
  await expect(banner(page)).toContainText(/Step \d+ of 300/)
  await expect(page.locator('.react-flow__node.selected')).toHaveCount(1)
  await expect(page.getByRole('button', { name: /finding/ })).toBeVisible()
  await page.keyboard.press('Alt+Shift+End')
  await expect(banner(page)).toHaveCount(0)
})
