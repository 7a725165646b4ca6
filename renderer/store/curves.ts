/** Loss and metrics over the steps of a training run, as columns that a chart takes without copying. */
export interface Curves {
  /** Steps since the start of the training, one per report. */
  readonly steps: readonly number[]
  readonly loss: readonly number[]
  readonly metrics: Readonly<Record<string, readonly number[]>>
  /** How many reports there are: the columns grow in place, this tells that they did. */
  readonly points: number
}

export const emptyCurves = (): Curves => ({ steps: [], loss: [], metrics: {}, points: 0 })

interface Point {
  readonly step: number
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
}

/** Adds a report. The columns are the same arrays, longer: copying them would take longer with each report. */
export function extend(curves: Curves, point: Point): Curves {
  const push = (column: readonly number[], value: number) => void (column as number[]).push(value)
  push(curves.steps, point.step)
  push(curves.loss, point.loss)
  const metrics: Record<string, readonly number[]> = { ...curves.metrics }
  for (const [name, value] of Object.entries(point.metrics)) {
    metrics[name] ??= Array<number>(curves.points).fill(Number.NaN)
    push(metrics[name], value)
  }
  return { ...curves, metrics, points: curves.points + 1 }
}

/** The curves that say more: a small graph runs through many epochs between two reports of its steps. */
export const fuller = (a: Curves, b: Curves): Curves => (b.points > a.points ? b : a)
