import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { newGraph, node, place, wires } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await newGraph(page)
})

const dialog = (page: Page) => page.getByRole('dialog')
const field = (page: Page) => page.getByRole('textbox', { name: 'Expression', exact: true })

async function type(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+Shift+e')
  await expect(field(page)).toBeFocused()
  await page.keyboard.type(text)
}

async function give(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) await page.getByLabel(`Value of ${name}`).fill(value)
}

test('an expression becomes a graph; its gradients are those of the lecture', async ({ page }) => {
  await type(page, '(x+y)*z')
  await expect(dialog(page).locator('.katex').first()).toBeVisible()
  await give(page, { x: '-2', y: '5', z: '-4' })
  await page.getByRole('button', { name: 'Insert', exact: true }).click()
  await expect(dialog(page)).toHaveCount(0)
  await expect(page.locator('.react-flow__node')).toHaveCount(5)
  await expect(wires(page)).toHaveCount(4)
  await expect(node(page, 'mul')).toContainText('-12')

  // the result is selected: its formula and its derivative are in the inspector
  const inspector = page.locator('[data-inspector]')
  await expect(inspector.locator('[data-formula] annotation')).toContainText(String.raw`\left(x + y\right) \cdot z`)
  await expect(inspector.locator('[data-derivative] annotation')).toContainText(
    String.raw`\frac{\partial \mathrm{mul}}{\partial x} = z`
  )
  await page.getByRole('button', { name: 'Set as objective' }).click()
  for (const [id, gradient] of [
    ['x', '-4'],
    ['y', '-4'],
    ['z', '3']
  ] as const) {
    await node(page, id).click()
    await expect(inspector.locator('.tensor-block[data-which="gradient"]').first()).toContainText(gradient)
  }

  await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } })
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(page.locator('.react-flow__node')).toHaveCount(0)
})

test('what is wrong is said while it is typed, with its column', async ({ page }) => {
  await type(page, '(x + y')
  await expect(dialog(page)).toContainText('Column 1')
  await expect(page.getByRole('button', { name: 'Insert', exact: true })).toBeDisabled()
  await field(page).fill('x + sigmod(y)')
  await expect(dialog(page)).toContainText('Column 5: there is no function "sigmod"')
  await field(page).fill('x @ W')
  await page.getByLabel('Shape of W').fill('3, 2')
  await expect(dialog(page)).toContainText('inner dimensions 2 and 3 differ')
  await page.getByLabel('Shape of W').fill('2, x')
  await expect(page.getByLabel('Shape of W')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByRole('button', { name: 'Insert', exact: true })).toBeDisabled()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`${colorScheme}: the dialog has no accessibility faults`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await type(page, 'relu(x @ W + b) *')
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
  })
}

test('several selected nodes are a formula of their own', async ({ page }) => {
  await type(page, 'sigmoid(w * x + b)')
  await page.keyboard.press('Enter')
  await expect(page.locator('.react-flow__node')).toHaveCount(6)
  await node(page, 'add').click()
  await node(page, 'sigmoid').click({ modifiers: ['Shift'] })
  const formula = page.locator('[data-formula] annotation')
  await expect(formula).toContainText(String.raw`\sigma\left(\mathrm{mul} + b\right)`)
  await page.getByRole('combobox', { name: 'Differentiate by' }).click()
  await page.getByRole('option', { name: 'b', exact: true }).click()
  await expect(page.locator('[data-derivative] annotation')).toContainText(String.raw`\partial b`)
})

test('names that are there are used, unless they should not be', async ({ page }) => {
  await type(page, 'x * w')
  await page.keyboard.press('Enter')
  await expect(page.locator('.react-flow__node')).toHaveCount(3)
  await type(page, 'x + 1')
  await expect(dialog(page)).toContainText('The node “x” of the graph')
  await page.keyboard.press('Enter')
  await expect(page.locator('.react-flow__node')).toHaveCount(5)
  await type(page, 'x - 1')
  await page.getByRole('switch').click()
  await page.getByRole('button', { name: 'Insert', exact: true }).click()
  await expect(page.locator('.react-flow__node')).toHaveCount(8)
})

test('a custom operator has the inputs that it names, and says where its backward is wrong', async ({ page }) => {
  await type(page, 'p + q')
  await page.keyboard.press('Enter')
  await expect(page.locator('.react-flow__node')).toHaveCount(3)
  await place(page, 'Custom', 300, 80)
  const custom = page.locator('.react-flow__node').filter({ hasText: 'Custom' })
  await custom.click()
  const inputs = page.getByLabel('inputs', { exact: true })
  await inputs.fill('u, v, w')
  await inputs.press('Enter')
  await expect(custom.locator('.react-flow__handle.target')).toHaveCount(3)
  const forward = page.getByLabel('forward', { exact: true })
  await forward.fill('u * q')
  await forward.press('Enter')
  await expect(page.locator('.inspector-problem').filter({ hasText: '"q"' })).toBeVisible()
})
