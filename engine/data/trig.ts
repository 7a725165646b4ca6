/** Sine and cosine from + - * and Math.round alone, so that drawn data are the same on every machine. */

/** Taylor's series on [-π/4, π/4]; the first term left out is below 1e-17. */
function series(x: number, first: number): number {
  const s = -x * x
  let sum = 1
  for (let k = first + 16; k > first; k -= 2) sum = 1 + (sum * s) / (k * (k - 1))
  return sum
}

/** cos and sin of an angle in radians, to about 1e-15 for angles of a few turns. */
export function cosSin(angle: number): readonly [cos: number, sin: number] {
  const quarter = Math.round(angle / (Math.PI / 2))
  const x = angle - quarter * (Math.PI / 2)
  const cos = series(x, 0)
  const sin = x * series(x, 1)
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return [cos, sin]
    case 1:
      return [-sin, cos]
    case 2:
      return [-cos, -sin]
    default:
      return [sin, -cos]
  }
}
