/** The main job, by mouse: open the MNIST network, train it on drawn digits, export the weights, read them back. */
import { readFile } from 'node:fs/promises'
import { expect, type Locator, type Page } from '@playwright/test'
import { readWeights } from '../../engine/io/weights.ts'
import { openProgram, test } from './program.ts'

async function choose(page: Page, menu: string, ...items: string[]): Promise<void> {
  await page.getByRole('menuitem', { name: menu, exact: true }).click()
  for (const item of items) await page.getByRole('menuitem', { name: item }).last().click()
}

/** A whole number of steps and the loss that the curve's legend shows. */
const shownLoss = async (panel: Locator): Promise<number> =>
  Number(/Loss\s*([\d.]+)/.exec((await panel.innerText()).replace(/\n/g, ' '))?.[1])

test('trains the MNIST network on drawn digits and keeps what it learned', async ({ page }) => {
  test.setTimeout(90_000)
  // Without the file pickers of Chromium, files come by the plain means that a test can drive.
  await page.addInitScript(() => {
    Object.assign(window, { showSaveFilePicker: undefined, showOpenFilePicker: undefined })
  })
  await openProgram(page)
  await choose(page, 'File', 'Open example', 'MNIST: handwritten digits')
  await page.getByRole('button', { name: 'Train on drawn digits instead' }).click()

  const status = page.locator('.statusbar')
  await expect(status).toContainText(/loss\s*2\.\d/)
  const gradient = page.locator('.wire-label[data-which=gradient]').first()
  const before = await gradient.innerText()

  // A short run: two epochs instead of five.
  const epochs = page.getByLabel('Epochs')
  await epochs.click({ clickCount: 3 })
  await epochs.fill('1')
  await epochs.blur()
  await page.getByRole('button', { name: 'Train', exact: true }).first().click()
  const panel = page.locator('.training')
  await expect(panel).toContainText(/steps\/s/)
  await expect.poll(() => shownLoss(panel), { timeout: 60_000 }).toBeLessThan(0.8)
  // The numbers on the edges follow while it trains.
  await expect.poll(() => gradient.innerText()).not.toBe(before)
  await expect(panel).toContainText(/Test/i, { timeout: 60_000 })

  const [download] = await Promise.all([page.waitForEvent('download'), choose(page, 'File', 'Export weights')])
  const bytes = new Uint8Array(await readFile(await download.path()))
  const file = readWeights(bytes)
  expect(download.suggestedFilename()).toMatch(/\.weights\.json$/)
  expect(file.tensors.map((t) => [t.name, t.shape])).toEqual([
    ['dense1.kernel', [784, 512]],
    ['dense1.bias', [512]],
    ['dense2.kernel', [512, 10]],
    ['dense2.bias', [10]]
  ])
  expect(file.training).toMatchObject({ epochs: 1, steps: 63 })
  expect(file.training?.loss).toBeLessThan(1.5)

  const trained = await status.innerText()
  await page.getByRole('button', { name: 'Reset weights' }).click()
  await expect(status).toContainText(/loss\s*2\.\d/)
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), choose(page, 'File', 'Import weights')])
  await chooser.setFiles({ name: 'mnist.weights.json', mimeType: 'application/json', buffer: Buffer.from(bytes) })
  const loss = /loss\s*([\d.]+)/.exec(trained)?.[1] as string
  await expect(status).toContainText(loss)
})
