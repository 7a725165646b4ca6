import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { dragTo, label, middle, newGraph, node, openExample, place, port, showAll, wires } from './canvas.ts'
import { openProgram, test } from './program.ts'

test.beforeEach(async ({ page }) => {
  await openProgram(page)
  await page.keyboard.press('Control+Alt+3')
  await openExample(page, '(x + y)')
  await showAll(page)
})

const crumbs = (page: Page): Locator => page.locator('.breadcrumb')

/** Chooses an entry of a menu of the menu bar. */
async function menu(page: Page, entry: RegExp): Promise<void> {
  await page.getByRole('menuitem', { name: 'Structure' }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

async function groupSum(page: Page): Promise<void> {
  await node(page, 'sum').click()
  await node(page, 'y').click({ modifiers: ['Shift'] })
  await page.keyboard.press('Control+g')
  await expect(node(page, 'group')).toBeVisible()
}

test('groups by mouse: one card with ports, in and out, numbers unchanged, one undo step', async ({ page }) => {
  await expect(node(page, 'product')).toContainText('-12')
  await node(page, 'sum').click()
  await node(page, 'y').click({ modifiers: ['Shift'] })
  await menu(page, /^Group/)
  await expect(page.locator('.react-flow__node')).toHaveCount(4)
  await expect(wires(page)).toHaveCount(3)
  await expect(node(page, 'group')).toContainText('2 nodes')
  await expect(port(page, 'group', 'sum:a')).toBeAttached()
  await expect(port(page, 'group', 'sum:out')).toBeAttached()
  // wires keep their ids, their shapes and their numbers
  await expect(label(page, 'e1', 'gradient')).toContainText('-4')
  await expect(node(page, 'product')).toContainText('-12')

  await node(page, 'group').dblclick({ position: { x: 90, y: 20 } })
  await expect(crumbs(page)).toContainText('group')
  await expect(node(page, 'sum')).toBeVisible()
  await expect(node(page, 'product')).toHaveCount(0)
  await expect(page.locator('.outer-name')).toHaveCount(2)
  await crumbs(page).getByRole('button').first().click()
  await expect(node(page, 'product')).toBeVisible()
  await expect(crumbs(page)).toHaveCount(0)

  await page.keyboard.press('Control+z')
  await expect(node(page, 'group')).toHaveCount(0)
  await expect(page.locator('.react-flow__node')).toHaveCount(5)
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled()
})

test('groups by keyboard: Ctrl+G, Tab in, Escape out, F2 renames, Ctrl+Shift+G ungroups', async ({ page }) => {
  await page.locator('.react-flow__node[tabindex="0"]').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+g')
  await expect(node(page, 'group')).toBeFocused()
  await page.keyboard.press('F2')
  await page.keyboard.type('Whole')
  await page.keyboard.press('Enter')
  await expect(node(page, 'group')).toContainText('Whole')
  await page.keyboard.press('Tab')
  await expect(crumbs(page)).toContainText('Whole')
  await expect(page.locator('.react-flow__node:focus')).toHaveCount(1)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Control+g')
  await expect(node(page, 'group2')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(crumbs(page)).toContainText('group2')
  await page.keyboard.press('Escape')
  await expect(node(page, 'group2')).toBeFocused()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(node(page, 'group')).toBeFocused()
  await page.keyboard.press('Control+Shift+g')
  await expect(node(page, 'group2')).toBeVisible()
  await expect(node(page, 'group')).toHaveCount(0)
})

test('undo after leaving a group goes back to where the edit was', async ({ page }) => {
  await groupSum(page)
  await page.keyboard.press('Tab')
  await node(page, 'sum').click()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(node(page, 'product')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(crumbs(page)).toContainText('group')
  await expect(node(page, 'sum')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(crumbs(page)).toHaveCount(0)
  await expect(page.locator('.react-flow__node')).toHaveCount(5)
  await page.keyboard.press('Control+Shift+z')
  await expect(node(page, 'group')).toBeVisible()
})

test('linked copies are edited as one, in one step; a duplicate is on its own', async ({ page }) => {
  await groupSum(page)
  await page.keyboard.press('Control+Shift+d')
  await expect(node(page, 'group2')).toBeVisible()
  await expect(node(page, 'group2').locator('.group-link')).toHaveCount(1)
  await node(page, 'group').click({ position: { x: 90, y: 20 } })
  await page.keyboard.press('Control+d')
  await expect(node(page, 'group3')).toBeVisible()
  await expect(node(page, 'group3').locator('.group-link')).toHaveCount(0)

  await node(page, 'group2').click({ position: { x: 90, y: 20 } })
  await page.keyboard.press('Tab')
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Alt+c')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await node(page, 'group').dblclick({ position: { x: 90, y: 20 } })
  await expect(node(page, 'sum').locator('[data-collapsed]')).toHaveCount(1)
  await page.keyboard.press('Control+z')
  await expect(node(page, 'sum').locator('[data-collapsed]')).toHaveCount(0)

  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await node(page, 'group2').click({ position: { x: 90, y: 20 } })
  await menu(page, /^Make independent/)
  await expect(page.locator('.group-link')).toHaveCount(0)
})

test('a wire let go on a group takes the first free input that fits', async ({ page }) => {
  await newGraph(page)
  await place(page, 'Parameter', 110, 120)
  await place(page, 'Exp', 420, 120)
  await page.keyboard.press('Control+g')
  await expect(port(page, 'group', 'exp:x')).toBeAttached()
  const card = await middle(node(page, 'group'))
  await dragTo(page, await middle(port(page, 'w', 'out')), { x: card.x + 10, y: card.y - 20 })
  await expect(wires(page)).toHaveCount(1)
  await node(page, 'group').dblclick({ position: { x: 90, y: 20 } })
  // and inside, a wire can be pulled from what stands for the outside
  await place(page, 'Neg', 420, 420)
  await dragTo(
    page,
    await middle(page.locator('.react-flow__node-outer .react-flow__handle')),
    await middle(port(page, 'neg', 'x'))
  )
  await expect(wires(page)).toHaveCount(2)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(port(page, 'group', 'neg:x')).toBeAttached()
})

test('a problem inside a closed group shows on it, and leads there', async ({ page }) => {
  await groupSum(page)
  await page.keyboard.press('Tab')
  await node(page, 'y').click()
  await page.keyboard.press('Delete')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  const badge = node(page, 'group').locator('.group-state')
  await expect(badge).toHaveAttribute('aria-label', /sum: .*nothing is connected/)
  await badge.click()
  await expect(crumbs(page)).toContainText('group')
  await expect(node(page, 'sum')).toHaveClass(/selected/)
})

test('groups are in the file, and in what is copied', async ({ page }) => {
  await groupSum(page)
  const text = await page.evaluate(() => {
    const data = new DataTransfer()
    document.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }))
    return data.getData('text/plain')
  })
  expect(JSON.parse(text).groups).toMatchObject([{ id: 'group', nodes: ['y', 'sum'] }])
  await page.keyboard.press('Control+Alt+n')
  await page.getByRole('button', { name: 'Don’t save' }).click()
  await expect(page.locator('.react-flow__node')).toHaveCount(0)
  await page.evaluate((text) => {
    const data = new DataTransfer()
    data.setData('text/plain', text)
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }, text)
  await expect(page.locator('.react-flow__node')).toHaveCount(1)
  await expect(node(page, 'group')).toContainText('2 nodes')
  await page.keyboard.press('Delete')
  await expect(page.locator('.react-flow__node')).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await expect(node(page, 'group')).toContainText('2 nodes')
})

test('tidy, align and delete with reconnecting work on groups', async ({ page }) => {
  await groupSum(page)
  await page.keyboard.press('Control+Shift+l')
  await page.waitForTimeout(600)
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Alt+a')
  const lefts = await page
    .locator('.react-flow__node')
    .evaluateAll((cards) => cards.map((card) => Math.round(card.getBoundingClientRect().x)))
  expect(new Set(lefts).size).toBe(1)
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Escape')
  await node(page, 'group').click({ position: { x: 90, y: 20 } })
  await page.keyboard.press('Control+Delete')
  await expect(node(page, 'group')).toHaveCount(0)
  // x now feeds the product in place of the sum
  await expect(wires(page)).toHaveCount(2)
})

test('is found inside a group', async ({ page }) => {
  await groupSum(page)
  await page.keyboard.press('Control+f')
  await page.keyboard.type('sum')
  await page.keyboard.press('Enter')
  await expect(crumbs(page)).toContainText('group')
  await expect(node(page, 'sum')).toHaveClass(/selected/)
})

test('several cards are chosen by keys alone, and grouped', async ({ page }) => {
  await node(page, 'x').focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Control+ArrowDown')
  await expect(node(page, 'y')).toBeFocused()
  await expect(node(page, 'x')).toHaveClass(/selected/)
  await page.keyboard.press('Control+Space')
  await expect(node(page, 'y')).toHaveClass(/selected/)
  await page.keyboard.press('Control+g')
  await expect(node(page, 'group')).toContainText('2 nodes')
  await expect(page.locator('.react-flow__node')).toHaveCount(4)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme })

    test('groups, notes, frames and nodes at rest have no accessibility faults', async ({ page }) => {
      await groupSum(page)
      await page.keyboard.press('Control+Shift+d')
      await node(page, 'x').click()
      await page.keyboard.press('Control+b')
      await page.keyboard.press('f')
      await page.keyboard.press('Enter')
      await node(page, 'z').click()
      await page.keyboard.press('Control+m')
      await page.keyboard.press('n')
      await page.keyboard.type('# Note\n- a `b`\n- [c](https://example.org)\n\n> said')
      await page.keyboard.press('Escape')
      await page.waitForTimeout(300)
      const faults = async () => {
        const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
        return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
      }
      expect(await faults()).toEqual([])
      await node(page, 'group').click({ position: { x: 90, y: 20 } })
      await page.keyboard.press('Tab')
      await page.waitForTimeout(300)
      expect(await faults()).toEqual([])
    })
  })
}
