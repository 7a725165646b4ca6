/** UX.md, seeing: rows "fit" to "node state", and what the canvas is turned into: an outline, a picture. */
import { readFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { canvasPoint, dragTo, dropFile, focused, middle, node, openExample, showAll, undo, wires } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(window, { showSaveFilePicker: undefined, showOpenFilePicker: undefined })
  })
  await openProgram(page)
  // room for the graph
  await page.keyboard.press('Control+Alt+3')
  await openExample(page, 'Spiral')
  await showAll(page)
})

const zoom = (page: Page) =>
  page.evaluate(() => {
    const { transform } = getComputedStyle(document.querySelector('.react-flow__viewport') as Element)
    const [a = 0, , , , x = 0, y = 0] = (transform.match(/[-\d.]+/g) ?? []).map(Number)
    return { zoom: a, x, y }
  })

test('fit: Shift+1 shows all, Shift+2 the selection; the buttons and the menu too', async ({ page }) => {
  const all = await zoom(page)
  await node(page, 'loss').click()
  await page.keyboard.press('Shift+2')
  await expect.poll(async () => (await zoom(page)).zoom).toBeGreaterThan(all.zoom * 1.2)
  await page.keyboard.press('Shift+1')
  await expect.poll(async () => Math.abs((await zoom(page)).zoom - all.zoom)).toBeLessThan(0.01)
  await page.getByRole('menuitem', { name: 'View', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Show the selection' }).click()
  await expect.poll(async () => (await zoom(page)).zoom).toBeGreaterThan(all.zoom * 1.2)
  await page.getByRole('button', { name: 'Show the whole graph' }).click()
  await expect.poll(async () => Math.abs((await zoom(page)).zoom - all.zoom)).toBeLessThan(0.01)
})

test.describe('pan, zoom', () => {
  test('by mouse: the wheel zooms at the pointer, the middle button and Space pan', async ({ page }) => {
    const before = await zoom(page)
    const at = await canvasPoint(page, 200, 60)
    await page.mouse.move(at.x, at.y)
    await page.mouse.wheel(0, -200)
    await expect.poll(async () => (await zoom(page)).zoom).toBeGreaterThan(before.zoom)
    const zoomed = await zoom(page)
    await page.mouse.down({ button: 'middle' })
    await page.mouse.move(at.x + 60, at.y + 20, { steps: 3 })
    await page.mouse.up({ button: 'middle' })
    await expect.poll(async () => Math.round((await zoom(page)).x - zoomed.x)).toBe(60)
    await page.keyboard.down(' ')
    await dragTo(page, at, { x: at.x - 60, y: at.y })
    await page.keyboard.up(' ')
    await expect.poll(async () => Math.round((await zoom(page)).x - zoomed.x)).toBe(0)
  })

  test('the wheel scrolls where that is chosen; Ctrl and the wheel still zoom', async ({ page }) => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('wheel scrolls')
    await page.keyboard.press('Enter')
    const before = await zoom(page)
    const at = await canvasPoint(page, 200, 60)
    await page.mouse.move(at.x, at.y)
    await page.mouse.wheel(0, 100)
    await expect.poll(async () => (await zoom(page)).y).toBeLessThan(before.y)
    expect((await zoom(page)).zoom).toBe(before.zoom)
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -100)
    await page.keyboard.up('Control')
    await expect.poll(async () => (await zoom(page)).zoom).toBeGreaterThan(before.zoom)
  })

  test('by keys: Ctrl with plus, minus and zero', async ({ page }) => {
    const before = await zoom(page)
    await page.keyboard.press('Control+=')
    await expect.poll(async () => (await zoom(page)).zoom).toBeGreaterThan(before.zoom * 1.1)
    await page.keyboard.press('Control+-')
    await expect.poll(async () => Math.abs((await zoom(page)).zoom - before.zoom)).toBeLessThan(0.02)
    await page.keyboard.press('Control+0')
    await expect.poll(async () => (await zoom(page)).zoom).toBe(1)
  })
})

