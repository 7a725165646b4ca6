/** Where the window was last time. Nothing here imports Electron. */
import { readFileSync, writeFileSync } from 'node:fs'

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

export interface WindowBounds {
  bounds: Partial<Rectangle> & Pick<Rectangle, 'width' | 'height'>
  maximized: boolean
}

export const MINIMUM = { width: 800, height: 560 }
const FIRST: WindowBounds = { bounds: { width: 1360, height: 860 }, maximized: false }
/** So much of the title bar must be on a screen for a person to drag the window by it. */
const GRIP = 80

export function readBounds(file: string, screens: Rectangle[]): WindowBounds {
  try {
    const { bounds, maximized } = JSON.parse(readFileSync(file, 'utf8')) as WindowBounds
    const { x, y, width, height } = bounds
    if (![x, y, width, height].every(Number.isFinite)) return FIRST
    const size = { width: Math.max(MINIMUM.width, width), height: Math.max(MINIMUM.height, height) }
    const reachable = screens.some((s) => isReachable({ x: x as number, y: y as number, ...size }, s))
    // a screen may be gone since: then only the size is kept, and the system places the window
    return { bounds: reachable ? { x: x as number, y: y as number, ...size } : size, maximized: maximized === true }
  } catch {
    return FIRST
  }
}

function isReachable(window: Rectangle, screen: Rectangle): boolean {
  const across = Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x)
  return across >= GRIP && window.y >= screen.y && window.y <= screen.y + screen.height - GRIP
}

export function writeBounds(file: string, state: WindowBounds): void {
  // lost bounds are no reason to keep a window from closing
  try {
    writeFileSync(file, JSON.stringify(state))
  } catch (error) {
    console.error(`The window's place could not be remembered in ${file}: ${(error as Error).message}`)
  }
}
