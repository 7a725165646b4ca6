import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'electron-vite'

const root = import.meta.dirname

/** Also served alone, for a plain browser, by vite.config.ts. */
export const renderer: NonNullable<UserConfig['renderer']> = {
  root: resolve(root, 'renderer'),
  plugins: [react()],
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp'
    }
  },
  build: {
    // gpu.js reads the source of functions: shortened names break it
    minify: false,
    chunkSizeWarningLimit: 10_000,
    rolldownOptions: { input: { index: resolve(root, 'renderer/index.html') } }
  }
}

export default defineConfig({
  main: {
    // fflate's build for Node declares a `require` of its own, and so does electron-vite's: the two collide
    resolve: { alias: { fflate: 'fflate/browser' } },
    // everything goes into the bundle: the package holds no node_modules
    build: { externalizeDeps: false, rolldownOptions: { input: { index: resolve(root, 'electron/main.ts') } } }
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve(root, 'electron/preload.ts') },
        // a sandboxed preload must be one CommonJS file
        output: { format: 'cjs', entryFileNames: '[name].cjs' }
      }
    }
  },
  renderer
})
