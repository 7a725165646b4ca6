/** One workload on every engine: first the numbers are compared, then the time is taken, in turn. */
import type { Engine } from './engines.ts'
import { type Host, Skipped } from './hosts/protocol.ts'
import { workload } from './workloads/index.ts'

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2
}

/** Seconds of a step, or why there is none. */
export type Found = { readonly seconds: number; readonly repeats: readonly number[] } | { readonly why: string }

export interface Effort {
  /** Repeats of each engine. */
  readonly rounds: number
  /** Seconds that one repeat should take at least; a step that is slower is one repeat. */
  readonly seconds: number
  /** Seconds after which an engine has had enough repeats. */
  readonly most: number
  /** Steps whose losses are compared. */
  readonly checked: number
  /** Milliseconds after which an engine is given up. */
  readonly patience: number
}

/** Largest difference, relative to the largest number. */
export function difference(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let [apart, largest] = [0, 0]
  for (const [i, row] of a.entries()) {
    const other = b[i]
    if (other?.length !== row.length) return Number.POSITIVE_INFINITY
    for (let k = 0; k < row.length; k++) {
      const [x, y] = [row[k] as number, other[k] as number]
      // NaN is no agreement
      if (!Number.isFinite(x - y)) return Number.POSITIVE_INFINITY
      apart = Math.max(apart, Math.abs(x - y))
      largest = Math.max(largest, Math.abs(y))
    }
  }
  return apart / (largest || 1)
}

/**
 * Medians of interleaved repeats: what slows the machine for a moment slows all alike. An engine whose first losses
 * (or whose result) differ from the first engine's by more than the workload's tolerance did other work, and is told so.
 */
export async function measure(
  key: string,
  engines: readonly Engine[],
  hostOf: (engine: Engine) => Promise<Host>,
  { rounds, seconds, most, checked, patience }: Effort,
  say: (text: string) => void
): Promise<ReadonlyMap<Engine, Found>> {
  const { kind, tolerance } = workload(key)
  const found = new Map<Engine, Found>()
  const ready: { engine: Engine; host: Host; once: number; steps: number; repeats: number[] }[] = []
  let expected: readonly ArrayLike<number>[] | null = null
  for (const engine of engines) {
    say(`${key}: ${engine.name}`)
    try {
      const host = await hostOf(engine)
      await host.call('start', { workload: key }, patience)
      const { results } = await host.call('check', { steps: kind === 'training' ? checked : 1 }, patience)
      expected ??= results
      const apart = difference(results, expected)
      if (!(apart <= tolerance))
        throw new Skipped(`its numbers differ by ${apart.toExponential(1)}, more than ${tolerance}: not the same work`)
      const once = (await host.call('time', { steps: 1 }, patience)).seconds
      ready.push({ engine, host, once, steps: Math.max(1, Math.round(seconds / once)), repeats: [] })
    } catch (error) {
      found.set(engine, { why: (error as Error).message.split('\n')[0] ?? '' })
    }
  }
  for (let round = 0; round <= rounds; round++) {
    say(`${key}: round ${round} of ${rounds}`)
    for (const { engine, host, once, steps, repeats } of ready) {
      const spent = steps * repeats.reduce((sum, s) => sum + s, 0)
      // what takes seconds a step is warm by now
      if (found.has(engine) || spent > most || (round === 0 && once > 1)) continue
      try {
        const time = await host.call('time', { steps }, patience)
        // the first one warms up
        if (round > 0) repeats.push(time.seconds / steps)
      } catch (error) {
        found.set(engine, { why: (error as Error).message.split('\n')[0] ?? '' })
      }
    }
  }
  for (const { engine, host, repeats } of ready) {
    await host.call('stop', {}, patience).catch(() => undefined)
    if (!found.has(engine)) found.set(engine, { seconds: median(repeats), repeats })
  }
  return found
}
