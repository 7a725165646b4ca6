/** UX.md, editing: rows "reroute point" to "select", each by mouse and by keyboard, each one undo step. */
import { readFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import {
  canvasPoint,
  connect,
  dragTo,
  focused,
  middle,
  newGraph,
  node,
  openExample,
  place,
  port,
  showAll,
  undo,
  wires
} from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => Object.assign(window, { showSaveFilePicker: undefined }))
  await openProgram(page)
  // room for the graph
  await page.keyboard.press('Control+Alt+3')
})

const points = (page: Page) => page.locator('.wire-point')

async function saved(page: Page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')])
  return JSON.parse(await readFile(await download.path(), 'utf8'))
}

test.describe('reroute point', () => {
  test.beforeEach(async ({ page }) => {
    await newGraph(page)
    await place(page, 'Parameter', 110, 100)
    await place(page, 'Relu', 560, 100)
    await connect(page, 'w', 'relu', 'x')
  })

  const onWire = async (page: Page) => {
    const [a, b] = [await middle(port(page, 'w', 'out')), await middle(port(page, 'relu', 'x'))]
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
  }

  test('by mouse: a double click puts it in, a drag moves it, another takes it out; each one step', async ({
    page
  }) => {
    const at = await onWire(page)
    await page.mouse.dblclick(at.x, at.y)
    await expect(points(page)).toHaveCount(1)
    await dragTo(page, await middle(points(page)), { x: at.x + 20, y: at.y + 90 })
    await expect.poll(async () => Math.abs((await middle(points(page))).y - at.y - 90)).toBeLessThan(3)
    const file = await saved(page)
    expect(file.edges[0].points).toHaveLength(1)
    await undo(page)
    await expect.poll(async () => Math.abs((await middle(points(page))).y - at.y)).toBeLessThan(3)
    await undo(page)
    await expect(points(page)).toHaveCount(0)
    await page.mouse.dblclick(at.x, at.y)
    await page.mouse.dblclick(at.x, at.y)
    await expect(points(page)).toHaveCount(0)
  })

  test('by mouse: points go along with both ends, and the menu straightens the wire', async ({ page }) => {
    const at = await onWire(page)
    await page.mouse.dblclick(at.x, at.y)
    await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } })
    await page.keyboard.press('Control+a')
    const card = await middle(node(page, 'w'))
    await dragTo(page, card, { x: card.x, y: card.y + 80 })
    await expect.poll(async () => Math.abs((await middle(points(page))).y - at.y - 80)).toBeLessThan(3)
    await page.mouse.click(at.x - 60, at.y + 80, { button: 'right' })
    await page.getByRole('menuitem', { name: 'Straighten' }).click()
    await expect(points(page)).toHaveCount(0)
  })

  test('by keys: Alt+R on a wire, Tab to the point, Shift and arrows move it, Delete takes it out', async ({
    page
  }) => {
    await node(page, 'w').focus()
    await page.keyboard.press('Alt+ArrowRight')
    await page.keyboard.press('Alt+r')
    await expect(points(page)).toHaveCount(1)
    await page.keyboard.press('Tab')
    await expect(points(page)).toBeFocused()
    const before = await middle(points(page))
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowDown')
    await expect.poll(async () => Math.round((await middle(points(page))).y - before.y)).toBe(30)
    await expect(page.getByText('Point moved')).toBeAttached()
    await undo(page)
    await expect.poll(async () => Math.round((await middle(points(page))).y - before.y)).toBe(0)
    await points(page).focus()
    await page.keyboard.press('Delete')
    await expect(points(page)).toHaveCount(0)
    await expect.poll(() => focused(page)).toBe('e1')
    await expect(wires(page)).toHaveCount(1)
  })
})

