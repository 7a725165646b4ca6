import { expect } from '@playwright/test'
import { canvasPoint, dragTo, middle, node, openExample, showAll } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await page.keyboard.press('Control+Alt+3')
  await openExample(page, '(x + y)')
  await showAll(page)
})

test('N adds a note at the pointer; Markdown, LaTeX, no HTML; Escape ends it; two undo steps', async ({ page }) => {
  const at = await canvasPoint(page, 120, 480)
  await page.mouse.move(at.x, at.y)
  await page.keyboard.press('n')
  await expect(page.getByRole('textbox', { name: 'Text of the note' })).toBeFocused()
  await page.keyboard.type('**bold** $W_1$ <b>plain</b>')
  await page.keyboard.press('Escape')
  const note = node(page, 'note')
  await expect(note).toBeFocused()
  await expect(note.locator('strong')).toHaveText('bold')
  await expect(note.locator('.katex')).toHaveCount(1)
  await expect(note).toContainText('<b>plain</b>')
  await page.keyboard.press('Control+z')
  await expect(note).toContainText('Empty note')
  await page.keyboard.press('Control+z')
  await expect(note).toHaveCount(0)
})

test('a note is edited by F2 and by double-click, coloured, sized by its border and by the inspector', async ({
  page
}) => {
  const at = await canvasPoint(page, 560, 560)
  await page.mouse.move(at.x, at.y)
  await page.keyboard.press('n')
  await page.keyboard.type('first')
  await page.keyboard.press('Control+Enter')
  const note = node(page, 'note')
  await page.keyboard.press('F2')
  await page.keyboard.press('End')
  await page.keyboard.type(' second')
  await page.keyboard.press('Escape')
  await expect(note).toContainText('first second')
  await note.dblclick()
  await page.keyboard.type('!')
  await page.mouse.click(at.x - 400, at.y + 60)
  await expect(note).toContainText('first second!')
  await note.click()
  await page.getByRole('menuitem', { name: 'Structure' }).click()
  await page.getByRole('menuitem', { name: 'Note colour' }).click()
  await page.getByRole('menuitem', { name: 'Green' }).click()
  await expect(note.locator('[data-colour="green"]')).toHaveCount(1)

  const before = await note.boundingBox()
  const corner = note.locator('.react-flow__resize-control.handle.bottom.right')
  const from = await middle(corner)
  await dragTo(page, from, { x: from.x + 80, y: from.y + 40 })
  const after = await note.boundingBox()
  expect((after?.width ?? 0) - (before?.width ?? 0)).toBeGreaterThan(60)
  await page.getByLabel('Width', { exact: true }).fill('300')
  await page.keyboard.press('Enter')
  await page.getByLabel('Width', { exact: true }).fill('3')
  await page.keyboard.press('Enter')
  await expect(page.getByText('At least 120')).toBeVisible()
  await page.keyboard.press('Escape')
})

test('note and frame by mouse: the menu Structure, each one step', async ({ page }) => {
  const choose = async (entry: RegExp) => {
    await page.getByRole('menuitem', { name: 'Structure' }).click()
    await page.getByRole('menuitem', { name: entry }).click()
  }
  await choose(/^Add a note/)
  await page.keyboard.type('by mouse')
  await page.locator('.react-flow__pane').click({ position: { x: 4, y: 4 } })
  await expect(node(page, 'note')).toContainText('by mouse')
  await node(page, 'x').click()
  await choose(/^Frame the selection/)
  await page.keyboard.press('Enter')
  await expect(node(page, 'frame')).toBeVisible()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect(node(page, 'frame')).toHaveCount(0)
})

test('F frames the selection; what lies in a frame moves with it, in one step', async ({ page }) => {
  await node(page, 'x').click()
  await node(page, 'y').click({ modifiers: ['Shift'] })
  await page.keyboard.press('f')
  await page.keyboard.type('Inputs')
  await page.keyboard.press('Enter')
  const frame = node(page, 'frame')
  await expect(frame).toContainText('Inputs')
  const [x, y, z] = [await middle(node(page, 'x')), await middle(node(page, 'y')), await middle(node(page, 'z'))]
  const title = await middle(frame.locator('.frame-title'))
  await dragTo(page, title, { x: title.x + 30, y: title.y - 60 })
  for (const [id, from] of [
    ['x', x],
    ['y', y]
  ] as const) {
    const to = await middle(node(page, id))
    expect(Math.abs(to.x - from.x - 30)).toBeLessThan(3)
    expect(Math.abs(to.y - from.y + 60)).toBeLessThan(3)
  }
  expect(await middle(node(page, 'z'))).toEqual(z)
  await page.keyboard.press('Control+z')
  expect(Math.abs((await middle(node(page, 'x'))).x - x.x)).toBeLessThan(1)
  // by keys as well
  await frame.focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+ArrowRight')
  await page.waitForTimeout(900)
  expect((await middle(node(page, 'x'))).x).toBeGreaterThan(x.x + 3)
  await frame.click({ position: { x: 12, y: 12 } })
  await page.keyboard.press('Delete')
  await expect(frame).toHaveCount(0)
  await expect(node(page, 'x')).toBeVisible()
})
