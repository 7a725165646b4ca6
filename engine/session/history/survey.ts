/** The whole of a training at a glance: steps spread evenly over it, each run once more. */
import type { Problem } from '../../problem.ts'
import { findings } from '../findings.ts'
import type { Inspection } from '../inspect.ts'
import type { Target } from '../protocol.ts'
import type { Sample } from './recorder.ts'
import type { OverTime, RunFinding } from './types.ts'

/** Runs an inspection of a state; called for one state after the other. */
export type Visit = (
  most: number,
  each: (inspection: Inspection, step: number, batch: number) => Promise<void>
) => Promise<void>

/** Steps that are looked at for what there is to be said. */
const FINDINGS_AT = 12
/** Columns of a picture over time, its cells in each, and the most numbers that are held for it. */
const COLUMNS = 32
const CELLS = 24
const HELD = 16_000_000

/** At most so many samples, spread evenly; the first and the last among them. */
export function spread(samples: readonly Sample[], most: number): readonly Sample[] {
  if (samples.length <= most) return samples
  return Array.from({ length: most }, (_, i) => samples[Math.round((i * (samples.length - 1)) / (most - 1))] as Sample)
}

const keyOf = ({ code, nodeId, params: { name } }: Problem): string => `${code} ${nodeId} ${name ?? ''}`

/** What the numbers say in the course of the training: each once, where it began and where it was last. */
export async function survey(visit: Visit): Promise<RunFinding[]> {
  const found = new Map<string, RunFinding>()
  await visit(FINDINGS_AT, async (inspection, step, batch) => {
    for (const problem of findings(inspection.document, await inspection.cells(batch))) {
      const key = keyOf(problem)
      const known = found.get(key)
      found.set(key, { problem: known?.problem ?? problem, from: known?.from ?? step, to: step })
    }
  })
  return [...found.values()]
}

/** How the numbers of one tensor are spread, from step to step, over the same range. */
export async function overTime(
  visit: Visit,
  target: Target,
  which: 'value' | 'gradient',
  size: number
): Promise<OverTime | null> {
  const columns: { readonly step: number; readonly data: ArrayLike<number> }[] = []
  await visit(Math.max(2, Math.min(COLUMNS, Math.floor(HELD / Math.max(1, size)))), async (inspection, step) => {
    const found = await inspection.tensor(target, which)
    if (found) columns.push({ step, data: found.data })
  })
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { data } of columns) {
    for (let i = 0; i < data.length; i++) {
      const x = data[i] as number
      if (!Number.isFinite(x)) continue
      if (x < low) low = x
      if (x > high) high = x
    }
  }
  if (!(low <= high)) return null
  return { low, high, columns: columns.map(({ step, data }) => ({ step, ...binned(data, low, high) })) }
}

function binned(data: ArrayLike<number>, low: number, high: number): { shares: number[]; mean: number } {
  const counts = new Float64Array(CELLS)
  const scale = high > low ? CELLS / (high - low) : 0
  let [sum, finite] = [0, 0]
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number
    if (!Number.isFinite(x)) continue
    finite++
    sum += x
    const cell = Math.min(CELLS - 1, Math.floor((x - low) * scale))
    counts[cell] = (counts[cell] as number) + 1
  }
  return {
    shares: Array.from(counts, (n) => n / Math.max(1, data.length)),
    mean: finite > 0 ? sum / finite : Number.NaN
  }
}