test('minimap: the button, the menu and Shift+M switch it', async ({ page }) => {
  const map = page.locator('.overview')
  await page.getByRole('button', { name: 'Overview map' }).click()
  await expect(map).toBeVisible()
  await page.keyboard.press('Shift+M')
  await expect(map).toBeHidden()
  await page.getByRole('menuitem', { name: 'View', exact: true }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Overview map' }).click()
  await expect(map).toBeVisible()
})

test.describe('find', () => {
  test('by keys: Ctrl+F, by operator and by shape, Enter goes on, Escape leads to the card', async ({ page }) => {
    await page.keyboard.press('Control+f')
    const field = page.getByRole('combobox', { name: 'Find in the graph' })
    await expect(field).toBeFocused()
    await page.keyboard.type('dense')
    await expect(page.locator('.node-card[data-found="current"]')).toHaveCount(1)
    await expect(page.locator('.node-card[data-found="yes"]')).toHaveCount(1)
    await expect(page.locator('.find-count')).toHaveText('1 of 2')
    await page.keyboard.press('Enter')
    await expect(node(page, 'hidden')).toHaveClass(/selected/)
    await page.keyboard.press('Enter')
    await expect(node(page, 'scores')).toHaveClass(/selected/)
    await expect(page.locator('.find-count')).toHaveText('2 of 2')
    await field.fill('[B, 3]')
    await expect(page.locator('.find-result')).toHaveCount(2)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Escape')
    await expect(page.locator('.find')).toHaveCount(0)
    expect(['scores', 'data']).toContain(await focused(page))
    await expect(page.locator('.node-card[data-found]')).toHaveCount(0)
  })

  test('by mouse: the menu, a click on a result, all of them selected; nothing found is said', async ({ page }) => {
    await page.getByRole('menuitem', { name: 'Edit', exact: true }).click()
    await page.getByRole('menuitem', { name: /^Find/ }).click()
    const field = page.getByRole('combobox', { name: 'Find in the graph' })
    await field.fill('완전연결')
    await page.locator('.find-result', { hasText: 'scores' }).click()
    await expect(node(page, 'scores')).toHaveClass(/selected/)
    await page.getByRole('button', { name: 'Select all that were found' }).click()
    await expect(page.locator('.react-flow__node.selected')).toHaveCount(2)
    await field.fill('zebra')
    await expect(page.locator('.find-count')).toHaveText('none found')
  })
})

test('command palette and help: Ctrl+K and Ctrl+Shift+P; ? lists every shortcut with its gestures', async ({
  page
}) => {
  for (const key of ['Control+k', 'Control+Shift+p']) {
    await page.keyboard.press(key)
    await expect(page.getByRole('combobox')).toBeFocused()
    await page.keyboard.press('Escape')
  }
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const text of [
    'Find…',
    'Add a point to the wire',
    'Equal gaps, horizontally',
    'Drag a copy',
    'Insert on a wire'
  ])
    await expect(sheet).toContainText(text)
})

test('run: Ctrl+Enter runs; the button too', async ({ page }) => {
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText(/Run done\. The objective is/)).toBeAttached()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.locator('.statusbar')).toContainText('ms')
})

test('keyboard alone: arrows along wires and onto them, Enter opens, Escape comes back', async ({ page }) => {
  await node(page, 'data').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(node(page, 'scores')).toBeFocused()
  await page.keyboard.press('Alt+ArrowLeft')
  await expect.poll(() => focused(page)).toBe('e2')
  await expect(page.getByText(/Wire from Dense to Dense, input x\. Value \[.*Gradient/)).toBeAttached()
  await page.keyboard.press('ArrowLeft')
  await expect(node(page, 'hidden')).toBeFocused()
  await page.keyboard.press('Alt+ArrowRight')
  await expect.poll(() => focused(page)).toBe('e2')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-inspector] :focus')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect.poll(() => focused(page)).toBe('e2')
  await page.keyboard.press('Delete')
  await expect(wires(page)).toHaveCount(3)
  await expect(node(page, 'scores')).toBeFocused()
})

test('wire look and node state: thick by size, dashed while empty, a sign and the text where something is wrong', async ({
  page
}) => {
  const width = (edge: string) =>
    page
      .locator(`.react-flow__edge[data-id="${edge}"] .wire`)
      .evaluate((e) => Number.parseFloat(getComputedStyle(e).strokeWidth))
  expect(await width('e2')).toBeGreaterThan(await width('e3'))
  await node(page, 'scores').click()
  await page.keyboard.press('Delete')
  await expect(node(page, 'loss').locator('.node-state[data-state="error"]')).toBeVisible()
  await node(page, 'loss').locator('.node-state').hover()
  await expect(page.getByRole('tooltip')).toContainText('nothing is connected to input "prediction"')
  await page.locator('.status-problems').click()
  await page.locator('.problem-button').first().click()
  await expect(node(page, 'loss')).toHaveClass(/selected/)
})

test('node state: orange for a warning; an error takes its place in red; a click in the list jumps to it', async ({
  page
}) => {
  const formula = { inputs: 'a, b', forward: 'a * b', backward: 'a = g; b = g * a' }
  const custom = (columns: number) => ({
    format: 'chainrule-graph',
    version: 1,
    name: 'Own formula',
    nodes: [
      { id: 'p', op: 'Parameter', attributes: { shape: [2], init: { kind: 'ones' } }, position: { x: 0, y: 0 } },
      {
        id: 'q',
        op: 'Parameter',
        attributes: { shape: [columns], init: { kind: 'ones' } },
        position: { x: 0, y: 120 }
      },
      { id: 'f', op: 'Custom', attributes: formula, position: { x: 260, y: 40 } },
      { id: 'loss', op: 'ReduceSum', position: { x: 520, y: 40 } }
    ],
    edges: [
      { id: 'e1', source: 'p', sourceHandle: 'out', target: 'f', targetHandle: 'a' },
      { id: 'e2', source: 'q', sourceHandle: 'out', target: 'f', targetHandle: 'b' },
      { id: 'e3', source: 'f', sourceHandle: 'out', target: 'loss', targetHandle: 'x' }
    ],
    objective: 'loss'
  })
  const state = node(page, 'f').locator('.node-state')
  const colour = () => state.evaluate((e) => getComputedStyle(e).color)
  const token = (name: string) =>
    page.evaluate((variable) => {
      const probe = document.body.appendChild(document.createElement('i'))
      probe.style.color = `var(${variable})`
      return getComputedStyle(probe).color
    }, name)

  await dropFile(page, JSON.stringify(custom(2)))
  await expect(state).toHaveAttribute('data-state', 'warning')
  expect(await colour()).toBe(await token('--warning'))
  await state.hover()
  await expect(page.getByRole('tooltip')).toContainText('The backward of "a" gives')
  await page.locator('.status-problems').click()
  await page.locator('.problem-button').first().click()
  await expect(node(page, 'f')).toHaveClass(/selected/)

  await dropFile(page, JSON.stringify(custom(3)))
  await expect(state).toHaveAttribute('data-state', 'error')
  expect(await colour()).toBe(await token('--danger'))
  await expect(state).toHaveCount(1)
})

