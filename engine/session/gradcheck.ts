/** Autodiff against central differences, in float64, on the reference. */
import type { Numbers } from '../tensor.ts'

export interface GradientCheck {
  readonly name: string
  readonly shape: readonly number[]
  /** Elements compared: all of a small parameter, evenly spread ones of a large one. */
  readonly checked: number
  readonly elements: number
  /**
   * Largest |a - n| / max(|a|, |n|, 1e-3·max|a|, 1e-8) over them: the floor keeps rounding of tiny gradients beside
   * large ones from counting as an error.
   */
  readonly relativeError: number
  /** The element with the largest error: its index, autodiff's number and the central difference. */
  readonly worst: { readonly index: number; readonly autodiff: number; readonly central: number }
}

/** Elements per parameter. */
const MOST = 25

/** (L(x+h) - L(x-h)) / 2h has an error of order h²; in double precision h = 1e-5·max(1, |x|) balances rounding. */
const stepFor = (x: number): number => 1e-5 * Math.max(1, Math.abs(x))

export async function checkParameter(
  name: string,
  shape: readonly number[],
  values: Numbers,
  gradient: Numbers,
  objective: (values: Float64Array) => Promise<number>
): Promise<GradientCheck> {
  const count = Math.min(MOST, values.length)
  let largest = 0
  for (const g of gradient) largest = Math.max(largest, Math.abs(g))
  let worst = { index: 0, autodiff: 0, central: 0 }
  let relativeError = 0
  for (let i = 0; i < count; i++) {
    const index = Math.floor((i * values.length) / count)
    const x = values[index] as number
    const h = stepFor(x)
    const at = async (shifted: number): Promise<number> => {
      const moved = Float64Array.from(values)
      moved[index] = shifted
      return objective(moved)
    }
    const central = ((await at(x + h)) - (await at(x - h))) / (x + h - (x - h))
    const autodiff = gradient[index] as number
    const scale = Math.max(Math.abs(autodiff), Math.abs(central), 1e-3 * largest, 1e-8)
    const error = Math.abs(autodiff - central) / scale
    if (!(error <= relativeError)) {
      relativeError = error
      worst = { index, autodiff, central }
    }
  }
  return { name, shape, checked: count, elements: values.length, relativeError, worst }
}