test.describe('duplicate', () => {
  test.beforeEach(async ({ page }) => {
    await openExample(page, '(x + y)')
    await showAll(page)
  })

  test('by mouse: Alt and a drag leave a copy there, in one step', async ({ page }) => {
    const from = await middle(node(page, 'sum'))
    await page.keyboard.down('Alt')
    await dragTo(page, from, { x: from.x + 10, y: from.y + 130 }, false)
    await expect(page.locator('.card-ghost')).toHaveCount(1)
    await page.mouse.up()
    await page.keyboard.up('Alt')
    await expect(page.locator('.react-flow__node')).toHaveCount(6)
    expect(Math.abs((await middle(node(page, 'sum'))).y - from.y)).toBeLessThan(2)
    expect(Math.abs((await middle(node(page, 'sum2'))).y - from.y - 130)).toBeLessThan(3)
    await undo(page)
    await expect(page.locator('.react-flow__node')).toHaveCount(5)
  })

  test('by keys: Ctrl+D', async ({ page }) => {
    await node(page, 'sum').focus()
    await page.keyboard.press(' ')
    await page.keyboard.press('Control+d')
    await expect(page.locator('.react-flow__node')).toHaveCount(6)
    await expect(page.getByText('Duplicated: 1 node')).toBeAttached()
    await page.keyboard.press('Control+z')
    await expect(page.locator('.react-flow__node')).toHaveCount(5)
  })
})

test.describe('copy, cut, paste', () => {
  test.beforeEach(async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await openExample(page, '(x + y)')
    await showAll(page)
  })

  test('by mouse: the menus', async ({ page }) => {
    await node(page, 'sum').click({ button: 'right' })
    await page.getByRole('menuitem', { name: /^Copy/ }).click()
    expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())).nodes).toHaveLength(1)
    const at = await canvasPoint(page, 60, 30)
    await page.mouse.click(at.x, at.y, { button: 'right' })
    await page.getByRole('menuitem', { name: 'Paste' }).click()
    await expect(page.locator('.react-flow__node')).toHaveCount(6)
  })

  test('by keys: cut and paste keep wires inside; Ctrl+Shift+V keeps those from outside', async ({ page }) => {
    await node(page, 'sum').focus()
    await page.keyboard.press(' ')
    await page.keyboard.press('Control+c')
    await page.keyboard.press('Control+v')
    await expect(wires(page)).toHaveCount(4)
    await page.keyboard.press('Control+z')
    await node(page, 'sum').focus()
    await page.keyboard.press(' ')
    await page.keyboard.press('Control+c')
    await page.keyboard.press('Control+Shift+v')
    await expect(wires(page)).toHaveCount(6)
    await page.keyboard.press('Control+z')
    await expect(wires(page)).toHaveCount(4)
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+x')
    await expect(page.locator('.react-flow__node')).toHaveCount(0)
    await page.keyboard.press('Control+v')
    await expect(wires(page)).toHaveCount(4)
  })
})

