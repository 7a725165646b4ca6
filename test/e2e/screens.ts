/**
 * Every screen of the program, each once: `look.web.spec.ts` compares its picture in both themes and both languages,
 * and asks axe for its faults. A new screen is one more entry here.
 */
import { expect, type Page } from '@playwright/test'
import { canvasPoint, dragTo, dropFile, label, middle, node, place, port, showAll } from './canvas.ts'
import { structured } from './screens-graph.ts'

export interface Screen {
  readonly name: string
  /** From any graph with nothing open over it to this screen; in English. */
  open(page: Page): Promise<unknown>
  /** Back to where nothing is open. Escape is pressed anyway. */
  close?(page: Page): Promise<unknown>
  /** The part that is looked at; the whole window where it is left out. */
  readonly part?: string
  /** What is another at each run, as times are: it keeps its place and is not seen. */
  readonly hide?: readonly string[]
  /** The pointer stays where it is, with its button down. */
  readonly dragging?: true
}

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** Gives up what the graph before has of changes or weights. */
async function until(page: Page, name: string | RegExp): Promise<void> {
  const asked = page.getByRole('alertdialog')
  const there = page.locator('.document-name').filter({ hasText: name, hasNot: page.locator('.document-dirty') })
  await expect(there.or(asked).first()).toBeVisible()
  if (await asked.isVisible()) await asked.getByRole('button', { name: /^Don’t/ }).click()
  await expect(there).toBeVisible()
}

/** Whether the screen before was of this graph, and left it as it was. */
async function isOpen(page: Page, name: string): Promise<boolean> {
  const shown = (await page.locator('.document-name').textContent()) ?? ''
  return shown.includes(name) && !shown.includes('●')
}

/** All numbers are there. */
const ran = (page: Page) => expect(page.locator('.statusbar b.numbers[data-stale="false"]')).toContainText(/\d/)

async function example(page: Page, name: string): Promise<void> {
  if (await isOpen(page, name)) return
  await press(page, 'Control+k')
  await page.getByRole('combobox').fill(name)
  await page.getByRole('option', { name }).first().press('Enter')
  await until(page, name)
  await ran(page)
  await showAll(page)
}

async function oneOfEach(page: Page): Promise<void> {
  if (await isOpen(page, structured.name)) return
  await dropFile(page, JSON.stringify(structured))
  await until(page, structured.name)
  await ran(page)
  await showAll(page)
}

async function empty(page: Page): Promise<void> {
  await press(page, 'Control+Alt+n')
  await until(page, 'Untitled')
  await expect(page.locator('.react-flow__node')).toHaveCount(0)
}

async function menu(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) await page.getByRole('menuitem', { name, exact: true }).click()
}

/** A product of matrices that do not fit, one of them not wired yet. */
async function misfit(page: Page): Promise<void> {
  const weight = (id: string, y: number, shape: readonly number[]) => ({
    id,
    op: 'Parameter',
    attributes: { shape, init: { kind: 'glorotUniform' } },
    position: { x: 0, y }
  })
  const nodes = [
    weight('w', 0, [3, 4]),
    weight('w2', 140, [5, 4]),
    { id: 'matmul', op: 'MatMul', position: { x: 320, y: 60 } }
  ]
  const edges = [{ id: 'e1', source: 'w', sourceHandle: 'out', target: 'matmul', targetHandle: 'a' }]
  await dropFile(page, JSON.stringify({ format: 'chainrule-graph', version: 1, name: 'Misfit', nodes, edges }))
  await until(page, 'Misfit')
  await showAll(page)
}

async function joinMisfit(page: Page): Promise<void> {
  await dragTo(page, await middle(port(page, 'w2', 'out')), await middle(port(page, 'matmul', 'b')))
  await expect(page.locator('.react-flow__edge')).toHaveCount(2)
  await press(page, 'Escape')
}

