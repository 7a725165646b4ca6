/** One example alone: chosen, walked on to, looked at as pictures and as features, by mouse and by keyboard. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { openExample } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(({ page }) => openProgram(page))

/** What is drawn on a picture: the input, the gradient, or guided backpropagation. */
const drawn = (page: Page, index: number): Promise<string> =>
  page
    .locator('.sample-figures canvas')
    .nth(index)
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())

/** Drawing the digits and the first run take a while on a busy machine. */
const FIRST = { timeout: 30_000 }

test('a digit: its scores, saliency and guided backpropagation; the wires show it alone', async ({ page }) => {
  test.slow()
  await page.getByRole('button', { name: /drawn digits/ }).click()
  await expect(page.getByText('Batch 128')).toBeVisible(FIRST)
  await page.keyboard.press('Alt+i')
  await expect(page.locator('.sample-figures canvas')).toHaveCount(3, FIRST)
  await expect(page.getByText('Batch 1', { exact: true })).toBeVisible()
  const scores = page.getByRole('radiogroup', { name: 'Score whose gradient is shown' })
  await expect(scores.getByRole('radio')).toHaveCount(10)
  const number = page.getByRole('textbox', { name: /^Number of the example/ })
  const [picture, saliency, guided] = [await drawn(page, 0), await drawn(page, 1), await drawn(page, 2)]
  expect(guided).not.toBe(saliency)

  // on by the key, back by the button
  await page.keyboard.press('Alt+PageDown')
  await expect(number).toHaveValue('1')
  await expect.poll(() => drawn(page, 0)).not.toBe(picture)
  await page.getByRole('button', { name: 'Previous example' }).click()
  await expect(number).toHaveValue('0')
  await expect.poll(() => drawn(page, 0)).toBe(picture)

  // another class: another gradient of the same picture
  const predicted = scores.getByRole('radio', { checked: true })
  await expect(predicted).toHaveAccessibleName(/predicted/)
  await predicted.focus()
  // an arrow that is let go at once moves the focus alone
  await page.keyboard.press('ArrowDown')
  await expect(scores.locator('[data-predicted="true"]')).not.toBeFocused()
  await page.keyboard.press('Space')
  await expect(scores.getByRole('radio', { checked: true })).not.toHaveAccessibleName(/predicted/)
  await expect.poll(() => drawn(page, 1)).not.toBe(saliency)
  expect(await drawn(page, 0)).toBe(picture)

  // an untrained network is wrong somewhere about a 4
  await page.getByRole('combobox', { name: 'Classes to stop at' }).click()
  await page.getByRole('option', { name: 'Class 4' }).click()
  await page.getByRole('button', { name: 'Only wrong' }).click()
  await page.getByRole('button', { name: 'Next example' }).click()
  await expect(page.locator('.sample-verdict')).toContainText('but it is 4')
  await expect(scores.getByRole('radio', { name: /^4, .*right answer/ })).toBeVisible()

  // a pixel is read on all pictures by the arrow keys; magnitudes begin at 0
  await page.locator('.sample-figures canvas').nth(1).focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
  await expect(page.locator('.sample-read')).toContainText('[1, 1] = 0 · gradient')
  await expect(page.locator('.sample-figures .pixels-cursor')).toHaveCount(3)
  await page.getByRole('radio', { name: 'Magnitude' }).click()
  await expect(page.locator('.sample-legend').nth(1).locator('span:not([aria-hidden])')).toHaveCount(2)
  expect((await new AxeBuilder({ page }).include('.sample').analyze()).violations).toEqual([])

  // a walk is of this example, and says so; the batch comes back
  await page.keyboard.press('F10')
  await expect(page.locator('.sample-chip')).toContainText('Example')
  await page.locator('.sample-chip').getByRole('button', { name: 'Back to the batch' }).click()
  await expect(page.locator('.sample-chip')).toHaveCount(0)
  await expect(page.getByText('Batch 128')).toBeVisible()
})

test('points in the plane: a table of features; what cannot be looked at says why', async ({ page }) => {
  test.slow()
  await openExample(page, 'Spiral')
  await page.keyboard.press('Alt+i')
  const rows = page.locator('.sample-features tbody tr')
  await expect(rows).toHaveCount(2, FIRST)
  await expect(rows.first().locator('td')).toHaveCount(5)
  await page.getByRole('combobox', { name: 'Data' }).click()
  await page.getByRole('option', { name: 'Training' }).click()
  await expect(page.locator('.sample-of-rows').first()).toHaveText('/ 299')
  await page.getByRole('button', { name: 'Back to the batch' }).click()
  await expect(page.locator('.sample')).toHaveCount(0)

  await openExample(page, '(x + y)')
  await page.keyboard.press('Alt+i')
  await expect(page.locator('.sample')).toContainText('Nothing says which numbers are the scores')
  await page.getByRole('combobox', { name: 'Scores' }).click()
  await page.getByRole('option').last().click()
  await expect(page.locator('.sample')).toContainText('depends on no data and no input')
})
