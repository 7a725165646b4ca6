import { expect, type Page } from '@playwright/test'
import { openProgram, test } from './program.ts'

test.beforeEach(({ page }) => openProgram(page))

const nodes = (page: Page) => page.locator('.react-flow__node')
const title = (page: Page) => page.locator('.document-name')

async function menu(page: Page, name: string, ...items: (string | RegExp)[]) {
  await page.getByRole('menuitem', { name, exact: true }).click()
  for (const [i, item] of items.entries()) {
    const entry = page.getByRole('menuitem', { name: item }).last()
    if (i < items.length - 1) await entry.press('ArrowRight')
    else await entry.click()
  }
}

async function openExample(page: Page, name: string) {
  await page.keyboard.press('Control+k')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox').fill(name)
  await dialog.getByRole('option', { name }).first().click()
}

async function dropFile(page: Page, name: string, text: string) {
  await page.evaluate(
    ([fileName, content]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([content as string], fileName as string))
      for (const type of ['dragenter', 'dragover', 'drop']) {
        window.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }))
      }
    },
    [name, text]
  )
}

test('starts with the MNIST network and offers what to do without its data', async ({ page }) => {
  await expect(title(page)).toContainText('MNIST')
  await expect(page.getByText('MNIST is not on this computer yet')).toBeVisible()
  await expect(page.getByText('407,050 parameters')).toBeVisible()
  await page.getByRole('button', { name: 'Train on drawn digits instead' }).click()
  await expect(page.getByText('not MNIST, but of the same shape')).toBeVisible()
  await expect(page.getByText('MNIST is not on this computer yet')).toBeHidden()
  await page.keyboard.press('Control+z')
  await expect(page.getByText('MNIST is not on this computer yet')).toBeVisible()
})

test('opens an example from the menu', async ({ page }) => {
  await menu(page, 'File', 'Open example', /^Buying apples$/)
  await expect(title(page)).toContainText('apples')
  await expect(page.locator('.statusbar')).toContainText('No problems')
  await page.keyboard.press('Control+z')
  await expect(nodes(page)).not.toHaveCount(0)
})

test('shows the problems of a bad file and leaves the document as it is', async ({ page }) => {
  const before = await nodes(page).count()
  const bad = {
    format: 'chainrule-graph',
    version: 1,
    name: 'bad',
    nodes: [{ id: 'a', op: 'Ad', position: { x: 0, y: 0 } }],
    edges: [{ id: 'e1', source: 'a', sourceHandle: 'out', target: 'b', targetHandle: 'x' }]
  }
  await dropFile(page, 'bad.chainrule.json', JSON.stringify(bad))
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('bad.chainrule.json cannot be opened')
  await expect(dialog).toContainText('There is no operator "Ad"')
  await expect(dialog).toContainText('Did you mean Add?')
  await expect(dialog).toContainText('"b", which does not exist')
  await dialog.getByRole('button', { name: 'OK' }).click()
  await expect(nodes(page)).toHaveCount(before)
  await expect(title(page)).toContainText('MNIST')

  await dropFile(page, 'text.json', '{ not json')
  await expect(dialog).toContainText('This is not JSON')
})

test('adds a node by the keyboard alone, and takes it back and forth', async ({ page }) => {
  const before = await nodes(page).count()
  await page.getByRole('searchbox', { name: 'Search operators' }).fill('sigm')
  await page.keyboard.press('Enter')
  await expect(nodes(page)).toHaveCount(before + 1)
  await expect(title(page)).toContainText('●')
  await page.locator('.palette-item[data-op="Sigmoid"]').press('Enter')
  await expect(nodes(page)).toHaveCount(before + 2)

  await page.keyboard.press('Control+z')
  await expect(nodes(page)).toHaveCount(before + 1)
  await page.keyboard.press('Control+z')
  await expect(nodes(page)).toHaveCount(before)
  await expect(title(page)).not.toContainText('●')
  await page.keyboard.press('Control+Shift+z')
  await expect(nodes(page)).toHaveCount(before + 1)
})

test('drags an operator onto the canvas', async ({ page }) => {
  const before = await nodes(page).count()
  const item = await page.locator('.palette-item[data-op="Mul"]').boundingBox()
  const canvas = await page.locator('.react-flow').boundingBox()
  if (!item || !canvas) throw new Error('not on screen')
  await page.mouse.move(item.x + 30, item.y + 10)
  await page.mouse.down()
  await page.mouse.move(canvas.x + 300, canvas.y + canvas.height - 60, { steps: 6 })
  await expect(page.locator('.drag-ghost')).toHaveAttribute('data-fits', 'true')
  await page.mouse.up()
  await expect(nodes(page)).toHaveCount(before + 1)
})

test('the card that explains an operator is not in the way of dragging it', async ({ page }) => {
  const before = await nodes(page).count()
  const item = page.locator('.palette-item[data-op="Mul"]')
  const { x, y, width } = (await item.boundingBox()) ?? { x: 0, y: 0, width: 0 }
  await page.mouse.move(x + 30, y + 10)
  await page.mouse.down()
  // pressed before it was there, it comes all the same
  await expect(page.locator('.op-card')).toBeVisible()
  await page.mouse.move(x + width + 60, y + 30, { steps: 4 })
  await expect(page.locator('.op-card')).toBeHidden()
  await expect(page.locator('.drag-ghost')).toHaveAttribute('data-fits', 'true')
  await page.mouse.up()
  await expect(nodes(page)).toHaveCount(before + 1)
})

