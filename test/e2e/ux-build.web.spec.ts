/** UX.md, building: rows "add a node" to "take a node out", each by mouse and by keyboard, each one undo step. */
import { expect } from '@playwright/test'
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
  await openProgram(page)
  // room for the graph
  await page.keyboard.press('Control+Alt+3')
  await newGraph(page)
})

test.describe('add a node', () => {
  test('by mouse: from the palette, by a double click, by the menu', async ({ page }) => {
    await place(page, 'Parameter', 120, 90)
    await expect(node(page, 'w')).toBeVisible()
    const at = await canvasPoint(page, 400, 90)
    await page.mouse.dblclick(at.x, at.y)
    await page.keyboard.type('relu')
    await page.keyboard.press('Enter')
    await expect(node(page, 'relu')).toBeVisible()
    await page.mouse.click(at.x, at.y + 150, { button: 'right' })
    await page.getByRole('menuitem', { name: 'Add an operator…' }).click()
    await page.keyboard.type('tanh')
    await page.keyboard.press('Enter')
    await expect(node(page, 'tanh')).toBeVisible()
    for (const left of [2, 1, 0]) {
      await undo(page)
      await expect(page.locator('.react-flow__node')).toHaveCount(left)
    }
  })

  test('by keys: Tab on the canvas, Shift+A, the palette of commands', async ({ page }) => {
    const at = await canvasPoint(page, 300, 200)
    await page.mouse.click(at.x, at.y)
    await page.keyboard.press('Tab')
    await page.keyboard.type('parameter')
    await page.keyboard.press('Enter')
    await expect(node(page, 'w')).toBeFocused()
    await page.keyboard.press('Shift+A')
    await page.keyboard.type('tanh')
    await page.keyboard.press('Enter')
    await expect(node(page, 'tanh')).toBeFocused()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('softplus')
    await page.keyboard.press('Enter')
    await expect(page.locator('.react-flow__node')).toHaveCount(3)
    await expect(page.getByRole('status').filter({ hasText: 'added as' })).toBeAttached()
  })
})

test.describe('add from a wire', () => {
  test.beforeEach(async ({ page }) => {
    await place(page, 'Parameter', 120, 90)
    await page.getByLabel('shape', { exact: true }).fill('3, 4')
    await page.keyboard.press('Enter')
  })

  test('by mouse: let go on the empty canvas, only what fits is listed, one step', async ({ page }) => {
    await dragTo(page, await middle(port(page, 'w', 'out')), await canvasPoint(page, 420, 200))
    await expect(page.getByRole('option', { name: /^Convolution layer/ })).toHaveCount(0)
    await page.getByPlaceholder('Search what fits this wire…').fill('matmul')
    await page.keyboard.press('Enter')
    await expect(wires(page)).toHaveCount(1)
    await undo(page)
    await expect(page.locator('.react-flow__node')).toHaveCount(1)
    await expect(wires(page)).toHaveCount(0)
  })

  test('by keys: a node added beside one is wired by Alt, Shift and an arrow', async ({ page }) => {
    await node(page, 'w').focus()
    await page.keyboard.press('Shift+A')
    await page.keyboard.type('relu')
    await page.keyboard.press('Enter')
    await expect(node(page, 'relu')).toBeFocused()
    for (let i = 0; i < 25; i++) await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Alt+Shift+ArrowLeft')
    await expect(wires(page)).toHaveCount(1)
  })
})

test.describe('connect', () => {
  test.beforeEach(async ({ page }) => {
    await place(page, 'Parameter', 120, 90)
    await place(page, 'Add', 480, 120)
  })

  test('by mouse: either way, by two clicks, and on the body of a card', async ({ page }) => {
    await dragTo(page, await middle(port(page, 'add', 'b')), await middle(port(page, 'w', 'out')))
    await expect(wires(page)).toHaveCount(1)
    await undo(page)
    await port(page, 'w', 'out').click()
    await port(page, 'add', 'a').click()
    await expect(wires(page)).toHaveCount(1)
    // the first free port that fits
    await dragTo(page, await middle(port(page, 'w', 'out')), await middle(node(page, 'add')))
    await expect(wires(page)).toHaveCount(2)
    await undo(page)
    await expect(wires(page)).toHaveCount(1)
  })

  test('by mouse: a wire snaps to the port that is near', async ({ page }) => {
    const to = await middle(port(page, 'add', 'a'))
    await dragTo(page, await middle(port(page, 'w', 'out')), { x: to.x - 18, y: to.y - 6 })
    await expect(wires(page)).toHaveCount(1)
  })

  test('by keys: Alt, Shift and an arrow, said aloud', async ({ page }) => {
    await node(page, 'w').focus()
    await page.keyboard.press('Alt+Shift+ArrowRight')
    await expect(wires(page)).toHaveCount(1)
    await expect(page.getByText('w connected to Add, input a')).toBeAttached()
  })
})

