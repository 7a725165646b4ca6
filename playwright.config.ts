import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import { AS_ROOT, findChromium, QUIET } from './scripts/chromium.mjs'

const executablePath = findChromium()

export default defineConfig({
  testDir: 'test/e2e',
  // where two tests share two processors, what takes a second may take three
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: Math.max(2, Math.floor(availableParallelism() / 2)),
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // on a machine that is busy with other work a browser may stall for longer than any wait; a second try says so as "flaky"
  retries: process.env.CI ? 1 : 0,
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  // a folder of its own: Playwright empties it, and the other reports lie beside it
  outputDir: 'test-results/playwright',
  // pictures of screens (look.web.spec.ts)
  snapshotPathTemplate: '{testDir}/look/{arg}{ext}',
  projects: [
    {
      name: 'browser',
      testMatch: '**/*.web.spec.ts',
      use: {
        browserName: 'chromium',
        viewport: { width: 1280, height: 800 },
        launchOptions: {
          ...(executablePath ? { executablePath } : {}),
          args: [...QUIET, '--enable-unsafe-swiftshader', ...AS_ROOT]
        }
      }
    },
    { name: 'electron', testMatch: '**/*.app.spec.ts' }
  ]
})
