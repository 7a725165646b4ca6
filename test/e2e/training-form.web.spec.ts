/** Training settings, by mouse: optimizer, schedule, clipping and batches reach the document, the file and the worker. */
import { readFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { openProgram, test } from './program.ts'

async function menu(page: Page, name: string, ...items: string[]): Promise<void> {
  await page.getByRole('menuitem', { name, exact: true }).click()
  for (const item of items) await page.getByRole('menuitem', { name: item }).last().click()
}

async function pick(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(window, { showSaveFilePicker: undefined, showOpenFilePicker: undefined })
  })
  await openProgram(page)
  await menu(page, 'File', 'Open example', 'Linear regression')
})

async function saved(page: Page): Promise<{ training: object }> {
  const [download] = await Promise.all([page.waitForEvent('download'), menu(page, 'File', 'Save as')])
  return JSON.parse(await readFile(await download.path(), 'utf8'))
}

test('schedule, clipping and batches are saved, and leave no trace when taken back', async ({ page }) => {
  const before = await saved(page)
  await page.getByRole('button', { name: 'More settings' }).click()
  await pick(page, 'Schedule', 'Warm-up')
  await pick(page, 'After warm-up', 'Cosine')
  await page.getByRole('textbox', { name: 'Minimum', exact: true }).fill('0.001')
  await pick(page, 'Clipping', 'By norm')
  await pick(page, 'Batches', 'All at once')
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Batch size')).toHaveValue('All at once')
  expect((await saved(page)).training).toMatchObject({
    batchSize: 1_000_000,
    schedule: { kind: 'warmup', steps: 100, after: 'cosine', minimum: 0.001 },
    clip: { norm: 1 }
  })
  await page.getByRole('button', { name: 'More settings' }).click()
  await pick(page, 'Schedule', 'Constant')
  await pick(page, 'Clipping', 'None')
  await pick(page, 'Batches', 'Mini-batches')
  await page.keyboard.press('Escape')
  const after = await saved(page)
  expect(after).toEqual({ ...before, training: { ...before.training, batchSize: 32 } })
})

test('the normal equation finds the line in one step', async ({ page }) => {
  await pick(page, 'Optimizer', 'Normal equation')
  await expect(page.getByLabel('Batch size')).toBeDisabled()
  await page.getByLabel('Epochs').fill('1')
  await page.getByLabel('Epochs').blur()
  await page.getByRole('button', { name: 'Train', exact: true }).first().click()
  await expect(page.locator('.training')).toContainText('Training done', { timeout: 20_000 })
  await expect(page.locator('.training')).toContainText(/Test loss\s*0\.0097/i)
})
