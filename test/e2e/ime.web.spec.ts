/** Hangul in every text field: the Enter and the Escape of a composition belong to it, and submit or close nothing. */
import { type CDPSession, expect, type Locator, type Page } from '@playwright/test'
import { node, openExample } from './canvas.ts'
import { openProgram, test } from './program.ts'

/** As the input method of the system does it: jamo are put together, nothing is entered yet. */
const compose = (cdp: CDPSession, text: string) =>
  cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })

const nodes = (page: Page) => page.locator('.react-flow__node')

interface Field {
  readonly name: string
  /** Gives the focus to the field, and says which it is. */
  open(page: Page): Promise<Locator>
  /** What a plain Enter does, behind the composition: the proof that Enter would have done it before. */
  entered?(page: Page): Promise<unknown>
}

const fields: readonly Field[] = [
  {
    name: 'search of the palette',
    open: async (page) => {
      await page.getByRole('searchbox').fill('')
      return page.getByRole('searchbox')
    },
    entered: (page) => expect(nodes(page)).toHaveCount(6)
  },
  {
    name: 'search at the pointer',
    open: async (page) => {
      await page.locator('.canvas').focus()
      await page.keyboard.press('Shift+A')
      return page.locator('.op-search-input')
    },
    entered: (page) => expect(nodes(page)).toHaveCount(7)
  },
  {
    name: 'command palette',
    open: async (page) => {
      await page.keyboard.press('Control+k')
      return page.getByRole('combobox', { name: 'Commands…' })
    },
    entered: (page) => expect(nodes(page)).toHaveCount(8)
  },
  {
    name: 'find',
    open: async (page) => {
      await page.keyboard.press('Control+f')
      return page.getByRole('combobox', { name: 'Find in the graph' })
    },
    entered: (page) => expect(page.locator('.react-flow__node.selected')).toHaveCount(1)
  },
  {
    name: 'name of the graph',
    open: async (page) => {
      await page.locator('.document-name').click()
      return page.locator('.document-input')
    },
    entered: (page) => expect(page.locator('.document-name')).toContainText('곱')
  },
  {
    name: 'label on the card',
    open: async (page) => {
      await node(page, 'x').focus()
      await page.keyboard.press('F2')
      return page.locator('.node-rename')
    },
    entered: (page) => expect(node(page, 'x')).toContainText('곱')
  },
  {
    name: 'label in the inspector',
    open: async (page) => {
      // others lie over it by now
      await node(page, 'y').focus()
      await page.keyboard.press(' ')
      return page.locator('[data-inspector]').getByLabel('Label', { exact: true })
    },
    entered: (page) => expect(node(page, 'y')).toContainText('곱')
  },
  {
    name: 'attribute in the inspector',
    open: async (page) => {
      // others lie over it by now
      await node(page, 'z').focus()
      await page.keyboard.press(' ')
      return page.locator('[data-inspector]').getByLabel('values', { exact: true })
    },
    entered: (page) => expect(page.locator('[data-inspector] [role="alert"]')).toBeVisible()
  },
  {
    name: 'number of the training',
    open: async (page) => page.getByRole('textbox', { name: 'Epochs' }),
    entered: (page) => expect(page.locator('.training-form [role="alert"]')).toBeVisible()
  },
  {
    name: 'row of the outline',
    open: async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('tab', { name: 'Outline' }).click()
      await page.getByRole('tree').focus()
      await page.keyboard.press('Home')
      await page.keyboard.press('F2')
      return page.locator('.outline-field')
    },
    entered: (page) => expect(page.getByRole('treeitem').first()).toContainText('곱')
  },
  {
    name: 'text of a note',
    open: async (page) => {
      await page.locator('.canvas').focus()
      await page.keyboard.press('n')
      return page.getByRole('textbox', { name: 'Text of the note' })
    }
  },
  {
    name: 'expression',
    open: async (page) => {
      await page.locator('.canvas').focus()
      await page.keyboard.press('Control+Shift+e')
      return page.getByRole('textbox', { name: 'Expression' })
    }
  },
  {
    name: 'value of a name in an expression',
    open: async (page) => {
      await page.keyboard.press('Control+Shift+e')
      await page.getByRole('textbox', { name: 'Expression' }).fill('k + 1')
      return page.getByRole('textbox', { name: 'Value of k' })
    }
  }
]

test('Enter and Escape of a composition submit and close nothing', async ({ page }) => {
  test.slow()
  await openProgram(page)
  await openExample(page, '(x + y)')
  await expect(nodes(page)).toHaveCount(5)
  const cdp = await page.context().newCDPSession(page)
  for (const { name, open, entered } of fields) {
    await test.step(name, async () => {
      const field = await open(page)
      await field.focus()
      await field.selectText()
      await compose(cdp, '고')
      await compose(cdp, '곱')
      await expect(field).toHaveValue('곱')
      const before = await nodes(page).count()
      await page.keyboard.down('Enter')
      // as an event alone: a browser without an input method empties a search field by Escape itself
      await field.dispatchEvent('keydown', { key: 'Escape', isComposing: true, cancelable: true })
      await expect(field).toBeFocused()
      // here no input method takes the key away, so a text of several lines has it too
      await expect(field).toHaveValue(/^곱\n?$/)
      expect(await nodes(page).count()).toBe(before)
      if (entered) {
        await cdp.send('Input.insertText', { text: '곱' })
        await expect(field).toHaveValue('곱')
        await page.keyboard.press('Enter')
        await entered(page)
      }
      await page.keyboard.press('Escape')
    })
  }
})
