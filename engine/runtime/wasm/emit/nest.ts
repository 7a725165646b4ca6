/** The loops that an elementwise kernel needs: axes that all operands walk alike become one. */
import { type StaticShape, stridesOf } from '../../../shape.ts'

export interface Nest {
  /** Outermost first; at least one. */
  readonly extents: readonly number[]
  /** Per operand, per loop: elements from one step to the next; 0 where the operand is broadcast. The last is 1 or 0. */
  readonly strides: readonly (readonly number[])[]
}

/** @param operands shapes that broadcast to `shape`, aligned from the right */
export function nestOf(shape: StaticShape, operands: readonly StaticShape[]): Nest {
  const all = [shape, ...operands].map((own) => {
    const strides = stridesOf(own)
    const shift = shape.length - own.length
    return shape.map((_, axis) => ((own[axis - shift] ?? 1) === 1 ? 0 : (strides[axis - shift] as number)))
  })
  const extents: number[] = []
  const merged: number[][] = all.map(() => [])
  for (const [axis, extent] of shape.entries()) {
    if (extent === 1) continue
    const last = extents.length - 1
    const joins = last >= 0 && all.every((own, i) => merged[i]?.[last] === (own[axis] as number) * extent)
    if (joins) extents[last] = (extents[last] as number) * extent
    else extents.push(extent)
    for (const [i, own] of all.entries()) (merged[i] as number[])[extents.length - 1] = own[axis] as number
  }
  if (extents.length === 0) return { extents: [1], strides: operands.map(() => [0]) }
  return { extents, strides: merged.slice(1) }
}
