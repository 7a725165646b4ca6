/** A grid of heights seen from a side: parallel projection, far cells first. */

export interface View {
  /** Radians: around the upright axis, and above the ground. */
  readonly turn: number
  readonly tilt: number
}

/** Pixels around the cube. */
const EDGE = 10

export const usualView: View = { turn: -0.7, tilt: 0.62 }

/** Between seen from the side and seen from above. */
export const turned = (view: View, turn: number, tilt: number): View => ({
  turn: view.turn + turn,
  tilt: Math.min(1.5, Math.max(0.08, view.tilt + tilt))
})

/** A point of the unit cube -½…½, x right, y into the depth, z up → pixels right and down of the middle, and its depth. */
export type Project = (x: number, y: number, z: number) => readonly [right: number, down: number, depth: number]

export function projection({ turn, tilt }: View, scale: number): Project {
  const [c, s, ct, st] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)]
  return (x, y, z) => {
    const [right, into] = [x * c - y * s, x * s + y * c]
    return [scale * right, -scale * (z * ct + into * st), into * ct - z * st]
  }
}

/** How large the cube is drawn so that it stays inside, however it is turned. */
export function scaleIn(width: number, height: number, { tilt }: View): number {
  // a corner of the floor goes round a circle, whose radius is half of its diagonal
  const tall = Math.cos(tilt) + Math.SQRT2 * Math.sin(tilt)
  return Math.max(0, Math.min((width - 2 * EDGE) / Math.SQRT2, (height - 2 * EDGE) / tall))
}

/** Indices of the cells of a size × size grid, far ones first. */
export function farFirst(size: number, { turn }: View): number[] {
  const cells = size - 1
  const [c, s] = [Math.cos(turn), Math.sin(turn)]
  // depth grows with x·sin + y·cos
  const columns = Array.from({ length: cells }, (_, i) => (s > 0 ? cells - 1 - i : i))
  const rows = Array.from({ length: cells }, (_, j) => (c > 0 ? cells - 1 - j : j))
  return rows.flatMap((j) => columns.map((i) => j * cells + i))
}

/** Heights -½…½ of numbers; logarithmic above the least where they span orders of magnitude. */
export function heightsOf(data: ArrayLike<number>, logarithmic: boolean): (value: number) => number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    if (!Number.isFinite(value)) continue
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const span = most - least
  if (!(span > 0)) return () => 0
  // a thousandth of the whole is still told apart
  const floor = span / 1000
  const up = logarithmic ? (value: number) => Math.log1p((value - least) / floor) : (value: number) => value - least
  const top = up(most)
  return (value) => Math.min(0.75, Math.max(-0.5, up(Math.max(least, value)) / top - 0.5))
}

/** Whether most of the numbers lie within a tenth of what the largest reaches. */
export function isSteep(data: ArrayLike<number>): boolean {
  const sorted = Float64Array.from(data).filter(Number.isFinite).sort()
  const [least = 0, most = 0, middle = 0] = [sorted[0], sorted.at(-1), sorted[Math.floor(sorted.length / 2)]]
  return most - least > 10 * (middle - least)
}
