// `npm run dev:web`: the renderer alone in a plain browser, with hot reload.
import { defineConfig } from 'vite'
import { renderer } from './electron.vite.config.ts'

export default defineConfig(renderer as object)
