import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { label, node, openExample } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(({ page }) => openProgram(page))

const panel = (page: Page) => page.getByRole('region', { name: 'Steps', exact: true })
const place = (page: Page) => page.locator('.step-place')
const marks = (page: Page, state: string) => page.locator(`.step-mark[data-state="${state}"]`)

async function apples(page: Page): Promise<void> {
  await openExample(page, 'Buying apples and oranges')
  await expect(label(page, 'e7', 'value')).toContainText('650')
}

/** To a step by the list of all steps. */
async function jump(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'All steps' }).click()
  await page.locator('.step-list').getByRole('button', { name }).click()
}

test('by mouse: forward, back, jump, scrub, and the numbers of each sentence', async ({ page }) => {
  await apples(page)
  await page.getByRole('button', { name: 'Step forward' }).first().click()
  await expect(place(page)).toHaveText('Step 1 of 19')
  // what is to come can be guessed
  await expect(label(page, 'e7', 'value')).toHaveAttribute('data-pending', 'true')
  await expect(label(page, 'e7', 'value')).not.toContainText('650')
  await expect(marks(page, 'active')).toHaveText('1')
  await jump(page, /Forward subtotal/)
  await expect(panel(page)).toContainText('Add of price of apples and price of oranges gives 650.')
  await expect(label(page, 'e7', 'value')).toContainText('650')
  // the walk back begins with 1
  await page.locator('.scrubber-phase[data-phase="backward"]').click()
  await expect(panel(page)).toContainText('∂L/∂L = 1')
  await panel(page).getByRole('button', { name: 'Step forward' }).click()
  const [toSubtotal, toTax] = [page.locator('.step-share').nth(0), page.locator('.step-share').nth(1)]
  await expect(panel(page)).toContainText('Multiply swaps')
  await expect(toSubtotal.locator('.step-chain-number')).toHaveText(['1', '1.1', '1.1'])
  await expect(toTax.locator('.step-chain-number')).toHaveText(['1', '650', '650'])
  await expect(panel(page)).toContainText('Read from the forward pass: subtotal and tax.')
  // local derivatives stand on the wires of the step, and on no other
  await expect(page.locator('.step-local')).toHaveText(['× 1.1', '× 650'])
  await expect(page.locator('.step-flow[data-way="backward"]')).toHaveCount(2)
  await panel(page).getByRole('button', { name: 'Step back' }).click()
  await expect(panel(page)).toContainText('∂L/∂L = 1')
  // a number that is not there yet leads to its step
  await label(page, 'e1', 'gradient').click()
  await expect(panel(page).locator('.step-title')).toHaveText('price of apples')
  await expect(label(page, 'e1', 'gradient')).toContainText('110')
  await jump(page, /Update apple$|Update apple /)
  await expect(panel(page)).toContainText('SGD moves apple a little against its gradient')
  await expect(page.locator('.step-update-result')).toContainText('100 → 99.78')
  await panel(page).getByRole('button', { name: 'End stepping' }).click()
  await expect(panel(page)).toHaveCount(0)
  await expect(page.locator('.step-mark')).toHaveCount(0)
  await expect(label(page, 'e7', 'value')).toContainText('650')
})

test('by mouse: breakpoints from the menu of a node, playing stops at them', async ({ page }) => {
  await apples(page)
  await node(page, 'total').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Toggle breakpoint' }).click()
  await expect(node(page, 'total').locator('.breakpoint-mark')).toBeVisible()
  await page.getByRole('button', { name: 'Step forward' }).first().click()
  await panel(page).getByRole('combobox', { name: 'Speed' }).click()
  await page.getByRole('option', { name: '4×' }).click()
  await panel(page).getByRole('button', { name: 'Play', exact: true }).click()
  await expect(panel(page).locator('.step-stopped')).toHaveText('Breakpoint', { timeout: 10_000 })
  await expect(place(page)).toHaveText('Step 9 of 19')
  await page.getByRole('button', { name: 'Where playing stops' }).click()
  await page.getByRole('switch', { name: 'Where a gradient is above' }).click()
  await page.getByRole('textbox', { name: 'Where a gradient is above' }).fill('100')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.keyboard.press('Escape')
  await panel(page).getByRole('button', { name: 'Run to the next breakpoint' }).click()
  // ∂L/∂tax = 650
  await expect(panel(page).locator('.step-stopped')).toHaveText('Large gradient here')
  await expect(panel(page).locator('.step-title')).toHaveText('total')
})

