/** Medians of interleaved repeats: what slows the machine for a moment slows all alike. */

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}

/** Seconds of one call of each, by name: every round runs all of them once, the first round is thrown away. */
export async function interleaved(
  work: Readonly<Record<string, () => unknown>>,
  rounds = 7
): Promise<Record<string, number>> {
  const times = new Map(Object.keys(work).map((name) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(work)) {
      const start = performance.now()
      await run()
      if (round > 0) times.get(name)?.push((performance.now() - start) / 1000)
    }
  }
  return Object.fromEntries([...times].map(([name, found]) => [name, median(found)]))
}
