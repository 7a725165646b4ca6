/** What a hand does to the canvas, through the browser's own input: one event a frame, whether the page keeps up or not. */
import type { CDPSession, Page } from 'playwright'

export interface Point {
  readonly x: number
  readonly y: number
}

export const GESTURES = ['pan', 'zoom', 'drag', 'select'] as const
export type Gesture = (typeof GESTURES)[number]

const FRAME = 1000 / 60

/** A movement to and fro, -1 to 1, over this many seconds. */
const swing = (frame: number, seconds: number): number => Math.sin((2 * Math.PI * frame * FRAME) / (1000 * seconds))

/** Does something each frame for so many seconds, and never waits for the page: a hand would not. */
async function eachFrame(seconds: number, send: (frame: number) => Promise<unknown>): Promise<void> {
  const begin = performance.now()
  const frames = Math.round((1000 * seconds) / FRAME)
  const sent: Promise<unknown>[] = []
  for (let i = 0; i < frames; i++) {
    sent.push(send(i))
    await new Promise((done) => setTimeout(done, Math.max(0, begin + (i + 1) * FRAME - performance.now())))
  }
  await Promise.all(sent)
}

type Button = 'left' | 'middle'

/** Moves the pointer about a point with a button held, up to so many pixels from it. */
async function sweep(input: CDPSession, at: Point, button: Button, reach: Point, seconds: number): Promise<void> {
  const mouse = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', { x, y }: Point) =>
    input.send('Input.dispatchMouseEvent', {
      type,
      x,
      y,
      button,
      buttons: type === 'mouseReleased' ? 0 : button === 'left' ? 1 : 4,
      clickCount: 1
    })
  await mouse('mouseMoved', at)
  await mouse('mousePressed', at)
  await eachFrame(seconds, (i) =>
    mouse('mouseMoved', { x: at.x + reach.x * swing(i, 2), y: at.y + reach.y * swing(i, 1.3) })
  )
  // not where it began: there nothing would have been moved
  const end = { x: at.x + reach.x, y: at.y + reach.y }
  await mouse('mouseMoved', end)
  await mouse('mouseReleased', end)
}

/** Turns the wheel to and fro at a point: between half and one and a half times the zoom. */
async function wheel(input: CDPSession, { x, y }: Point, seconds: number): Promise<void> {
  await eachFrame(seconds, (i) => {
    const deltaY = -Math.round(18 * swing(i, 1.5))
    return input.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x, y, deltaX: 0, deltaY })
  })
}

/** @param card the middle of a card to drag, `free` a point of the canvas where nothing lies, from which `select` pulls a rectangle */
export function perform(
  input: CDPSession,
  gesture: Gesture,
  { card, free }: { readonly card: Point; readonly free: Point },
  seconds: number
): Promise<void> {
  if (gesture === 'pan') return sweep(input, free, 'middle', { x: 220, y: 120 }, seconds)
  if (gesture === 'select') return sweep(input, free, 'left', { x: 180, y: 140 }, seconds)
  if (gesture === 'drag') return sweep(input, card, 'left', { x: 110, y: 80 }, seconds)
  return wheel(input, free, seconds)
}

/** Milliseconds from frame to frame of the page while `during` lasts. */
export async function framesOf(page: Page, during: () => Promise<unknown>): Promise<readonly number[]> {
  await page.evaluate(() => {
    const frames: number[] = []
    Object.assign(globalThis, { frames, recording: true })
    const tick = (now: number) => {
      frames.push(now)
      if ((globalThis as unknown as { recording: boolean }).recording) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  await during()
  const times = await page.evaluate(() => {
    const all = globalThis as unknown as { frames: number[]; recording: boolean }
    all.recording = false
    return all.frames
  })
  return times.slice(1).map((time, i) => time - (times[i] as number))
}