test('by keyboard alone: the keys of a debugger, and each step is read out', async ({ page }) => {
  await apples(page)
  await page.keyboard.press('F10')
  await expect(place(page)).toHaveText('Step 1 of 19')
  for (let i = 0; i < 4; i++) await page.keyboard.press('F10')
  await expect(place(page)).toHaveText('Step 5 of 19')
  await expect(page.getByText('Step 5 of 19. Multiply of number of apples and apple gives 200.')).toBeAttached()
  await page.keyboard.press('Shift+F10')
  await expect(place(page)).toHaveText('Step 4 of 19')
  // a breakpoint on the node that has the focus
  await node(page, 'subtotal').focus()
  await page.keyboard.press('F9')
  await expect(node(page, 'subtotal').locator('.breakpoint-mark')).toBeVisible()
  await page.keyboard.press('Control+F8')
  await expect(panel(page).locator('.step-title')).toHaveText('subtotal')
  await page.keyboard.press('F9')
  await expect(page.locator('.breakpoint-mark')).toHaveCount(0)
  // to its next step, which is the one back
  await page.keyboard.press('Control+F10')
  await expect(panel(page).locator('.step-kind')).toHaveText('Backward')
  await expect(page.getByText('price of apples: 1.1 times 1 is 1.1.')).toBeAttached()
  await page.getByRole('slider', { name: 'Step' }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(place(page)).toHaveText('Step 13 of 19')
  await page.keyboard.press('End')
  await expect(place(page)).toHaveText('Step 19 of 19')
  await page.keyboard.press('Control+Shift+F10')
  await expect(place(page)).toHaveText('Step 1 of 19')
  await page.keyboard.press('F8')
  await expect(place(page)).toHaveText('Step 2 of 19')
  await page.keyboard.press('F8')
  await page.keyboard.press('Shift+F8')
  await expect(panel(page)).toHaveCount(0)
})

test('a layer opens into its parts and closes again, with the same numbers', async ({ page }) => {
  await openExample(page, 'XOR with a hidden layer')
  await expect(label(page, 'e2', 'value')).toContainText('[B, 8]')
  await page.keyboard.press('F10')
  await jump(page, /Backward logit/)
  await expect(place(page)).toHaveText('Step 10 of 15')
  const before = await page.locator('.step-share').first().locator('.step-chain-number').allTextContents()
  await panel(page).getByRole('button', { name: 'Open into parts' }).click()
  await expect(place(page)).toContainText('of 19')
  await expect(panel(page).locator('.step-title')).toContainText('of logit')
  await jump(page, /Backward Matrix product of logit/)
  await expect(page.locator('.step-share').first().locator('.step-chain-number')).toHaveText(before)
  await expect(page.locator('.step-boxes').first()).toContainText('4 × 1')
  await panel(page).getByRole('button', { name: 'Close' }).click()
  await expect(place(page)).toHaveText('Step 10 of 15')
})

test('another example and another element of a tensor can be looked at', async ({ page }) => {
  await openExample(page, 'XOR with a hidden layer')
  await expect(label(page, 'e2', 'value')).toContainText('[B, 8]')
  await page.keyboard.press('F10')
  await jump(page, /Backward logit/)
  await expect(page.locator('.step-share').first().locator('[aria-pressed="true"]')).toHaveAttribute(
    'aria-label',
    /^\[0, /
  )
  const sample = page.getByRole('textbox', { name: 'Example of the batch, 1 to 4' })
  await sample.fill('3')
  await page.keyboard.press('Enter')
  const chosen = page.locator('.step-share').first().locator('[aria-pressed="true"]')
  await expect(chosen).toHaveAttribute('aria-label', /^\[2, /)
  await page.locator('.step-share').first().locator('td button').first().click()
  await expect(chosen).toHaveAttribute('aria-label', /^\[0, 2\]/)
  await page.keyboard.press('ArrowLeft')
  await expect(chosen).toHaveAttribute('aria-label', /^\[0, 1\]/)
  await expect(chosen).toBeFocused()
})

test('an edit keeps the step; another document and training end the walk', async ({ page }) => {
  await apples(page)
  await page.keyboard.press('F10')
  await jump(page, /Backward total/)
  await node(page, 'tax').click()
  await page.getByLabel('values', { exact: true }).fill('1.5')
  await page.keyboard.press('Enter')
  await expect(page.locator('.step-share').first().locator('.step-chain-number')).toHaveText(['1', '1.5', '1.5'])
  await expect(place(page)).toHaveText('Step 11 of 19')
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect(page.locator('.step-share').first().locator('.step-chain-number')).toHaveText(['1', '1.1', '1.1'])
  await openExample(page, 'XOR with a hidden layer')
  await expect(panel(page)).toHaveCount(0)
  await page.keyboard.press('F10')
  await expect(panel(page)).toBeVisible()
  await page.keyboard.press('Control+Shift+Enter')
  await expect(panel(page)).toHaveCount(0)
  await expect(page.getByRole('region', { name: 'Training', exact: true })).toBeVisible()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme })

    test('the steps have no accessibility faults', async ({ page }) => {
      test.slow()
      await openExample(page, 'XOR with a hidden layer')
      await page.keyboard.press('F10')
      for (const step of [/Forward hidden/, /Backward logit/, /Update kernel of hidden/]) {
        await jump(page, step)
        await page.waitForTimeout(400)
        const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
        expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
      }
    })
  })
}
