/** What the machine offers: Electron's bridge where it is there, a plain browser's means elsewhere. */
import type { PlatformApi } from '../electron/ipc.ts'
import { browserPlatform } from './platform/browser.ts'

export const platform: PlatformApi = window.platform ?? browserPlatform()
