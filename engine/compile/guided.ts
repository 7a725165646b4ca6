/**
 * Guided backpropagation (Springenberg et al. 2015, "Striving for simplicity: the all convolutional net"): the backward
 * walk with another rule at rectifiers, by which a signal goes back only where both what went in and what comes back are
 * positive. What arrives at an input is no derivative; as a picture it shows what speaks for a score, and leaves out what
 * speaks against it.
 *
 * Meant are operators that are declared a `rectifier` (ReLU and its relatives). At any other, and in a ReLU that is
 * opened into its parts, the derivative passes as it is.
 */
import type { Value } from '../ir/builder.ts'
import type { RuleOf } from './backward.ts'

export const guidedRule: RuleOf = ({ vjp, rectifier }) => {
  if (!vjp || !rectifier) return vjp
  return (context) => {
    const { b, inputs, upstream } = context
    const open = b.greater(inputs[0] as Value, 0)
    return vjp({ ...context, upstream: b.max(upstream, 0) }).map((share) => share && b.where(open, share, 0))
  }
}
