/** Gradient clipping, as IR between the backward graph and the update. */
import type { ClipSettings } from '../document/types.ts'
import type { Builder, Value } from '../ir/builder.ts'

/** Keeps the division from 0, as torch.nn.utils.clip_grad_norm_ does. */
const EPSILON = 1e-6

/**
 * The gradients that the optimizer sees.
 *
 * - norm: all are scaled by min(1, norm / (‖g‖ + 10⁻⁶)), ‖g‖ being the L2 norm of all gradients taken as one vector
 *   (torch.nn.utils.clip_grad_norm_).
 * - value: each element is kept within ±value (torch.nn.utils.clip_grad_value_).
 */
export function clipped(b: Builder, gradients: readonly Value[], clip: ClipSettings | undefined): readonly Value[] {
  if (!clip) return gradients
  if ('value' in clip) return gradients.map((g) => b.one('Clip', g, { min: -clip.value, max: clip.value }))
  const squares = gradients.map((g) => b.sum(b.mul(g, g)))
  const total = b.one(
    'Sqrt',
    squares.reduce((sum, square) => b.add(sum, square))
  )
  const share = b.min(b.div(clip.norm, b.add(total, EPSILON)), 1)
  return gradients.map((g) => b.mul(g, share))
}
