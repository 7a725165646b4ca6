/** Index walking for the float64 reference: slow, plain, and apart from all kernels. */
import { type StaticShape, sizeOf, stridesOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

export type Coordinates = readonly number[]

/** Calls `visit` with every coordinate of `shape` in row-major order. */
export function eachIndex(shape: StaticShape, visit: (at: Coordinates, flat: number) => void): void {
  const at = shape.map(() => 0)
  const n = sizeOf(shape)
  for (let flat = 0; flat < n; flat++) {
    visit(at, flat)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (at[axis] as number) + 1
      if (next < (shape[axis] as number)) {
        at[axis] = next
        break
      }
      at[axis] = 0
    }
  }
}

/** Reads a tensor at coordinates. */
export function reader(t: Tensor): (at: Coordinates) => number {
  return strided(t, stridesOf(t.shape))
}

/** The last coordinates count, as many as there are strides. */
function strided({ data }: Tensor, strides: readonly number[]): (at: Coordinates) => number {
  return (at) => {
    const skipped = at.length - strides.length
    let flat = 0
    for (let i = 0; i < strides.length; i++) flat += (at[skipped + i] as number) * (strides[i] as number)
    return data[flat] as number
  }
}

/** Reads a tensor as if broadcast to a larger shape: aligned from the right, sizes of 1 repeat. */
export function broadcastReader(t: Tensor): (at: Coordinates) => number {
  const strides = stridesOf(t.shape)
  return strided(
    t,
    t.shape.map((d, i) => (d === 1 ? 0 : (strides[i] as number)))
  )
}

/** One number for each output coordinate. */
export function tabulate(shape: StaticShape, value: (at: Coordinates) => number): Float64Array {
  const out = new Float64Array(sizeOf(shape))
  eachIndex(shape, (at, flat) => {
    out[flat] = value(at)
  })
  return out
}
