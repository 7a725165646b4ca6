/** Function plots: the curve with its secant, the surface with its paths, the boundary of a network that trains. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { node, openExample } from './canvas.ts'
import { openProgram, test } from './program.ts'

const panel = (page: Page) => page.getByRole('region', { name: 'Function plots' })
const fact = (page: Page, name: string) =>
  panel(page).locator('.plot-facts > div').filter({ hasText: name }).first().locator('dd')
const number = async (text: Promise<string>): Promise<number> => Number((await text).replace('−', '-'))
const field = (page: Page, name: string) => panel(page).getByLabel(name, { exact: true })

test.beforeEach(async ({ page }) => openProgram(page))

test('a secant becomes the tangent; an operator shows its own function; the numbers can be read', async ({ page }) => {
  await openExample(page, '(x + y)')
  await page.keyboard.press('Alt+p')
  // product = (x + y)·z over x, z = -4
  await expect(panel(page).locator('.curve-line')).toHaveCount(1)
  await expect(fact(page, 'Tangent')).toHaveText('-4')
  await openExample(page, 'A sigmoid neuron of gates')
  await expect(panel(page).getByRole('img', { name: /^f over w0\. At w0 = 2 it is 0\.7311/ })).toBeVisible()
  await expect(fact(page, 'Tangent')).toHaveText('-0.1966119')
  const step = panel(page).getByRole('slider', { name: 'Step' })
  const before = await number(fact(page, 'Error').innerText())
  await step.focus()
  for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowRight')
  await expect.poll(() => number(fact(page, 'Error').innerText())).toBeLessThan(before / 50)
  await panel(page).getByRole('radio', { name: 'x − h to x + h' }).click()
  await expect.poll(() => number(fact(page, 'Error').innerText())).toBeLessThan(before / 5000)
  await panel(page)
    .getByRole('region', { name: /arrow keys/ })
    .focus()
  await page.keyboard.press('ArrowRight')
  await expect(panel(page).locator('output')).toContainText('w0 = 2')
  await panel(page).getByRole('button', { name: 'Show as numbers' }).click()
  await expect(panel(page).getByRole('row')).toHaveCount(22)
  await panel(page).getByRole('button', { name: 'Show as numbers' }).click()
  await field(page, 'y: what is looked at').click()
  await page.getByRole('option', { name: 'z', exact: true }).click()
  // z over w0 is a line of slope x0
  await expect(fact(page, 'Tangent')).toHaveText('-1')
  expect((await new AxeBuilder({ page }).include('.plots').analyze()).violations).toEqual([])
  await node(page, 'neg').click()
  await page.getByRole('button', { name: 'Plot its function' }).click()
  await expect(panel(page)).toContainText('alone, apart from the graph')
  await expect(fact(page, 'Tangent')).toHaveText('-1')
  await page.getByRole('button', { name: 'Back to the training' }).click()
  await expect(panel(page)).toBeHidden()
})

test('four optimizers go from one start on the surface, which turns by the arrow keys', async ({ page }) => {
  await openExample(page, 'Linear regression')
  await page.keyboard.press('Alt+Shift+p')
  const paths = panel(page).locator('.plot .surface-path')
  await expect(paths).toHaveCount(4)
  const scrub = panel(page).getByRole('slider', { name: 'Step of the optimizers' })
  await scrub.focus()
  await page.keyboard.press('Home')
  await expect(panel(page)).toContainText('Step 0')
  // all stand where they start: at the loss of the weights
  const losses = panel(page).locator('.surface-optimizers tbody td.numbers')
  const first = await losses.first().innerText()
  await expect(losses).toHaveText([first, first, first, first])
  await page.keyboard.press('End')
  for (const loss of await losses.allInnerTexts()) expect(Number(loss)).toBeLessThan(Number(first) / 20)
  // a rate that is far too large runs away
  await field(page, 'Learning rate of SGD').fill('50')
  await page.keyboard.press('Enter')
  await expect(losses.first()).toHaveText(/∞|e\d/)
  await panel(page).getByRole('button', { name: 'SGD', exact: true }).click()
  await expect(paths).toHaveCount(3)
  // a click is another start
  await panel(page)
    .locator('svg.plot')
    .click({ position: { x: 90, y: 60 } })
  await expect(panel(page).getByRole('button', { name: 'Start from the weights' })).toBeVisible()
  await panel(page).getByRole('button', { name: 'From a side' }).click()
  const solid = panel(page).locator('canvas.surface-solid')
  const seen = () => solid.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
  await expect.poll(async () => (await seen()).length).toBeGreaterThan(3000)
  const straight = await seen()
  await solid.focus()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(seen).not.toBe(straight)
  await page.keyboard.press('Home')
  await expect.poll(seen).toBe(straight)
  await field(page, 'Axis x').click()
  await page.getByRole('option', { name: 'Random direction' }).click()
  await expect(panel(page).getByRole('img', { name: /loss over direction 1 and b/ })).toBeVisible()
})

test('the boundary changes while the network trains; each unit has its map', async ({ page }) => {
  await openExample(page, 'Spiral')
  await page.keyboard.press('Alt+Shift+b')
  await expect(panel(page).locator('.plane-point')).toHaveCount(303)
  await expect(panel(page).locator('.plane-tile')).toHaveCount(48)
  await expect(panel(page)).toContainText('52 more units')
  const map = panel(page).locator('image')
  await expect(map).toHaveAttribute('href', /^data:image\/png/)
  const seen = new Set<string | null>()
  await panel(page).getByRole('button', { name: 'Train', exact: true }).click()
  await expect
    .poll(
      async () => {
        seen.add(await map.getAttribute('href'))
        return seen.size
      },
      { timeout: 20_000 }
    )
    .toBeGreaterThan(1)
  await expect(panel(page)).toContainText(/Loss 0\.\d/)
  await expect(panel(page).getByRole('img', { name: '3 regions over the plane' })).toBeVisible()
  await panel(page).getByRole('button', { name: 'Dense · hidden[3]' }).click()
  await expect(panel(page).getByRole('img', { name: 'Dense · hidden[3] over the plane' })).toBeVisible()
  // the node that is selected on the canvas
  await node(page, 'scores').click()
  await expect(panel(page).locator('.plane-tile')).toHaveCount(3)
  await panel(page).getByRole('button', { name: 'Show the classes' }).click()
  await expect(panel(page).getByRole('img', { name: '3 regions over the plane' })).toBeVisible()
  expect((await new AxeBuilder({ page }).include('.plots').analyze()).violations).toEqual([])
})