test.describe('align, distribute', () => {
  test.beforeEach(async ({ page }) => {
    await newGraph(page)
    await place(page, 'Parameter', 110, 60)
    await place(page, 'Parameter', 210, 170)
    await place(page, 'Parameter', 420, 370)
    await page.locator('.react-flow__pane').click({ position: { x: 700, y: 20 } })
    await page.keyboard.press('Control+a')
  })

  const boxes = async (page: Page) => {
    const all = await Promise.all(['w', 'w2', 'w3'].map((id) => node(page, id).boundingBox()))
    return all.map((box) => box ?? { x: 0, y: 0, width: 0, height: 0 })
  }
  const equal = (numbers: number[]) => Math.max(...numbers) - Math.min(...numbers) < 1.5

  test('by keys: the six edges and the equal gaps', async ({ page }) => {
    const cases: [string, (box: { x: number; y: number; width: number; height: number }) => number][] = [
      ['Alt+a', (b) => b.x],
      ['Alt+d', (b) => b.x + b.width],
      ['Alt+h', (b) => b.x + b.width / 2],
      ['Alt+w', (b) => b.y],
      ['Alt+s', (b) => b.y + b.height],
      ['Alt+v', (b) => b.y + b.height / 2]
    ]
    for (const [key, edge] of cases) {
      expect(equal((await boxes(page)).map(edge)), key).toBe(false)
      await page.keyboard.press(key)
      await expect.poll(async () => equal((await boxes(page)).map(edge)), { message: key }).toBe(true)
      await page.keyboard.press('Control+z')
      await expect.poll(async () => equal((await boxes(page)).map(edge)), { message: `${key} undone` }).toBe(false)
    }
    for (const [key, axis] of [
      ['Alt+Shift+H', 'x'],
      ['Alt+Shift+V', 'y']
    ] as const) {
      await page.keyboard.press(key)
      await expect
        .poll(async () => {
          const [a, b, c] = (await boxes(page)).map((box) => box[axis])
          return Math.abs((b ?? 0) - (a ?? 0) - ((c ?? 0) - (b ?? 0)))
        })
        .toBeLessThan(2)
      await page.keyboard.press('Control+z')
    }
  })

  test('by mouse: the menu Edit', async ({ page }) => {
    await page.getByRole('menuitem', { name: 'Edit', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Align' }).click()
    await page.getByRole('menuitem', { name: 'Equal gaps, vertically' }).click()
    await expect(page.getByText('The gaps are equal now')).toBeAttached()
    await undo(page)
    await page.getByRole('menuitem', { name: 'Edit', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Align' }).click()
    await page.getByRole('menuitem', { name: 'Left edges' }).click()
    await expect.poll(async () => equal((await boxes(page)).map((b) => b.x))).toBe(true)
  })
})

test('tidy: by keys and by the menu, left to right, one step; wires run straight again', async ({ page }) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  const card = await middle(node(page, 'product'))
  await dragTo(page, card, { x: card.x - 500, y: card.y + 60 })
  await node(page, 'x').focus()
  await page.keyboard.press('Alt+ArrowRight')
  await page.keyboard.press('Alt+r')
  await expect(points(page)).toHaveCount(1)
  const left = async () => (await middle(node(page, 'product'))).x - (await middle(node(page, 'sum'))).x
  expect(await left()).toBeLessThan(0)
  await page.keyboard.press('Control+Shift+l')
  await expect.poll(left).toBeGreaterThan(0)
  await expect(points(page)).toHaveCount(0)
  await undo(page)
  await expect.poll(left).toBeLessThan(0)
  await expect(points(page)).toHaveCount(1)
  await page.locator('.react-flow__pane').click({ button: 'right', position: { x: 8, y: 8 } })
  await page.getByRole('menuitem', { name: 'Tidy up' }).click()
  await expect.poll(left).toBeGreaterThan(0)
})

test.describe('undo, redo', () => {
  test('by mouse: the buttons; by keys: Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y', async ({ page }) => {
    await openExample(page, '(x + y)')
    await node(page, 'sum').focus()
    await page.keyboard.press(' ')
    await page.keyboard.press('Delete')
    await expect(wires(page)).toHaveCount(1)
    await undo(page)
    await expect(wires(page)).toHaveCount(4)
    await page.getByRole('button', { name: 'Redo', exact: true }).click()
    await expect(wires(page)).toHaveCount(1)
    for (const key of ['Control+Shift+z', 'Control+y']) {
      await page.keyboard.press('Control+z')
      await expect(wires(page)).toHaveCount(4)
      await page.keyboard.press(key)
      await expect(wires(page)).toHaveCount(1)
    }
  })
})

test.describe('select', () => {
  test.beforeEach(async ({ page }) => {
    await openExample(page, '(x + y)')
    await showAll(page)
  })
  const selected = (page: Page) => page.locator('.react-flow__node.selected')

  test('by mouse: click, Shift and click, a box, a wire', async ({ page }) => {
    await node(page, 'x').click()
    await expect(selected(page)).toHaveCount(1)
    await node(page, 'y').click({ modifiers: ['Shift'] })
    await expect(selected(page)).toHaveCount(2)
    const box = await page.locator('.react-flow').boundingBox()
    if (!box) throw new Error('no canvas')
    await dragTo(page, { x: box.x + 8, y: box.y + 8 }, { x: box.x + box.width - 20, y: box.y + box.height - 60 })
    await expect(selected(page)).toHaveCount(5)
    await page.locator('.react-flow__edge').first().locator('.react-flow__edge-interaction').click({ force: true })
    await expect(page.locator('.react-flow__edge.selected')).toHaveCount(1)
  })

  test('by keys: Space, arrows, Ctrl+A, Escape', async ({ page }) => {
    await node(page, 'x').focus()
    await page.keyboard.press(' ')
    await expect(selected(page)).toHaveCount(1)
    await page.keyboard.press('ArrowRight')
    await expect(node(page, 'sum')).toHaveClass(/selected/)
    await page.keyboard.press('Control+a')
    await expect(selected(page)).toHaveCount(5)
    await page.keyboard.press('Escape')
    await expect(selected(page)).toHaveCount(0)
  })
})