test.describe('outline', () => {
  const row = (page: Page, text: string) => page.getByRole('treeitem', { name: new RegExp(text) })

  test('by keys: opens, walks, tells inputs and outputs, renames, reorders, deletes, jumps', async ({ page }) => {
    await page.keyboard.press('Control+Shift+O')
    const tree = page.getByRole('tree', { name: 'Outline' })
    await expect(tree).toBeFocused()
    await expect(page.getByRole('treeitem')).toHaveCount(4)
    await page.keyboard.press('ArrowDown')
    await expect(node(page, 'hidden')).toHaveClass(/selected/)
    await expect(row(page, '^Dense · hidden')).toHaveAttribute(
      'aria-label',
      /x from Data set, \[B, 2\]\. Gives out: \[B, 100\], Value .*Gradient/
    )
    await page.keyboard.press('ArrowRight')
    await expect(page.getByRole('treeitem')).toHaveCount(6)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('F2')
    await page.keyboard.type('숨은 층')
    await page.keyboard.press('Enter')
    await expect(node(page, 'hidden')).toContainText('숨은 층')
    await page.keyboard.press('Alt+ArrowUp')
    await expect(page.getByRole('treeitem').first()).toContainText('숨은 층')
    await expect(page.getByText('숨은 층 is now at place 1 of 4')).toBeAttached()
    await undo(page)
    await expect(page.getByRole('treeitem').nth(1)).toContainText('숨은 층')
    await tree.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('Delete')
    await expect(node(page, 'loss')).toHaveCount(0)
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await expect(node(page, 'data')).toBeFocused()
  })

  test('by mouse: the tab, a click selects and shows, a drag reorders', async ({ page }) => {
    await page.getByRole('tab', { name: 'Outline' }).click()
    await row(page, 'scores').click()
    await expect(node(page, 'scores')).toHaveClass(/selected/)
    const to = await row(page, 'data').boundingBox()
    if (!to) throw new Error('no row')
    await dragTo(page, await middle(row(page, 'scores')), { x: to.x + 40, y: to.y + 3 })
    await expect(page.getByRole('treeitem').first()).toContainText('scores')
    await undo(page)
    await expect(page.getByRole('treeitem').first()).toContainText('data')
  })
})

test.describe('picture', () => {
  async function exported(page: Page, entry: string): Promise<Buffer> {
    const waiting = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'File', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Export picture' }).click()
    await page.getByRole('menuitem', { name: entry, exact: true }).click()
    return readFile(await (await waiting).path())
  }

  test('SVG and PNG hold the graph: dropped on the canvas they open it', async ({ page }) => {
    const svg = await exported(page, 'SVG…')
    expect(svg.length).toBeLessThan(60_000)
    expect(
      await page.evaluate(
        (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null,
        svg.toString()
      )
    ).toBe(true)
    const png = await exported(page, 'PNG…')
    const { width } = await page.evaluate(async (data) => {
      const image = new Image()
      image.src = `data:image/png;base64,${data}`
      await image.decode()
      return { width: image.width }
    }, png.toString('base64'))
    // two pixels for each of the canvas
    expect(width).toBeGreaterThan(1600)
    for (const [bytes, name] of [
      [svg, 'a.svg'],
      [png, 'a.png']
    ] as const) {
      await openExample(page, '(x + y)')
      await dropFile(page, bytes, name)
      await expect(page.locator('.document-name')).toContainText('Spiral')
      await expect(wires(page)).toHaveCount(4)
    }
    await dropFile(page, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'b.svg')
    await expect(page.getByRole('dialog')).toContainText('This picture holds no graph')
  })

  test('of the selection alone; copied by keys as a PNG', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await node(page, 'hidden').click()
    const svg = (await exported(page, 'Selection as SVG…')).toString()
    expect(svg).toContain('hidden')
    expect(svg).not.toContain('scores')
    await node(page, 'hidden').focus()
    await page.keyboard.press('Control+Shift+C')
    await expect(page.getByText('Picture copied')).toBeVisible()
    expect(await page.evaluate(async () => (await navigator.clipboard.read())[0]?.types)).toContain('image/png')
  })
})
