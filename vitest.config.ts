import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { AS_ROOT, findChromium, QUIET, SOFTWARE_GPU } from './scripts/chromium.mjs'

const executablePath = findChromium()

/** Chromium, with WebGL2 and WebGPU. Anew for each project, which writes its name into it. */
const browser = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [...QUIET, ...SOFTWARE_GPU, ...AS_ROOT]
    }
  }),
  instances: [{ browser: 'chromium' as const }]
})

export default defineConfig({
  // found late, it would reload the page in the middle of a run
  optimizeDeps: { include: ['gpu.js', 'valibot'] },
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/e2e/**', 'test/bench/node_modules/**', 'test/nightly/**'],
          environment: 'node',
          // what takes a second may take ten where the machine is busy with other work
          testTimeout: 30_000
        }
      },
      {
        test: {
          name: 'nightly',
          include: ['test/nightly/*.test.ts'],
          environment: 'node',
          testTimeout: 3_600_000
        }
      },
      {
        extends: true,
        test: { name: 'gpu', include: ['test/browser/**/*.test.ts'], testTimeout: 60_000, browser: browser() }
      },
      {
        extends: true,
        test: { name: 'nightly-gpu', include: ['test/nightly/gpu/*.test.ts'], testTimeout: 120_000, browser: browser() }
      }
    ]
  }
})
