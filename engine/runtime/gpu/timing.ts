/** How long each step of a plan takes on a device that only says when it is through with everything. */
import type { Stop } from '../executor.ts'
import type { Device } from './device.ts'

/** How many times longer than the way to the device and back the repeats of a step must take, to be told from it. */
const CLEAR = 4
const MOST_REPEATS = 4096

const now = (): number => performance.now()

/**
 * Milliseconds of each step: it is repeated, in its turn, until it takes clearly longer than asking the device whether it
 * is through. No step reads what it writes, so the numbers are those of one walk. Null where it was stopped.
 * @param milliseconds for all steps together; a step takes its turn at least once
 */
export async function timeSteps(
  device: Pick<Device, 'finish'>,
  steps: readonly (() => void)[],
  milliseconds: number,
  stop: Stop
): Promise<number[] | null> {
  const elapsed = async (run: () => void, repeats: number): Promise<number> => {
    const began = now()
    for (let i = 0; i < repeats; i++) run()
    await device.finish()
    return now() - began
  }
  const nothing = (): void => undefined
  await device.finish()
  const ways = [await elapsed(nothing, 1), await elapsed(nothing, 1), await elapsed(nothing, 1)]
  const way = Math.min(...ways)
  const turn = milliseconds / Math.max(1, steps.length)
  const times: number[] = []
  for (const run of steps) {
    if (stop()) return null
    const began = now()
    let [repeats, time] = [1, await elapsed(run, 1)]
    while (time < CLEAR * (way + 0.1) && repeats < MOST_REPEATS && now() - began < turn) {
      repeats *= 4
      time = await elapsed(run, repeats)
    }
    times.push(Math.max(0, time - way) / repeats)
  }
  return times
}
