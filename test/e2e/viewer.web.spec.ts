/** The tensor viewer: heatmap and scale, numbers along any axes, pictures, the dot product of a cell, copies. */
import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import { openProgram, test } from './program.ts'

const parameter = (id: string, shape: readonly number[], y: number) => ({
  id,
  op: 'Parameter',
  attributes: { shape, init: { kind: 'normal', mean: 0, std: 1, seed: y } },
  position: { x: 0, y }
})

/** A product of [2, 3, 4] and [4, 5], and pictures of three channels. */
const graph = {
  format: 'chainrule-graph',
  version: 1,
  name: 'Tensors',
  description: '',
  nodes: [
    parameter('a', [2, 3, 4], 0),
    parameter('w', [4, 5], 120),
    parameter('pictures', [6, 3, 16, 16], 260),
    { id: 'product', op: 'MatMul', position: { x: 300, y: 40 } },
    { id: 'total', op: 'ReduceSum', position: { x: 560, y: 40 } }
  ],
  edges: [
    { id: 'e1', source: 'a', sourceHandle: 'out', target: 'product', targetHandle: 'a' },
    { id: 'e2', source: 'w', sourceHandle: 'out', target: 'product', targetHandle: 'b' },
    { id: 'e3', source: 'product', sourceHandle: 'out', target: 'total', targetHandle: 'x' }
  ],
  groups: [],
  notes: [],
  objective: 'total',
  training: null
}

test('a tensor is seen whole, along any axes, as pictures, and each number as what made it', async ({
  page,
  context
}) => {
  test.slow()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.addInitScript(() => Object.assign(window, { showOpenFilePicker: undefined }))
  // from now on Playwright holds file choosers: asked for at the moment of the key, it may come too late
  page.on('filechooser', () => undefined)
  await openProgram(page)
  const choosing = page.waitForEvent('filechooser')
  await page.keyboard.press('Control+o')
  const buffer = Buffer.from(JSON.stringify(graph))
  await (await choosing).setFiles({ name: 'tensors.chainrule.json', mimeType: 'application/json', buffer })
  await expect(page.locator('.react-flow__node')).toHaveCount(5)

  const open = async (id: string) => {
    await page.locator(`.react-flow__node[data-id="${id}"]`).focus()
    await page.keyboard.press('Enter')
    await page
      .locator('[data-inspector] .tensor-block')
      .getByRole('button', { name: 'Open the whole tensor' })
      .first()
      .click()
  }
  const dialog = page.getByRole('dialog')
  const read = dialog.locator('.tensor-read')
  const copied = () => page.evaluate(() => navigator.clipboard.readText())

  await open('product')
  // one cell by the keys, chosen by Enter: its row, its column, their sum
  await dialog.locator('.pixels canvas').focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
  await expect(read).toContainText('[0, 1, 1] = ')
  const shown = Number((await read.textContent())?.split('= ')[1])
  await page.keyboard.press('Enter')
  const product = dialog.getByRole('region', { name: 'Dot product' })
  await expect(product).toContainText('a[1, :]')
  await expect(product).toContainText('w[:, 1]')
  expect(Number((await product.locator('header output').textContent())?.split('= ')[1])).toBeCloseTo(shown, 4)

  // other axes: rows are the first axis, and the last changes places with nothing
  await dialog.getByRole('combobox', { name: 'Rows' }).click()
  await page.getByRole('option', { name: 'axis 0 (2)' }).click()
  await dialog.getByRole('slider', { name: 'Axis 1' }).press('ArrowRight')
  await dialog.getByRole('button', { name: 'Numbers', exact: true }).click()
  await expect(dialog.locator('.grid-cell[data-at]')).toHaveCount(10)
  await dialog.getByRole('button', { name: 'Copy as JSON' }).click()
  await expect.poll(copied).toContain('"slice":"[:, 1, :]"')
  const table = JSON.parse(await copied()) as { data: number[][] }
  expect(table.data.map((row) => row.length)).toEqual([5, 5])
  expect(table.data[0]?.[1]).toBeCloseTo(shown, 4)
  await dialog.getByRole('combobox', { name: 'What is copied' }).click()
  await page.getByRole('option', { name: 'The whole tensor' }).click()
  await dialog.getByRole('button', { name: 'Copy as NumPy' }).click()
  await expect.poll(copied).toContain('.reshape(2, 3, 5)')

  // a scale that stays
  await dialog.getByRole('button', { name: 'Heatmap' }).click()
  await dialog.getByRole('combobox', { name: 'What the colours stand for' }).click()
  await page.getByRole('option', { name: 'About 0, fixed' }).click()
  await dialog.getByRole('textbox', { name: 'Number of the strongest colour' }).fill('8')
  await page.keyboard.press('Enter')
  await expect(dialog.locator('.heat-legend')).toContainText('-808')
  expect((await new AxeBuilder({ page }).include('[role="dialog"]').analyze()).violations).toEqual([])
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)

  await open('pictures')
  await dialog.getByRole('button', { name: 'Pictures' }).click()
  await dialog.getByRole('combobox', { name: 'Colours of the pictures' }).click()
  await page.getByRole('option', { name: 'RGB' }).click()
  await expect(dialog.getByLabel('Pictures, 6')).toBeVisible()
  await dialog.getByRole('combobox', { name: 'Colours of the pictures' }).click()
  await page.getByRole('option', { name: 'Grey' }).click()
  await expect(dialog.getByLabel('Pictures, 18')).toBeVisible()
})
