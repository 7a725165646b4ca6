/** What the specs of the canvas do with it, as a person does: by pointer and by keys. */
import { expect, type Locator, type Page } from '@playwright/test'

export const node = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`)

export const port = (page: Page, id: string, handle: string): Locator =>
  page.locator(`.react-flow__handle[data-nodeid="${id}"][data-handleid="${handle}"]`)

export const label = (page: Page, edge: string, which: 'value' | 'gradient'): Locator =>
  page.locator(`.wire-label[data-edge="${edge}"][data-which="${which}"]`)

export const wires = (page: Page): Locator => page.locator('.react-flow__edge')

export interface Point {
  readonly x: number
  readonly y: number
}

export async function middle(locator: Locator): Promise<Point> {
  const box = await locator.boundingBox()
  if (!box) throw new Error('not on screen')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** A point of the canvas, from its upper left corner. */
export async function canvasPoint(page: Page, x: number, y: number): Promise<Point> {
  const box = await page.locator('.react-flow').boundingBox()
  if (!box) throw new Error('no canvas')
  return { x: box.x + x, y: box.y + y }
}

export async function dragTo(page: Page, from: Point, to: Point, release = true): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 })
  await page.mouse.move(to.x, to.y, { steps: 4 })
  if (release) await page.mouse.up()
}

export async function newGraph(page: Page): Promise<void> {
  await page.keyboard.press('Control+Alt+n')
  await expect(page.locator('.react-flow__node')).toHaveCount(0)
}

/** `discards` what was not saved before. */
export async function openExample(page: Page, name: string, discards = false): Promise<void> {
  // keys are heard when the program is there
  await expect(page.locator('.react-flow__pane')).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill(name)
  await page.getByRole('option', { name }).first().press('Enter')
  await page.keyboard.press('Enter')
  if (discards)
    await page
      .getByRole('button', { name: 'Don’t save' })
      .click({ timeout: 1000 })
      .catch(() => {})
  await expect(page.locator('.document-name')).toContainText(name)
}

/** From the palette by mouse; a palette that is searched shows one entry. */
export async function place(page: Page, op: string, x: number, y: number): Promise<void> {
  const entry = page.locator(`.palette-item[data-op="${op}"]`)
  await entry.scrollIntoViewIfNeeded()
  await dragTo(page, await middle(entry), await canvasPoint(page, x, y))
}

export async function connect(page: Page, from: string, to: string, handle: string): Promise<void> {
  await dragTo(page, await middle(port(page, from, 'out')), await middle(port(page, to, handle)))
}

/** Moves the view so that the whole graph is in it, and waits until it stands still. */
export async function showAll(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show the whole graph' }).click()
  const view = () => page.locator('.react-flow__viewport').getAttribute('style')
  // on a busy machine a movement of 200 ms takes longer
  await page.waitForTimeout(250)
  for (let before = ''; before !== (await view()); await page.waitForTimeout(100)) before = (await view()) ?? ''
}

/** One step back, wherever the focus is. */
export async function undo(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
}

/** The id of the node or the wire that has the focus. */
export const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('data-id') ?? null)

/** A file that is dropped on the window. */
export async function dropFile(page: Page, content: string | Buffer, name = 'dropped.chainrule.json'): Promise<void> {
  await page.evaluate(
    ({ base64, as }) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
      const transfer = new DataTransfer()
      transfer.items.add(new File([bytes], as))
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
    },
    { base64: Buffer.from(content).toString('base64'), as: name }
  )
}
