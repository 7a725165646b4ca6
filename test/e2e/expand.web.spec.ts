import { expect, type Page } from '@playwright/test'
import { node, openExample, showAll } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(({ page }) => openProgram(page))

const loss = (page: Page) => page.locator('.statusbar b.numbers').first()
const ids = (page: Page): Promise<(string | undefined)[]> =>
  page.locator('.react-flow__node').evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.id))

/** Where a wire begins. */
const startOf = async (page: Page, edge: string): Promise<number[]> => {
  const drawn = (await page.locator(`.react-flow__edge[data-id="${edge}"] .wire`).first().getAttribute('d')) ?? ''
  return [...drawn.matchAll(/-?\d+(?:\.\d+)?/g)].slice(0, 2).map(([number]) => Number(number))
}

test('by mouse: a layer opens into its parts and closes over them, the loss stays, undo makes it whole', async ({
  page
}) => {
  await openExample(page, 'Spiral')
  await showAll(page)
  await expect(loss(page)).toHaveText(/\d\.\d{3}/)
  const before = (await loss(page).textContent()) as string
  const start = await startOf(page, 'e3')
  await node(page, 'hidden').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Expand into parts' }).click()
  await expect(node(page, 'hidden.activation')).toBeVisible()
  expect(await ids(page)).toEqual(
    expect.arrayContaining(['hidden.kernel', 'hidden.bias', 'hidden.matmul', 'hidden.add', 'hidden.activation'])
  )
  await expect(loss(page)).toHaveText(before)

  await page.keyboard.press('Escape')
  await expect(node(page, 'hidden')).toBeVisible()
  await expect(node(page, 'hidden.add')).toHaveCount(0)
  // the cards were shown anew, from where the parts were looked at: wires still begin at their handles
  const again = await startOf(page, 'e3')
  expect(start.map((at, i) => Math.abs(at - (again[i] as number)) < 1)).toEqual([true, true])

  await node(page, 'loss').click()
  await page.locator('[data-inspector]').getByRole('button', { name: 'Expand into parts' }).click()
  await expect(node(page, 'loss.mean')).toBeVisible()
  await expect(page.locator('.statusbar')).toContainText('loss.mean')
  await expect(loss(page)).toHaveText(before)

  await page.keyboard.press('Control+z')
  await expect(node(page, 'loss')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(node(page, 'hidden')).toContainText('Dense')
  expect((await ids(page)).sort()).toEqual(['data', 'hidden', 'loss', 'scores'])
})

test('by keyboard: what was opened is said, and has the focus; no card covers another', async ({ page }) => {
  await openExample(page, 'Spiral')
  await node(page, 'hidden').focus()
  await page.keyboard.press('ArrowRight')
  await expect(node(page, 'scores')).toBeFocused()
  await page.keyboard.press('Alt+e')
  await expect(page.getByText('expanded into parts: 4 nodes')).toHaveCount(1)
  await expect(page.locator('.react-flow__node:focus')).toHaveAttribute('data-id', /^scores\./)
  const boxes = await page.locator('.react-flow__node').evaluateAll((cards) =>
    cards.map((card) => {
      const { left, top, right, bottom } = card.getBoundingClientRect()
      return { left, top, right, bottom }
    })
  )
  expect(boxes.length).toBeGreaterThan(4)
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      expect(a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom).toBe(true)
    }
  }
  await page.keyboard.press('Escape')
  await expect(node(page, 'scores')).toBeFocused()
})

test('what has no parts has no such entry; a layer without an input says why it stays', async ({ page }) => {
  await openExample(page, '(x + y) · z')
  await node(page, 'product').click({ button: 'right' })
  await expect(page.getByRole('menuitem', { name: 'Cut' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Expand into parts' })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('menuitem', { name: 'Cut' })).toHaveCount(0)

  await openExample(page, 'Spiral')
  await node(page, 'data').click()
  await page.keyboard.press('Delete')
  await node(page, 'hidden').click()
  await page.keyboard.press('Alt+e')
  await expect(page.locator('.toast')).toContainText('nothing is connected to input "x"')
  await expect(node(page, 'hidden')).toHaveCount(1)
})