const steps = (page: Page) => page.getByRole('region', { name: 'Steps', exact: true })
async function step(page: Page, name: RegExp): Promise<void> {
  await press(page, 'F10')
  await page.getByRole('button', { name: 'All steps' }).click()
  await page.locator('.step-list').getByRole('button', { name }).click()
  await expect(steps(page).locator('.step-card')).toBeVisible()
}
const endSteps = (page: Page) => press(page, 'Shift+F8')

const plots = (page: Page) => page.getByRole('region', { name: 'Function plots' })
const closePlots = (page: Page) => plots(page).getByRole('button', { name: 'Back to the training' }).click()

async function surface(page: Page): Promise<void> {
  await example(page, 'A sigmoid neuron of gates')
  await press(page, 'Alt+Shift+p')
  await expect(plots(page).locator('.surface-optimizers tbody td.numbers')).toHaveCount(4)
  await plots(page).getByRole('slider', { name: 'Step' }).press('End')
}

export const screens: readonly Screen[] = [
  {
    name: 'data-banner',
    open: async (page) => {
      await press(page, 'Control+k')
      await page.getByRole('combobox').fill('MNIST: hand')
      await press(page, 'Enter')
      await until(page, 'MNIST')
      await expect(page.locator('.banner')).toBeVisible()
      await showAll(page)
    }
  },
  {
    name: 'node',
    open: async (page) => {
      await example(page, '(x + y)')
      await node(page, 'product').click()
      await expect(page.locator('[data-inspector] .katex').first()).toBeVisible()
    },
    part: '[data-inspector]'
  },
  {
    name: 'wire',
    open: async (page) => {
      await example(page, '(x + y)')
      await label(page, 'e3', 'value').click()
      await press(page, 'Escape')
    },
    part: '[data-inspector]'
  },
  {
    name: 'graph',
    open: async (page) => {
      await example(page, '(x + y)')
      await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } })
    },
    part: '[data-inspector]'
  },
  {
    name: 'step-backward',
    open: async (page) => {
      await example(page, 'Buying apples and oranges')
      await step(page, /Backward total/)
    },
    close: endSteps,
    part: '#middle'
  },
  {
    name: 'step-matmul',
    open: async (page) => {
      await example(page, 'Linear regression')
      await step(page, /Backward x · w/)
    },
    close: endSteps,
    part: '#middle'
  },
  {
    name: 'trained',
    open: async (page) => {
      await example(page, 'XOR')
      // two steps make a straight line, whenever they are read
      await page.getByRole('textbox', { name: 'Epochs' }).fill('2')
      await press(page, 'Enter', 'Control+Shift+Enter')
      await expect(page.locator('.outcome')).toBeVisible({ timeout: 20_000 })
      await node(page, 'hidden').click()
    },
    part: '#middle',
    hide: ['.outcome']
  },
  {
    name: 'history',
    open: async (page) => {
      await example(page, 'XOR')
      await page.getByRole('textbox', { name: 'Epochs' }).fill('2')
      await press(page, 'Enter', 'Control+Shift+Enter')
      await expect(page.locator('.outcome')).toBeVisible({ timeout: 20_000 })
      // there is nothing to look back at before the training is over
      await expect(async () => {
        await press(page, 'Alt+Shift+Home')
        const banner = page.getByRole('complementary', { name: 'History of the training' })
        await expect(banner).toContainText('Step 1 of 2', { timeout: 1000 })
      }).toPass({ timeout: 20_000 })
      await ran(page)
    },
    close: (page) => press(page, 'Alt+Shift+End'),
    part: '#middle',
    hide: ['.outcome']
  },
  {
    name: 'tensor',
    open: async (page) => {
      await example(page, 'Spiral')
      await label(page, 'e2', 'gradient').click()
      await expect(page.locator('.viewer')).toBeVisible()
    },
    part: '.viewer'
  },
  {
    name: 'training-settings',
    open: async (page) => {
      await example(page, 'Spiral')
      await page.getByRole('button', { name: 'More settings' }).click()
    },
    part: '.training-popover'
  },
  {
    name: 'plan',
    open: async (page) => {
      await example(page, 'Spiral')
      await press(page, 'Control+Alt+4')
      await expect(page.locator('.kernel').first()).toBeVisible()
    },
    close: async (page) => page.getByRole('button', { name: 'Back to the training' }).click(),
    part: '.plan',
    hide: ['.plan-summary']
  },
  {
    name: 'outline',
    open: async (page) => {
      await example(page, 'Spiral')
      await press(page, 'Control+Shift+o', 'ArrowDown', 'ArrowRight')
    },
    close: async (page) => page.getByRole('tab', { name: 'Operators' }).click(),
    part: '.side-content:has([role="tree"])'
  },
  {
    name: 'find',
    open: async (page) => {
      await example(page, 'Spiral')
      await press(page, 'Control+f')
      await page.keyboard.type('dense')
      await expect(page.locator('.find-count')).toHaveText('1 of 2')
    },
    part: '.canvas-area'
  },
  {
    name: 'verify',
    open: async (page) => {
      await example(page, 'Softmax with')
      await press(page, 'Alt+g')
      await expect(page.locator('.check-line')).toHaveCount(2)
    },
    close: async (page) => page.getByRole('button', { name: 'Back to the training' }).click(),
    part: '#middle'
  },
  {
    name: 'chain',
    open: async (page) => {
      await example(page, 'Buying apples and oranges')
      await node(page, 'apple').click()
      await press(page, 'Alt+Shift+j')
      await expect(page.locator('.chain-table tr')).not.toHaveCount(0)
    },
    close: async (page) => page.getByRole('button', { name: 'Back to the training' }).click(),
    part: '#middle'
  },
  {
    name: 'curve',
    open: async (page) => {
      await example(page, 'A sigmoid neuron of gates')
      await press(page, 'Alt+p')
      await expect(page.locator('.curve-line')).toHaveCount(1)
    },
    close: closePlots,
    part: '#middle'
  },
  {
    name: 'surface',
    open: surface,
    close: closePlots,
    part: '#middle'
  },
  {
    name: 'surface-solid',
    open: async (page) => {
      await surface(page)
      await plots(page).getByRole('button', { name: 'From a side' }).click()
    },
    close: closePlots,
    part: '#middle'
  },
  {
    name: 'boundary',
    open: async (page) => {
      await example(page, 'Spiral')
      await press(page, 'Alt+Shift+b')
      await expect(page.locator('.plane-tile')).toHaveCount(48)
      await expect(page.locator('.plane-point')).toHaveCount(303)
    },
    close: closePlots,
    part: '#middle'
  },
  {
    name: 'example-alone',
    open: async (page) => {
      await example(page, 'Spiral')
      await press(page, 'Alt+i')
      await expect(page.getByRole('radiogroup', { name: 'Score whose gradient is shown' })).toBeVisible()
      await ran(page)
    },
    close: (page) => press(page, 'Alt+i'),
    part: '#middle'
  },
  {
    name: 'jacobian',
    open: async (page) => {
      await example(page, 'Softmax with')
      await page.locator('.react-flow__node', { hasText: 'Softmax' }).first().click()
      await press(page, 'Alt+j')
      await expect(page.locator('.matrix-table')).toBeVisible()
    },
    part: '[role="dialog"]'
  },
  {
    name: 'structure',
    open: oneOfEach,
    part: '.canvas-area'
  },
  {
    name: 'group',
    open: async (page) => {
      await oneOfEach(page)
      await node(page, 'half').click()
    },
    part: '[data-inspector]'
  },
  {
    name: 'inside-group',
    open: async (page) => {
      await oneOfEach(page)
      await node(page, 'half').click()
      await press(page, 'Tab')
      await expect(page.locator('.breadcrumb')).toBeVisible()
      await showAll(page)
    },
    close: async (page) => page.locator('.breadcrumb').getByRole('button').first().click(),
    part: '.canvas-area'
  },
  {
    name: 'note',
    open: async (page) => {
      await oneOfEach(page)
      await node(page, 'note').click({ position: { x: 4, y: 40 } })
    },
    part: '[data-inspector]'
  },
  {
    name: 'several',
    open: async (page) => {
      await oneOfEach(page)
      await node(page, 'x').click()
      await press(page, 'Control+a')
    },
    part: '[data-inspector]'
  },
  {
    name: 'context-menu',
    open: async (page) => {
      await oneOfEach(page)
      await node(page, 'x').click({ button: 'right' })
      await expect(page.getByRole('menu')).toBeVisible()
    },
    part: '[role="menu"]'
  },
  {
    name: 'empty',
    open: empty,
    part: '.canvas-area'
  },
  {
    name: 'search',
    open: async (page) => {
      const at = await canvasPoint(page, 200, 80)
      await page.mouse.dblclick(at.x, at.y)
      await page.keyboard.type('soft')
    },
    part: '.canvas-area'
  },
  {
    name: 'hint',
    open: async (page) => {
      await misfit(page)
      await dragTo(page, await middle(port(page, 'w2', 'out')), await middle(port(page, 'matmul', 'b')), false)
      await expect(page.getByTestId('connection-hint')).toBeVisible()
    },
    close: async (page) => {
      await page.mouse.up()
      await press(page, 'Escape')
    },
    dragging: true,
    part: '.canvas-area'
  },
  {
    name: 'problems',
    open: async (page) => {
      await misfit(page)
      await joinMisfit(page)
      await page.locator('.status-problems').click()
      await expect(page.locator('.problem-list')).toBeVisible()
    },
    part: '.problem-list'
  },
  {
    name: 'node-problem',
    open: async (page) => {
      await misfit(page)
      await joinMisfit(page)
      await node(page, 'matmul').click()
      await expect(page.locator('.inspector-problem').first()).toBeVisible()
    },
    part: '[data-inspector]'
  },
  {
    name: 'menu',
    open: async (page) => {
      // what it offers depends on the graph
      await oneOfEach(page)
      await menu(page, 'File')
      await page.getByRole('menuitem', { name: 'Open example' }).press('ArrowRight')
      await expect(page.getByRole('menu')).toHaveCount(2)
    },
    part: '[role="menu"]'
  },
  {
    name: 'expression',
    open: async (page) => {
      await empty(page)
      await press(page, 'Control+k')
      await page.getByRole('combobox').fill('expression')
      await press(page, 'Enter')
      await expect(page.getByRole('dialog', { name: 'Graph from an expression' })).toBeVisible()
      await page.getByRole('textbox', { name: 'Expression' }).fill('sum((x @ W + b - t)^2) / n')
      await expect(page.getByRole('dialog').locator('.katex').first()).toBeVisible()
    },
    part: '[role="dialog"]'
  },
  {
    name: 'commands',
    open: async (page) => {
      await oneOfEach(page)
      await press(page, 'Control+k')
      await page.getByRole('combobox').fill('al')
    },
    part: '[role="dialog"]'
  },
  { name: 'shortcuts', open: (page) => press(page, '?'), part: '[role="dialog"]' },
  {
    name: 'about',
    open: (page) => menu(page, 'Help', 'About Chainrule'),
    part: '[role="dialog"]'
  },
  {
    name: 'bad-file',
    open: async (page) => {
      const nodes = [{ id: 'a', op: 'Ad', position: { x: 0, y: 0 } }]
      const edges = [{ id: 'e1', source: 'a', sourceHandle: 'out', target: 'b', targetHandle: 'x' }]
      await dropFile(page, JSON.stringify({ format: 'chainrule-graph', version: 1, name: 'bad', nodes, edges }))
      await expect(page.getByRole('dialog')).toBeVisible()
    },
    part: '[role="dialog"]'
  },
  {
    name: 'unsaved',
    open: async (page) => {
      await empty(page)
      await place(page, 'Add', 200, 100)
      await press(page, 'Control+Alt+n')
      await expect(page.getByRole('alertdialog')).toBeVisible()
    },
    part: '[role="alertdialog"]'
  }
]
