/**
 * How every screen looks, in both themes and both languages, beside its picture in `look/`; and what axe says of it.
 * One window goes through the list in `screens.ts`. `npm run look` takes the pictures anew; CONTRIBUTING.md says more.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { openProgram, test } from './program.ts'
import { screens } from './screens.ts'

const VARIANTS = ['light-en', 'dark-en', 'dark-ko', 'light-ko'] as const
/** The smallest window that is promised: what fits here fits everywhere. */
const viewport = { width: 1024, height: 640 }
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21aa']

/** The browser that took the pictures; another one draws letters a little otherwise. */
const TAKEN_BY = join(import.meta.dirname, 'look/chromium.txt')
const major = (version: string) => version.split('.')[0]
/** Share of the pixels that may differ: a line of text at most, or what another browser does at every letter. */
const [SAME_BROWSER, OTHER_BROWSER] = [0.003, 0.04]

/** Those of the pictures (`scripts/ensure.mjs` installs them): other fonts are other pictures. */
const FONTS = ['/usr/share/fonts/truetype/dejavu', '/usr/share/fonts/opentype/noto']
const STYLE = `
  :root {
    --font: "DejaVu Sans", "Noto Sans CJK KR";
    --font-mono: "DejaVu Sans Mono", "Noto Sans Mono CJK KR";
  }
  .status-item[aria-label^="Backend"], .status-item[aria-label^="백엔드"] { visibility: hidden }
`

let page: Page
let tolerance = SAME_BROWSER

test.beforeAll(async ({ browser, served }, { config }) => {
  if (config.updateSnapshots === 'all' || config.updateSnapshots === 'changed')
    writeFileSync(TAKEN_BY, `${browser.version()}\n`)
  if (major(readFileSync(TAKEN_BY, 'utf8')) !== major(browser.version())) tolerance = OTHER_BROWSER
  const context = await browser.newContext({ baseURL: served, viewport, locale: 'en', reducedMotion: 'reduce' })
  page = await context.newPage()
  await page.addInitScript((style) => {
    // the system's language, which changes while the program runs
    let languages = ['en']
    Object.defineProperty(navigator, 'languages', { get: () => languages })
    addEventListener('speak', (event) => {
      languages = [(event as CustomEvent<string>).detail]
      dispatchEvent(new Event('languagechange'))
    })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    document.adoptedStyleSheets = [sheet]
  }, STYLE)
  await openProgram(page)
})
test.afterAll(() => page.context().close())

async function show(variant: (typeof VARIANTS)[number]): Promise<void> {
  const [colorScheme, language] = variant.split('-') as ['light' | 'dark', 'en' | 'ko']
  await page.emulateMedia({ colorScheme })
  await page.evaluate((name) => void dispatchEvent(new CustomEvent('speak', { detail: name })), language)
  await expect(page.locator('html')).toHaveAttribute('lang', language)
  // fonts of formulas come when they are asked for; what is drawn on a <canvas> follows in the next frames
  await page.evaluate(() => document.fonts.ready.then(() => {}))
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** The contrast depends on the theme, the rest does not. */
async function faults(part: string | undefined, dark: boolean): Promise<string[]> {
  // one frame, one origin: no second page is needed to gather what was found
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  if (part) axe.include(part)
  const { violations } = await (dark ? axe.withRules('color-contrast') : axe.withTags(WCAG)).analyze()
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

for (const { name, open, close, part, hide = [], dragging = false } of screens) {
  test(name, async () => {
    test.skip(!FONTS.every(existsSync), 'The pictures are drawn in DejaVu and Noto CJK, which are not installed here.')
    await open(page)
    // no hint, no hover
    if (!dragging) await page.mouse.move(viewport.width / 2, 5)
    const style = `${hide.join(', ') || 'no-such-element'} { visibility: hidden }`
    const seen = part ? page.locator(part).first() : page
    for (const variant of VARIANTS) {
      await show(variant)
      const picture = await seen.screenshot({ caret: 'hide', animations: 'disabled', style })
      expect.soft(picture).toMatchSnapshot([name, `${variant}.png`], { maxDiffPixelRatio: tolerance })
      if (variant.endsWith('en')) expect.soft(await faults(part, variant === 'dark-en'), variant).toEqual([])
    }
    await show('light-en')
    await close?.(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  })
}