test('asks before a changed document makes room for another', async ({ page }) => {
  await page.locator('.palette-item[data-op="Add"]').click()
  await menu(page, 'File', 'New graph')
  const dialog = page.getByRole('alertdialog')
  await expect(dialog).toContainText('Save the changes')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(nodes(page)).not.toHaveCount(0)
  await menu(page, 'File', 'New graph')
  await dialog.getByRole('button', { name: 'Don’t save' }).click()
  await expect(nodes(page)).toHaveCount(0)
  await expect(title(page)).toHaveText('Untitled')
})

test('changes language and theme at once, and remembers them', async ({ page }) => {
  await menu(page, 'View', 'Language')
  await page.getByRole('menuitemcheckbox', { name: '한국어' }).click()
  await expect(page.getByRole('menuitem', { name: '파일' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko')
  await menu(page, '보기', '테마')
  await page.getByRole('menuitemcheckbox', { name: '어둡게' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.reload()
  await expect(page.getByRole('menuitem', { name: '파일' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('training settings are edits of the document', async ({ page }) => {
  const epochs = page.getByRole('textbox', { name: 'Epochs' })
  const first = await epochs.inputValue()
  await epochs.fill('7')
  await epochs.press('Enter')
  await expect(title(page)).toContainText('●')
  await epochs.blur()
  await page.keyboard.press('Control+z')
  await expect(epochs).toHaveValue(first)
  await expect(title(page)).not.toContainText('●')
})

test('trains, draws the curves, stops, and puts the weights back', async ({ page }) => {
  await openExample(page, 'Spiral')
  await expect(title(page)).toContainText(/spiral/i)
  await page.keyboard.press('Control+Shift+Enter')
  // on a fast machine it is over before the first look
  await expect(page.locator('.progress-text, .outcome')).toContainText(/Epoch|Training/)
  await expect(page.locator('.u-over')).toBeVisible()
  await page.keyboard.press('Control+.')
  await expect(page.locator('.outcome')).toContainText(/Training (stopped|done)/)
  await page.locator('.training-buttons').getByRole('button', { name: 'Reset weights' }).click()
  await expect(page.locator('.outcome')).toBeHidden()
})

test('finds commands by name, and lists the keys', async ({ page }) => {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('tidy')
  await page.keyboard.press('Enter')
  await expect(page.locator('.topbar').getByRole('button', { name: 'Undo' })).toBeEnabled()
  await page.keyboard.press('Control+z')
  await expect(title(page)).not.toContainText('●')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Ctrl+Shift+L')
})

test.describe('files, in a browser without file pickers', () => {
  test.beforeEach(async ({ page }) => {
    await page.addInitScript(() => {
      Object.assign(window, { showOpenFilePicker: undefined, showSaveFilePicker: undefined })
    })
    // from now on Playwright holds file choosers: asked for at the moment of the key, it may come too late
    page.on('filechooser', () => {})
    await openProgram(page)
    await openExample(page, 'Spiral')
    await expect(title(page)).toContainText(/spiral/i)
  })

  test('saves a graph that opens again, and is clean after it', async ({ page }) => {
    await page.locator('.palette-item[data-op="Add"]').click()
    await expect(title(page)).toContainText('●')
    const saving = page.waitForEvent('download')
    await page.keyboard.press('Control+s')
    const download = await saving
    expect(download.suggestedFilename()).toMatch(/\.chainrule\.json$/)
    await expect(title(page)).not.toContainText('●')
    const count = await nodes(page).count()

    await openExample(page, 'XOR')
    await expect(title(page)).toContainText('XOR')
    const choosing = page.waitForEvent('filechooser')
    await page.keyboard.press('Control+o')
    await (await choosing).setFiles(await download.path())
    await expect(title(page)).toContainText(/spiral/i)
    await expect(nodes(page)).toHaveCount(count)
  })

  test('exports weights and imports them', async ({ page }) => {
    const saving = page.waitForEvent('download')
    await page.keyboard.press('Control+e')
    const download = await saving
    expect(download.suggestedFilename()).toMatch(/\.weights\.json$/)
    const choosing = page.waitForEvent('filechooser')
    await menu(page, 'File', 'Import weights…')
    const chooser = await choosing
    await chooser.setFiles(await download.path())
    await expect(page.getByText(/4 tensors imported/)).toBeVisible()

    const again = page.waitForEvent('filechooser')
    await openExample(page, 'XOR')
    await menu(page, 'File', 'Import weights…')
    await (await again).setFiles(await download.path())
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('cannot be imported')
    await expect(dialog.getByText('Use weights that were exported from this graph.')).toHaveCount(1)
    await page.keyboard.press('Escape')

    const opening = page.waitForEvent('filechooser')
    await page.keyboard.press('Control+o')
    await (await opening).setFiles(await download.path())
    await expect(dialog).toContainText('This is a weights file')
    await expect(title(page)).toContainText('XOR')
  })

  test('trained weights are not lost unasked', async ({ page }) => {
    await page.keyboard.press('Control+Shift+Enter')
    await expect(page.locator('.outcome')).toBeVisible({ timeout: 20_000 })
    const saving = page.waitForEvent('download')
    await page.keyboard.press('Control+s')
    await saving
    await expect(page.locator('.toast')).toContainText('not part of the graph file')

    const question = page.getByRole('alertdialog')
    await page.keyboard.press('Control+Alt+n')
    await expect(question).toContainText('trained weights')
    await question.getByRole('button', { name: 'Cancel' }).click()
    await expect(title(page)).toContainText(/spiral/i)

    const exporting = page.waitForEvent('download')
    await page.locator('.toast').getByRole('button', { name: 'Export weights' }).click()
    expect((await exporting).suggestedFilename()).toMatch(/\.weights\.json$/)
    await page.keyboard.press('Control+Alt+n')
    await expect(nodes(page)).toHaveCount(0)
  })
})
