/**
 * Jacobians and Hessians, as IR: what `backward` gives, fed with directions.
 *
 * The backward graph is IR like any other, so it can be differentiated once more. Operators without a `vjp` in it
 * (comparisons, signs, counts, places of maxima) are flat wherever they have a derivative, so nothing is lost at them:
 * second derivatives are those between kinks, as PyTorch's are.
 */
import type { Builder, Value } from '../ir/builder.ts'
import { backward } from './backward.ts'

/** The feeds of directions begin so; no node id can. */
export const DIRECTION = '#direction.'

export interface JacobianRow {
  /** Feed of v, of the shape of `of`. */
  readonly direction: string
  /** vᵀJ, of the shape of `wrt`: row i of J = d of / d wrt for v = eᵢ. Null where nothing differentiable leads there. */
  readonly row: Value | null
}

/** One backward walk from `of` to `wrt` with a fed upstream gradient. */
export function jacobianRow(b: Builder, of: Value, wrt: Value): JacobianRow {
  const direction = `${DIRECTION}of`
  if (of.type.dtype !== 'float') return { direction, row: null }
  const upstream = b.feed(direction, of.type.shape)
  return { direction, row: backward(b, of, new Set([wrt.id]), upstream).get(wrt.id) ?? null }
}

export interface HessianProduct {
  /** dL/dwᵢ; null where nothing differentiable leads there. */
  readonly gradients: readonly (Value | null)[]
  /** Feeds of vᵢ, each of the shape of wᵢ. */
  readonly directions: readonly string[]
  /** (Hv)ᵢ = Σⱼ d²L/dwᵢdwⱼ · vⱼ; null where it is 0. */
  readonly products: readonly (Value | null)[]
}

/**
 * The Hessian of the (summed) objective times a fed direction: H·v = d(gᵀv)/dw, two backward walks (Pearlmutter 1994, by
 * reverse mode over reverse mode). Column i of H for v = eᵢ; H is symmetric, so that is row i too.
 */
export function hessianProduct(b: Builder, objective: Value, wrt: readonly Value[]): HessianProduct {
  const ids = new Set(wrt.map((w) => w.id))
  const first = backward(b, objective, ids)
  const directions = wrt.map((_, i) => `${DIRECTION}${i}`)
  const before = { phase: b.phase, origin: b.origin }
  b.phase = 'backward'
  b.origin = null
  const parts = wrt.flatMap((w, i) => {
    const gradient = first.get(w.id)
    return gradient ? b.sum(b.mul(gradient, b.feed(directions[i] as string, w.type.shape))) : []
  })
  const along = parts.length === 0 ? null : parts.reduce((sum, part) => b.add(sum, part))
  const second = along ? backward(b, along, ids) : new Map<number, Value>()
  Object.assign(b, before)
  const each = (found: ReadonlyMap<number, Value>) => wrt.map((w) => found.get(w.id) ?? null)
  return { gradients: each(first), directions, products: each(second) }
}
