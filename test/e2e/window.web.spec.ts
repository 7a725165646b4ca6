/** The window around the graph: panels, sharp screens, less motion, a part that fails, a second window. */
import { expect, type Page } from '@playwright/test'
import { dragTo, middle, node, openExample, showAll, wires } from './canvas.ts'
import { openProgram, test } from './program.ts'

const inspector = (page: Page) => page.locator('[data-inspector]')
const width = async (page: Page) => Math.round((await inspector(page).boundingBox())?.width ?? 0)

test('without its data a graph has dashed wires, and the sums of what a step takes', async ({ page }) => {
  await openProgram(page)
  await showAll(page)
  const dashes = await page.locator('.wire').evaluateAll((all) => all.map((w) => getComputedStyle(w).strokeDasharray))
  expect(dashes.length).toBe(4)
  expect(dashes).not.toContain('none')
  await expect(inspector(page)).toContainText('407,050')
  // 2 · (784 · 512 + 512 · 10) products and sums, and the biases, for each of B examples
  await expect(inspector(page)).toContainText('814 kFLOPs · B')
  await expect(inspector(page)).toContainText('9.4 kB · B + 1.63 MB')
  await openExample(page, '(x + y)')
  await expect(page.locator('.wire[data-empty]')).toHaveCount(0)
})

test('panels are sized by mouse and by keys, and are so at the next start', async ({ page }) => {
  await openProgram(page)
  const border = page.getByRole('separator').last()
  const before = await width(page)
  const at = await middle(border)
  await dragTo(page, at, { x: at.x - 60, y: at.y })
  await expect.poll(() => width(page)).toBe(before + 60)
  await border.focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => width(page)).toBeLessThan(before + 60)
  const chosen = await width(page)
  await page.keyboard.press('Control+Alt+1')
  await page.reload()
  await expect(page.locator('.react-flow__node')).not.toHaveCount(0)
  await expect.poll(() => width(page)).toBe(chosen)
  const palette = async () => (await page.locator('.palette').boundingBox())?.width
  expect(await palette()).toBe(0)
  await page.keyboard.press('Control+Alt+1')
  await expect.poll(palette).toBeGreaterThan(150)
})

test('a part that fails takes no other down, and comes back with the next edit', async ({ page }) => {
  await openProgram(page)
  await openExample(page, '(x + y)')
  await showAll(page)
  // whatever breaks while it is drawn: here what the inspector counts
  const counts = (broken: boolean) =>
    page.evaluate((breaks) => {
      const type = Intl.NumberFormat.prototype as unknown as Record<string, PropertyDescriptor>
      type.kept ??= Object.getOwnPropertyDescriptor(type, 'format') as PropertyDescriptor
      const get = () => {
        throw new Error('a broken part')
      }
      Object.defineProperty(type, 'format', breaks ? { configurable: true, get } : type.kept)
    }, broken)
  await node(page, 'x').click()
  await expect(inspector(page)).toBeVisible()
  await counts(true)
  await page.keyboard.press('Escape')
  const alert = inspectorSide(page).getByRole('alert')
  await expect(alert).toContainText('a broken part')
  await expect(wires(page)).toHaveCount(4)
  await expect(alert.getByRole('button', { name: 'Save' })).toBeVisible()
  await counts(false)
  await node(page, 'x').click()
  await page.keyboard.press('Delete')
  await expect(wires(page)).toHaveCount(3)
  await expect(alert).toHaveCount(0)
  await expect(inspector(page)).toBeVisible()
})

const inspectorSide = (page: Page) => page.getByRole('region', { name: 'Inspector' })

test('what is copied in one window is pasted in another', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await openProgram(page)
  await openExample(page, '(x + y)')
  await page.locator('.react-flow__node').first().focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  const other = await context.newPage()
  await openProgram(other)
  await other.keyboard.press('Control+Alt+n')
  await expect(other.locator('.react-flow__node')).toHaveCount(0)
  await other.locator('.canvas').focus()
  await other.keyboard.press('Control+v')
  await expect(other.locator('.react-flow__node')).toHaveCount(5)
  await expect(wires(other)).toHaveCount(4)
})

test.describe('a sharp screen, less motion', () => {
  test.use({ deviceScaleFactor: 2, reducedMotion: 'reduce' } as object)

  test('curves are drawn in the pixels of the screen; nothing moves by itself', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await openProgram(page)
    await openExample(page, 'Spiral')
    await showAll(page)
    await page.keyboard.press('Control+Shift+Enter')
    await expect(page.locator('.outcome')).toBeVisible({ timeout: 20_000 })
    const chart = page.locator('.u-wrap canvas')
    expect(await chart.evaluate((c) => (c as HTMLCanvasElement).width / c.getBoundingClientRect().width)).toBeCloseTo(2)
    // the view is there at once
    const zoom = () =>
      page.locator('.react-flow__viewport').evaluate((v) => new DOMMatrix(getComputedStyle(v).transform).a)
    await node(page, 'loss').click()
    const before = await zoom()
    const after = await page.evaluate(async () => {
      document.dispatchEvent(new KeyboardEvent('keydown', { key: '@', code: 'Digit2', shiftKey: true, bubbles: true }))
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      return new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport') as Element).transform).a
    })
    expect(after).toBeGreaterThan(before * 1.2)
    await expect.poll(zoom).toBeCloseTo(after, 5)
    await page.keyboard.press('F10')
    await expect(page.locator('.step-flow').first()).toBeAttached()
    const moving = await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length)
    expect(moving).toBe(0)
  })
})