test.describe('a wire that does not fit', () => {
  test.beforeEach(async ({ page }) => {
    for (const [i, shape] of ['3, 4', '5, 4'].entries()) {
      await place(page, 'Parameter', 120, 80 + 140 * i)
      await page.getByLabel('shape', { exact: true }).fill(shape)
      await page.keyboard.press('Enter')
    }
    await place(page, 'MatMul', 460, 150)
    await connect(page, 'w', 'matmul', 'a')
  })

  test('by mouse: the reason and the fix at the pointer; one click mends it, one step takes it back', async ({
    page
  }) => {
    await dragTo(page, await middle(port(page, 'w2', 'out')), await middle(port(page, 'matmul', 'b')), false)
    const hint = page.getByTestId('connection-hint')
    await expect(hint).toContainText('inner dimensions 4 and 5 differ')
    await expect(hint).toContainText('Insert Transpose before b: [5, 4] → [4, 5]')
    await page.mouse.up()
    const offer = page.getByRole('dialog', { name: 'Fixes' })
    await offer.getByRole('button', { name: /Insert Transpose/ }).click()
    await expect(node(page, 'transpose')).toBeVisible()
    await expect(page.locator('.status-problems')).toContainText('No problems')
    await undo(page)
    await expect(node(page, 'transpose')).toHaveCount(0)
    await expect(wires(page)).toHaveCount(2)
    await expect(page.locator('.status-problems')).toContainText('1 error')
  })

  test('by mouse: from the list of problems', async ({ page }) => {
    await connect(page, 'w2', 'matmul', 'b')
    await page.keyboard.press('Escape')
    await page.locator('.status-problems').click()
    await page.locator('.problem-list').getByRole('button', { name: 'Set shape of w2 to [4, 4]' }).click()
    await expect(page.locator('.status-problems')).toContainText('No problems')
  })

  test('by keys: the fixes have the focus, arrows choose, Enter takes one; Alt+Enter asks later', async ({ page }) => {
    await node(page, 'w2').focus()
    await page.keyboard.press('Alt+Shift+ArrowRight')
    const fix = page.getByRole('dialog', { name: 'Fixes' }).getByRole('button')
    await expect(fix.first()).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(fix.nth(1)).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(fix).toHaveCount(0)
    await expect(node(page, 'matmul')).toBeFocused()
    await page.keyboard.press('Alt+Enter')
    await expect(fix.first()).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.locator('.status-problems')).toContainText('No problems')
    await expect(page.getByText('Done: Insert Transpose')).toBeAttached()
  })
})

test.describe('insert on an edge', () => {
  test.beforeEach(async ({ page }) => {
    await place(page, 'Parameter', 110, 100)
    await place(page, 'Sigmoid', 560, 100)
    await connect(page, 'w', 'sigmoid', 'x')
  })

  const onWire = async (page: Parameters<typeof node>[0]) => {
    const [a, b] = [await middle(port(page, 'w', 'out')), await middle(port(page, 'sigmoid', 'x'))]
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
  }

  test('by mouse: a card, and an operator of the palette; the wire lights up', async ({ page }) => {
    await place(page, 'Relu', 330, 260)
    await dragTo(page, await middle(node(page, 'relu')), await onWire(page), false)
    await expect(page.locator('.wire[data-target]')).toHaveCount(1)
    await page.mouse.up()
    await expect(wires(page)).toHaveCount(2)
    await undo(page)
    await expect(wires(page)).toHaveCount(1)
    await undo(page)
    const entry = page.locator('.palette-item[data-op="Tanh"]')
    await entry.scrollIntoViewIfNeeded()
    await dragTo(page, await middle(entry), await onWire(page), false)
    await expect(page.locator('.wire[data-target]')).toHaveCount(1)
    await page.mouse.up()
    await expect(wires(page)).toHaveCount(2)
    await undo(page)
    await expect(wires(page)).toHaveCount(1)
    await expect(node(page, 'tanh')).toHaveCount(0)
  })

  test('by keys: onto the wire by Alt and an arrow, Shift+A inserts', async ({ page }) => {
    await node(page, 'w').focus()
    await page.keyboard.press('Alt+ArrowRight')
    await expect.poll(() => focused(page)).toBe('e1')
    await page.keyboard.press('Shift+A')
    await page.keyboard.type('tanh')
    await page.keyboard.press('Enter')
    await expect(wires(page)).toHaveCount(2)
    await expect(node(page, 'tanh')).toBeFocused()
    await undo(page)
    await expect(wires(page)).toHaveCount(1)
    await expect(node(page, 'tanh')).toHaveCount(0)
  })
})

test.describe('take a node out', () => {
  test.beforeEach(async ({ page }) => {
    await openExample(page, '(x + y)', true)
    await showAll(page)
  })

  test('by mouse: the menu deletes and reconnects, in one step', async ({ page }) => {
    await node(page, 'sum').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Delete and reconnect' }).click()
    await expect(node(page, 'sum')).toHaveCount(0)
    await expect(wires(page)).toHaveCount(2)
    await undo(page)
    await expect(wires(page)).toHaveCount(4)
  })

  test('by keys: Ctrl+Delete', async ({ page }) => {
    await node(page, 'sum').focus()
    await page.keyboard.press(' ')
    await page.keyboard.press('Control+Delete')
    await expect(wires(page)).toHaveCount(2)
    await page.keyboard.press('Control+z')
    await expect(wires(page)).toHaveCount(4)
  })
})
