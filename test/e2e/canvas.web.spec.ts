import { expect } from '@playwright/test'
import {
  canvasPoint,
  connect,
  dragTo,
  label,
  middle,
  newGraph,
  node,
  openExample,
  place,
  port,
  showAll,
  wires
} from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  // room for the graph
  await page.keyboard.press('Control+Alt+3')
})

test('builds (x + y) · z by mouse and reads its gradients', async ({ page }) => {
  await newGraph(page)
  await place(page, 'Parameter', 110, 80)
  for (const [i, value] of ['-2', '5', '-4'].entries()) {
    if (i > 0) await place(page, 'Parameter', 110, 80 + 130 * i)
    await page.getByLabel('values', { exact: true }).fill(value)
    await page.keyboard.press('Enter')
  }
  await place(page, 'Add', 360, 130)
  await place(page, 'Mul', 600, 220)
  await connect(page, 'w', 'add', 'a')
  await connect(page, 'w2', 'add', 'b')
  await connect(page, 'add', 'mul', 'a')
  await connect(page, 'w3', 'mul', 'b')
  await expect(wires(page)).toHaveCount(4)
  await node(page, 'mul').click()
  await page.getByRole('button', { name: 'Set as objective' }).click()
  await expect(label(page, 'e1', 'gradient')).toContainText('-4')
  await expect(label(page, 'e2', 'gradient')).toContainText('-4')
  await expect(label(page, 'e3', 'gradient')).toContainText('-4')
  await expect(label(page, 'e4', 'gradient')).toContainText('3')
  await expect(label(page, 'e3', 'value')).toHaveText('3')
  await expect(node(page, 'mul')).toContainText('-12')
})

test('says why a wire does not fit while it is pulled', async ({ page }) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  // from the end of the graph back to an operator before it: a circle
  await dragTo(page, await middle(port(page, 'product', 'out')), await middle(port(page, 'sum', 'a')), false)
  await expect(page.getByTestId('connection-hint')).toContainText('circle')
  await page.mouse.up()
  await expect(wires(page)).toHaveCount(4)
})

test('shapes that do not fit are named while the wire is pulled', async ({ page }) => {
  await newGraph(page)
  await place(page, 'Parameter', 110, 80)
  await page.getByLabel('shape', { exact: true }).fill('3, 4')
  await page.keyboard.press('Enter')
  await place(page, 'Parameter', 110, 220)
  await page.getByLabel('shape', { exact: true }).fill('5, 2')
  await page.keyboard.press('Enter')
  await place(page, 'MatMul', 420, 150)
  await connect(page, 'w', 'matmul', 'a')
  await dragTo(page, await middle(port(page, 'w2', 'out')), await middle(port(page, 'matmul', 'b')), false)
  await expect(page.getByTestId('connection-hint')).toContainText('inner dimensions 4 and 5 differ')
  await page.mouse.up()
})

test('a node goes with its wires, and comes back, in one step', async ({ page }) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  await page.locator('.react-flow__node-op', { hasText: 'Add' }).click()
  await page.keyboard.press('Delete')
  await expect(wires(page)).toHaveCount(1)
  await page.keyboard.press('Control+z')
  await expect(wires(page)).toHaveCount(4)
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled()
})

test('a drag is one step', async ({ page }) => {
  await openExample(page, '(x + y)')
  await showAll(page)
  const card = node(page, 'x')
  const before = await middle(card)
  await dragTo(page, before, { x: before.x + 60, y: before.y + 40 })
  await expect.poll(async () => Math.abs((await middle(card)).x - before.x - 60)).toBeLessThan(2)
  await page.keyboard.press('Control+z')
  await expect.poll(async () => Math.abs((await middle(card)).x - before.x)).toBeLessThan(1)
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled()
})

test('a wire opens its tensor', async ({ page }) => {
  await openExample(page, 'Spiral')
  await showAll(page)
  await page.locator('.wire-label[data-which="gradient"]').first().click()
  const viewer = page.getByRole('dialog')
  await expect(viewer.getByRole('tab', { name: 'Gradient' })).toHaveAttribute('data-state', 'active')
  await expect(viewer.locator('canvas')).toBeVisible()
  const cell = await middle(viewer.locator('canvas'))
  await page.mouse.move(cell.x, cell.y)
  await expect(viewer.locator('output')).toContainText('=')
  await viewer.getByRole('button', { name: 'Numbers' }).click()
  await expect(viewer.locator('.grid-cell').first()).toBeVisible()
  await viewer.getByRole('button', { name: 'Close' }).click()
  await expect(viewer).toBeHidden()
})

