/** Engines in workers of Chromium's pages, one page an engine, from a bundle made for this run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import sirv from 'sirv'
import { build } from 'vite'
import type { BackendProbe } from '../../../engine/runtime/probe.ts'
import { AS_ROOT, findChromium, QUIET, SOFTWARE_GPU } from '../../../scripts/chromium.mjs'
import { type Host, unwrap, within } from './protocol.ts'

/** On a machine with a GPU: whatever it is, through Vulkan where there is a choice. */
const REAL_GPU = ['--enable-gpu', '--enable-unsafe-webgpu', '--enable-features=Vulkan', '--ignore-gpu-blocklist']

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin'
}

async function bundle(to: string): Promise<void> {
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'error',
    worker: { format: 'es' },
    build: {
      outDir: to,
      emptyOutDir: true,
      target: 'esnext',
      // gpu.js reads the text of functions
      minify: false,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: { input: join(import.meta.dirname, 'page.html') }
    }
  })
}

export interface Chromium {
  readonly version: string
  /** The GPUs that answer in it. */
  readonly gpus: readonly BackendProbe[]
  host(): Promise<Host>
  close(): Promise<void>
}

async function launch(executablePath: string, address: string, gpu: 'real' | 'software') {
  const browser = await chromium.launch({
    executablePath,
    args: [...QUIET, ...AS_ROOT, ...(gpu === 'software' ? SOFTWARE_GPU : REAL_GPU)]
  })
  const page = await browser.newPage()
  await page.goto(address)
  const gpus = await page.evaluate(() => (globalThis as unknown as { probe(): Promise<BackendProbe[]> }).probe())
  await page.close()
  return { browser, gpus }
}

/**
 * Null where no Chromium is found.
 * @param gpu `auto`: a GPU where one answers, else software rendering, which gives ratios, not speeds
 */
export async function openChromium(gpu: 'auto' | 'real' | 'software'): Promise<Chromium | null> {
  const executablePath = findChromium()
  if (!executablePath) return null
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-bench-'))
  await bundle(folder)
  const setHeaders = (response: { setHeader(name: string, value: string): void }) => {
    for (const [name, value] of Object.entries(ISOLATED)) response.setHeader(name, value)
  }
  const bundled = sirv(folder, { setHeaders })
  const tfjs = sirv(join(import.meta.dirname, '../node_modules/@tensorflow/tfjs-backend-wasm/dist'), { setHeaders })
  const web = createServer((request, response) => {
    const prefix = '/tfjs-wasm'
    if (!request.url?.startsWith(`${prefix}/`)) return bundled(request, response)
    request.url = request.url.slice(prefix.length)
    return tfjs(request, response)
  })
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${(web.address() as AddressInfo).port}/page.html`
  let opened = await launch(executablePath, address, gpu === 'software' ? 'software' : 'real')
  if (gpu === 'auto' && !opened.gpus.some((g) => g.available && !g.software)) {
    await opened.browser.close()
    opened = await launch(executablePath, address, 'software')
  }
  const { browser, gpus } = opened
  return {
    version: browser.version(),
    gpus,
    async host() {
      const page = await browser.newPage()
      let broken: ((error: Error) => void) | null = null
      page.on('crash', () => broken?.(new Error('the page crashed')))
      await page.goto(address)
      return {
        async call(kind, request, timeout) {
          await page.bringToFront()
          const crash = new Promise<never>((_, reject) => {
            broken = reject
          })
          const answer = page.evaluate(
            ([name, r]) => (globalThis as unknown as Record<string, (r: unknown) => never>)[name]?.(r) as never,
            [kind === 'first' ? 'callAndWatch' : 'call', { kind, ...request }] as const
          )
          return unwrap(await within(Promise.race([answer, crash]), timeout))
        },
        close: () => page.close()
      }
    },
    async close() {
      await browser.close()
      web.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
