/** The built renderer in Chromium, with one graph in it: how long opening, editing and each frame of a gesture take. */
import { type Browser, type CDPSession, chromium, type Page } from 'playwright'
import { writeGraph } from '../../../engine/document/file.ts'
import { AS_ROOT, findChromium, QUIET } from '../../../scripts/chromium.mjs'
import { type Served, serve } from '../../../scripts/serve.ts'
import { framesOf, GESTURES, type Gesture, type Point, perform } from './gestures.ts'
import { EDITED, rows, SHAPE } from './graphs.ts'

export interface Window {
  readonly version: string
  newPage(): Promise<Page>
  close(): Promise<void>
}

/**
 * Whatever draws in software where there is no GPU: no flag asks for either.
 * @param folder a built renderer other than that of this checkout
 */
export async function openWindow(folder?: string): Promise<Window> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('no Chromium was found: name one in the variable CHROMIUM')
  const served: Served = await serve({
    ...(folder && { folder }),
    cache: { cached: async () => null, get: () => Promise.reject(new Error('no network in the bench')) }
  })
  const browser: Browser = await chromium.launch({ executablePath, args: [...QUIET, ...AS_ROOT] })
  return {
    version: browser.version(),
    async newPage() {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
      await page.goto(served.url)
      await page.locator('.react-flow__node').first().waitFor()
      return page
    },
    async close() {
      await browser.close()
      served.close()
    }
  }
}

/** What a page does between two paints, waited for: the frame after the next has begun. */
const PAINTED = `const painted = () => new Promise((done) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => done(performance.now())
  port2.postMessage(null)
}))`

export interface Opened {
  /** Milliseconds from dropping the file until the whole graph is on the screen. */
  readonly shown: number
  /** Until its numbers are. */
  readonly numbers: number
  /** The longest time in which the page answered nothing. */
  readonly frozen: number
}

/** Drops a graph on the window, as a person does. */
export async function drop(page: Page, nodes: number): Promise<Opened> {
  const text = writeGraph(rows(nodes))
  return page.evaluate(
    async ({ text, name, painted }) => {
      const paint = new Function(`${painted}; return painted()`) as () => Promise<number>
      const files = new DataTransfer()
      files.items.add(new File([text], `${name}.chainrule.json`, { type: 'application/json' }))
      const begin = performance.now()
      let [last, frozen, watching] = [begin, 0, true]
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        const now = performance.now()
        frozen = Math.max(frozen, now - last)
        last = now
        if (watching) port2.postMessage(null)
      }
      port2.postMessage(null)
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }))
      const seen = async (there: () => boolean): Promise<number> => {
        while (!there()) {
          if (performance.now() - begin > 60_000) throw new Error(`${name}: not on the screen after a minute`)
          await new Promise((done) => setTimeout(done, 4))
        }
        await paint()
        return (await paint()) - begin
      }
      const shown = await seen(
        () =>
          document.querySelector('.document-name')?.textContent?.includes(name) === true &&
          document.querySelector('[data-id="p1"], .sketch') !== null
      )
      const numbers = await seen(() => document.querySelector('.statusbar [data-stale=false]') !== null)
      watching = false
      return { shown, numbers, frozen }
    },
    { text, name: `${nodes} nodes`, painted: PAINTED }
  )
}

/** A card with a title of one line. */
const CARD = { width: 156, height: 54 }

interface Places {
  readonly card: Point
  readonly free: Point
}

/** The card nearest to the middle of the canvas, which may be drawn only, and a point near it where no card is. */
export function places(page: Page, nodes: number): Promise<Places> {
  const cards = rows(nodes).nodes.map(({ position: { x, y } }) => ({ x: x + CARD.width / 2, y: y + CARD.height / 2 }))
  return page.evaluate(
    ({ cards, size }) => {
      const canvas = (document.querySelector('.react-flow') as Element).getBoundingClientRect()
      const middle = { x: canvas.x + canvas.width / 2, y: canvas.y + canvas.height / 2 }
      const { transform } = getComputedStyle(document.querySelector('.react-flow__viewport') as Element)
      const { a: zoom, e, f } = new DOMMatrix(transform)
      const centres = cards.map(({ x, y }) => ({ x: canvas.x + e + x * zoom, y: canvas.y + f + y * zoom }))
      const apart = (p: Point) => Math.hypot(p.x - middle.x, p.y - middle.y)
      // the cards of a picture are no elements
      const taken = ({ x, y }: { x: number; y: number }) =>
        centres.some((c) => Math.abs(c.x - x) < 0.6 * size.width * zoom && Math.abs(c.y - y) < 0.6 * size.height * zoom)
      const card = centres.sort((a, b) => apart(a) - apart(b))[0] ?? middle
      for (let away = 0; away < 300; away++)
        for (const [x, y] of [
          [away, 0],
          [0, away],
          [-away, 0],
          [0, -away]
        ] as const) {
          const free = { x: Math.round(middle.x + x), y: Math.round(middle.y + y) }
          if (document.elementFromPoint(free.x, free.y)?.matches('.react-flow__pane') && !taken(free))
            return { card, free }
        }
      throw new Error('no free place near the middle of the canvas')
    },
    { cards, size: CARD }
  )
}