test('a double click on the canvas searches; a wire let go there searches what fits', async ({ page }) => {
  await newGraph(page)
  const at = await canvasPoint(page, 200, 150)
  await page.mouse.dblclick(at.x, at.y)
  await page.getByPlaceholder('Search operators…').fill('param')
  await page.keyboard.press('Enter')
  await expect(node(page, 'w')).toBeVisible()
  await dragTo(page, await middle(port(page, 'w', 'out')), await canvasPoint(page, 420, 150))
  await page.getByPlaceholder('Search what fits this wire…').fill('relu')
  await page.keyboard.press('Enter')
  await expect(node(page, 'relu')).toBeVisible()
  await expect(wires(page)).toHaveCount(1)
})

test('a card dropped on a wire is led through', async ({ page }) => {
  await newGraph(page)
  await place(page, 'Parameter', 110, 100)
  await place(page, 'Sigmoid', 560, 100)
  await connect(page, 'w', 'sigmoid', 'x')
  await place(page, 'Relu', 330, 240)
  const card = node(page, 'relu')
  const from = await middle(card)
  await dragTo(page, from, { x: from.x, y: from.y - 140 })
  await expect(wires(page)).toHaveCount(2)
  await page.keyboard.press('Control+z')
  await expect(wires(page)).toHaveCount(1)
})

test('copies and pastes, with wires, as text', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await openExample(page, '(x + y)')
  await showAll(page)
  await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } })
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  await page.keyboard.press('Control+v')
  await expect(page.locator('.react-flow__node')).toHaveCount(10)
  await expect(wires(page)).toHaveCount(8)
  const text = await page.evaluate(() => navigator.clipboard.readText())
  expect(JSON.parse(text).format).toBe('chainrule-graph')
  await page.keyboard.press('Control+z')
  await expect(page.locator('.react-flow__node')).toHaveCount(5)
})

test('by keys alone: add, wire, move along wires, undo', async ({ page }) => {
  await newGraph(page)
  await page.locator('.canvas').focus()
  await page.keyboard.press('Shift+A')
  await page.keyboard.type('constant')
  await page.keyboard.press('Enter')
  await expect(node(page, 'c')).toBeFocused()
  await page.keyboard.press('Enter')
  await page.getByLabel('values', { exact: true }).fill('3')
  await page.keyboard.press('Enter')
  await node(page, 'c').focus()
  await page.keyboard.press('Shift+A')
  await page.keyboard.type('relu')
  await page.keyboard.press('Enter')
  await expect(node(page, 'relu')).toBeFocused()
  for (let i = 0; i < 25; i++) await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Alt+Shift+ArrowLeft')
  await expect(wires(page)).toHaveCount(1)
  await page.keyboard.press('ArrowLeft')
  await expect(node(page, 'c')).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(node(page, 'relu')).toBeFocused()
  await page.keyboard.press('Control+z')
  await expect(wires(page)).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(node(page, 'relu')).toHaveCount(0)
})

test('the end of a wire moves to another input, or lets go', async ({ page }) => {
  await newGraph(page)
  await place(page, 'Parameter', 110, 100)
  await place(page, 'Relu', 420, 60)
  await place(page, 'Sigmoid', 420, 200)
  await connect(page, 'w', 'relu', 'x')
  const grip = page.locator('.react-flow__edgeupdater-target')
  await dragTo(page, await middle(grip), await middle(port(page, 'sigmoid', 'x')))
  await expect(
    page
      .getByRole('group', { name: 'Edge from w to sigmoid' })
      .or(page.locator('[aria-label="Edge from w to sigmoid"]'))
  ).toHaveCount(1)
  await dragTo(page, await middle(grip), await canvasPoint(page, 250, 330))
  await expect(wires(page)).toHaveCount(0)
  await expect(page.getByPlaceholder('Search what fits this wire…')).toBeHidden()
})
