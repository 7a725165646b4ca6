/** The canvas by fingers: one pans, drags, connects; a tap selects. */
import { type CDPSession, expect, type Page } from '@playwright/test'
import { canvasPoint, middle, node, openExample, type Point, port, showAll, wires } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.use({ hasTouch: true })

test.beforeEach(async ({ page }) => {
  screen = undefined
  await openProgram(page)
  await page.keyboard.press('Control+Alt+3')
  await openExample(page, '(x + y)')
  await showAll(page)
})

const STEPS = 6

let screen: CDPSession | undefined

/** Fingers that go from one place to another, all at once. */
async function fingers(page: Page, paths: readonly (readonly [Point, Point])[]): Promise<void> {
  screen ??= await page.context().newCDPSession(page)
  const touch = screen
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: object[]) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: touchPoints as never })
  const at = (share: number) =>
    paths.map(([a, b], id) => ({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share, id: id + 1 }))
  for (let down = 1; down <= paths.length; down++) await send('touchStart', at(0).slice(0, down))
  for (let i = 1; i <= STEPS; i++) await send('touchMove', at(i / STEPS))
  await send('touchEnd', [])
}

const view = (page: Page) =>
  page.evaluate(() => {
    const { transform } = getComputedStyle(document.querySelector('.react-flow__viewport') as Element)
    const [zoom = 0, , , , x = 0, y = 0] = (transform.match(/[-\d.]+/g) ?? []).map(Number)
    return { zoom, x, y }
  })

test('one finger pans and selects nothing', async ({ page }) => {
  const before = await view(page)
  const at = await canvasPoint(page, 320, 440)
  await fingers(page, [[at, { x: at.x + 60, y: at.y - 40 }]])
  await expect.poll(async () => Math.round((await view(page)).x - before.x)).toBe(60)
  await expect(page.locator('.react-flow__selection')).toHaveCount(0)
})

test('a finger drags cards, pulls wires and takes operators from the palette', async ({ page }) => {
  const card = await middle(node(page, 'x'))
  await fingers(page, [[card, { x: card.x, y: card.y - 60 }]])
  await expect.poll(async () => Math.round((await middle(node(page, 'x'))).y - card.y)).toBeLessThan(-50)
  await fingers(page, [[await middle(port(page, 'z', 'out')), await middle(port(page, 'sum', 'a'))]])
  await expect(page.locator('[aria-label="Edge from z to sum"]')).toHaveCount(1)
  await expect(wires(page)).toHaveCount(4)
  const entry = page.locator('.palette-item[data-op="Parameter"]')
  await fingers(page, [[await middle(entry), await canvasPoint(page, 300, 60)]])
  await expect(page.locator('.react-flow__node')).toHaveCount(6)
})

test('a tap selects', async ({ page }) => {
  const card = await middle(node(page, 'y'))
  await fingers(page, [[card, card]])
  await expect(node(page, 'y')).toHaveClass(/selected/)
})

test('two fingers zoom about the place between them', async ({ page }) => {
  const before = await view(page)
  const at = await canvasPoint(page, 320, 440)
  await fingers(page, [
    [
      { x: at.x - 30, y: at.y },
      { x: at.x - 90, y: at.y }
    ],
    [
      { x: at.x + 30, y: at.y },
      { x: at.x + 90, y: at.y }
    ]
  ])
  await expect.poll(async () => (await view(page)).zoom).toBeGreaterThan(before.zoom * 1.5)
  await expect(page.locator('.react-flow__node.selected')).toHaveCount(0)
})

test('a pen drags a card, in one step', async ({ page }) => {
  const cdp = await page.context().newCDPSession(page)
  const from = await middle(node(page, 'z'))
  const pen = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', dy: number) =>
    cdp.send('Input.dispatchMouseEvent', {
      type,
      x: from.x,
      y: from.y + dy,
      button: 'left',
      buttons: type === 'mouseReleased' ? 0 : 1,
      clickCount: 1,
      pointerType: 'pen'
    })
  await pen('mousePressed', 0)
  for (const dy of [10, 25, 40]) await pen('mouseMoved', dy)
  await pen('mouseReleased', 40)
  await expect.poll(async () => Math.round((await middle(node(page, 'z'))).y - from.y)).toBe(40)
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect.poll(async () => Math.round((await middle(node(page, 'z'))).y - from.y)).toBe(0)
})
