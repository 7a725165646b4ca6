/** A large graph: only what is near the window is in the page, and every gesture reaches the rest of it. */
import { expect, type Page } from '@playwright/test'
import { writeGraph } from '../../engine/document/file.ts'
import { rows } from '../bench/canvas/graphs.ts'
import { canvasPoint, dragTo, middle, node, showAll } from './canvas.ts'
import { openProgram, test } from './program.ts'

const graph = rows(300)

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await page.keyboard.press('Control+Alt+3')
  const transfer = await page.evaluateHandle((text) => {
    const made = new DataTransfer()
    made.items.add(new File([text], 'large.chainrule.json', { type: 'application/json' }))
    return made
  }, writeGraph(graph))
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
  await expect(page.locator('.document-name')).toContainText('300 nodes')
  await showAll(page)
})

const cards = (page: Page) => page.locator('.react-flow__node')

/** Finds a card, which brings it into the window. */
async function near(page: Page, id: string): Promise<void> {
  await page.keyboard.press('Control+f')
  await page.keyboard.type(id)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await expect(node(page, id).locator('.node-title')).toBeVisible()
}

test('few cards are in the page, from far as from near; a card far away is found', async ({ page }) => {
  expect(await cards(page).count()).toBeLessThan(20)
  await near(page, 'n2_3')
  await expect(node(page, 'n20_3')).toHaveCount(0)
  expect(await cards(page).count()).toBeLessThan(120)
  await near(page, 'n20_3')
  await expect(node(page, 'n2_3')).toHaveCount(0)
})

test('a rectangle around all selects all, though few are in the page', async ({ page }) => {
  const { width, height } = (await page.locator('.react-flow').boundingBox()) ?? { width: 0, height: 0 }
  await dragTo(page, await canvasPoint(page, 14, 14), await canvasPoint(page, width - 14, height - 14))
  await page.keyboard.press('Delete')
  await expect(page.locator('.empty-title')).toBeVisible()
})

test('what is selected moves with the card that is dragged, and a click leaves nothing else selected', async ({
  page
}) => {
  const left = (id: string) => node(page, id).evaluate((card) => Number.parseFloat((card as HTMLElement).style.left))
  const before = graph.nodes.find(({ id }) => id === 'n20_3')?.position.x ?? 0
  await near(page, 'n2_3')
  await page.keyboard.press('Control+a')
  const [from, at] = [await left('n2_3'), await middle(node(page, 'n2_3'))]
  await dragTo(page, at, { x: at.x + 60, y: at.y + 20 })
  const by = (await left('n2_3')) - from
  expect(by).toBeGreaterThan(20)
  await near(page, 'n20_3')
  await expect.poll(() => left('n20_3')).toBe(before + by)
  await page.keyboard.press('Control+a')
  const { x, y } = await middle(node(page, 'n20_3'))
  await page.mouse.click(x, y + 46)
  await page.keyboard.press('Delete')
  await expect(node(page, 'n20_3')).toBeVisible()
  await near(page, 'n2_3')
})

test('a card that is only drawn is taken hold of by a press that no pointer announced', async ({ page }) => {
  const place = graph.nodes.find(({ id }) => id === 'n10_3')?.position ?? { x: 0, y: 0 }
  await expect(node(page, 'n10_3')).toHaveCount(0)
  await page.evaluate(({ x, y }) => {
    const canvas = (document.querySelector('.react-flow') as Element).getBoundingClientRect()
    const {
      a: zoom,
      e,
      f
    } = new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport') as Element).transform)
    const at = { clientX: canvas.x + e + (x + 70) * zoom, clientY: canvas.y + f + (y + 25) * zoom }
    const pressed = document.elementFromPoint(at.clientX, at.clientY) as Element
    const all = { bubbles: true, cancelable: true, view: window, button: 0, isPrimary: true }
    const to = { clientX: at.clientX + 50, clientY: at.clientY + 30 }
    pressed.dispatchEvent(new PointerEvent('pointerdown', { ...all, ...at, buttons: 1, pointerType: 'mouse' }))
    pressed.dispatchEvent(new MouseEvent('mousedown', { ...all, ...at, buttons: 1 }))
    for (const by of [0.5, 1])
      window.dispatchEvent(
        new MouseEvent('mousemove', {
          ...all,
          clientX: at.clientX + 50 * by,
          clientY: at.clientY + 30 * by,
          buttons: 1
        })
      )
    window.dispatchEvent(new MouseEvent('mouseup', { ...all, ...to }))
  }, place)
  await expect(page.locator('[data-inspector]')).toContainText('n10')
  await near(page, 'n10_3')
  const left = await node(page, 'n10_3').evaluate((card) => Number.parseFloat((card as HTMLElement).style.left))
  expect(left).toBeGreaterThan(place.x + 100)
})

test('a large graph is laid out beside what goes on: an edit meanwhile is kept, and said to be the reason', async ({
  page
}) => {
  const undo = page.getByRole('button', { name: 'Undo', exact: true })
  const place = (id: string) =>
    node(page, id).evaluate((card) => [(card as HTMLElement).style.left, (card as HTMLElement).style.top].join())
  await near(page, 'n2_3')
  const before = await place('n2_3')
  await page.keyboard.press('Control+Shift+l')
  await page.keyboard.press('Delete')
  await expect(page.locator('.toast').filter({ hasText: 'changed while it was laid out' })).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(undo).toBeDisabled()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Shift+l')
  await expect(undo).toBeEnabled({ timeout: 30_000 })
  await near(page, 'n2_3')
  expect(await place('n2_3')).not.toBe(before)
})