export const VIEWS = ['near', 'all'] as const
export type View = (typeof VIEWS)[number]

/** 1:1 in the middle of the graph, or all of it. */
export async function show(page: Page, view: View): Promise<void> {
  await page.getByRole('button', { name: 'Show the whole graph' }).click()
  await page.waitForTimeout(500)
  if (view === 'near') await page.locator('.zoom-level').click()
  await page.waitForTimeout(700)
}

export interface Taken {
  /** Milliseconds from each frame to the next. */
  readonly times: readonly number[]
  /** Milliseconds of a processor that the page's own thread took for a frame: the same on a machine that is busy otherwise. */
  readonly work: number
}

/** By view and gesture. */
export type Frames = ReadonlyMap<string, Taken>

export const keyOf = (view: View, gesture: Gesture): string => `${view} ${gesture}`

/** Milliseconds that the page's own thread has worked so far. */
async function workOf(input: CDPSession): Promise<() => Promise<number>> {
  await input.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await input.send('Performance.getMetrics')
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
  }
}

/** @param only the views and gestures to measure, by key; all where it is empty */
export async function frames(
  page: Page,
  nodes: number,
  seconds: number,
  only: readonly string[] = []
): Promise<Frames> {
  const input: CDPSession = await page.context().newCDPSession(page)
  const worked = await workOf(input)
  const inspected = page.locator('[data-inspector]')
  const found = new Map<string, Taken>()
  for (const view of VIEWS) {
    for (const gesture of GESTURES) {
      if (only.length > 0 && !only.includes(keyOf(view, gesture))) continue
      await show(page, view)
      const at = await places(page, nodes)
      const [before, shown] = [await worked(), await inspected.innerText()]
      const times = await framesOf(page, () => perform(input, gesture, at, seconds))
      found.set(keyOf(view, gesture), { times, work: ((await worked()) - before) / times.length })
      if (gesture === 'drag') {
        const undo = page.getByRole('button', { name: /^Undo/ })
        if (await undo.isDisabled()) throw new Error(`${keyOf(view, gesture)}: no card was moved`)
        await page.keyboard.press('Control+z')
      }
      if (gesture === 'select') {
        if ((await inspected.innerText()) === shown) throw new Error(`${keyOf(view, gesture)}: nothing was selected`)
        // nothing stays selected
        await page.keyboard.press('Escape')
      }
    }
  }
  await input.detach()
  return found
}

/** Trains the network that the program starts with, on digits that it draws itself, and counts frames once steps are fast. */
export async function training(page: Page, seconds: number): Promise<Taken> {
  await page.getByRole('button', { name: 'Train on drawn digits instead' }).click()
  const epochs = page.getByLabel('Epochs')
  // enough of them to be at it for as long as is measured
  await epochs.fill('10000')
  await epochs.blur()
  await page.getByRole('button', { name: 'Train', exact: true }).first().click()
  await page
    .getByText(/steps\/s/)
    .first()
    .waitFor()
  await page.waitForTimeout(2000)
  const input: CDPSession = await page.context().newCDPSession(page)
  const worked = await workOf(input)
  const before = await worked()
  const times = await framesOf(page, () => page.waitForTimeout(1000 * seconds))
  const work = ((await worked()) - before) / times.length
  if (!(await page.getByText('Training…').first().isVisible())) throw new Error('the training was over too early')
  return { times, work }
}

export interface Edit {
  /** Milliseconds from the key until the page has the new text. */
  readonly redrawn: number
  /** Until it is painted. */
  readonly painted: number
}

/** Enter in the field for a parameter's shape, again and again; the shapes of its whole row follow. */
export async function edits(page: Page, repeats: number): Promise<readonly Edit[]> {
  await page.keyboard.press('Control+f')
  await page.keyboard.type(EDITED)
  await page.keyboard.press('Enter')
  await page.waitForTimeout(800)
  await page.keyboard.press('Escape')
  const field = page.locator('[data-attribute="shape"] input')
  const found: Edit[] = []
  for (let i = 0; i < repeats; i++) {
    await field.fill((i % 2 === 0 ? SHAPE.toReversed() : SHAPE).join(', '))
    // numbers of the edit before have come
    await page.waitForTimeout(700)
    const timed = page.evaluate(
      ({ id, painted }) =>
        new Promise<Edit>((done) => {
          const paint = new Function(`${painted}; return painted()`) as () => Promise<number>
          const card = document.querySelector(`.react-flow__node[data-id="${id}"]`) as Element
          let begin = 0
          window.addEventListener('keydown', (event) => (begin = event.timeStamp), { capture: true, once: true })
          new MutationObserver((_, observer) => {
            observer.disconnect()
            const redrawn = performance.now() - begin
            void paint().then((now) => done({ redrawn, painted: now - begin }))
          }).observe(card, { subtree: true, characterData: true, childList: true })
        }),
      { id: EDITED, painted: PAINTED }
    )
    await field.press('Enter')
    found.push(await timed)
  }
  return found
}
